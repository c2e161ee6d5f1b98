import type { BenchmarkProgress } from '@testbench/bench';

import type { CliOutput } from '../cli-io.js';
import { formatCount } from './format-value.js';
import type { Style } from './style.js';

const BAR_WIDTH = 30;
/** A shorter bar says nothing that the percentage does not. */
const LEAST_BAR_WIDTH = 5;
/** Of a terminal that does not tell its own; 0 columns are as good as unknown. */
const USUAL_COLUMNS = 80;
const REDRAW_EVERY_MS = 60;
/** Back to the start of the line, and clear it. */
const CLEAR_LINE = '\r\u001B[K';
const GAP = '  ';

/** One line on a terminal that shows how far a run is; writes nothing elsewhere. */
export class ProgressBar {
  readonly #startedAt = performance.now();
  #drawnAt = Number.NEGATIVE_INFINITY;
  #visible = false;
  readonly #output: CliOutput;
  readonly #style: Style;
  readonly #title: string;

  constructor(output: CliOutput, style: Style, title: string) {
    this.#output = output;
    this.#style = style;
    this.#title = title;
  }

  /** Draws the bar again, but not more often than eyes can follow. */
  update(progress: BenchmarkProgress): void {
    const now = performance.now();
    if (this.#output.isTTY !== true || now - this.#drawnAt < REDRAW_EVERY_MS) return;
    this.#drawnAt = now;
    this.#visible = true;
    this.#output.write(`${CLEAR_LINE}${this.#line(progress, now)}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#visible) this.#output.write(CLEAR_LINE);
    this.#visible = false;
  }

  /**
   * A line that wraps cannot be taken away again, so it is as wide as the terminal less one, where some would wrap already: first
   * the bar gets shorter, then what is said least goes.
   */
  #line({ records, fraction, failedRows }: BenchmarkProgress, now: number): string {
    const columns = (this.#output.columns || USUAL_COLUMNS) - 1;
    const percent = `${Math.floor(fraction * 100)} %`.padStart(5);
    const rate = formatCount(records / Math.max(0.001, (now - this.#startedAt) / 1000));
    const count = `${formatCount(records)} records`;
    const failures = failedRows === 0 ? [] : [`${formatCount(failedRows)} failed`];
    const choices = [
      [this.#title, percent, `${count}, ${rate}/s`, ...failures],
      [shorten(this.#title), percent, count, ...failures],
      [percent, count, ...failures],
      [percent, ...failures],
      [percent],
    ];
    const parts = choices.find((choice) => choice.join(GAP).length <= columns);
    if (parts === undefined) return '';
    const room = columns - parts.join(GAP).length - 1;
    const at = parts.indexOf(percent);
    const isFailed = failures.length > 0 && parts.at(-1) === failures[0];
    const shown = isFailed ? [...parts.slice(0, -1), this.#style.red(failures[0]!)] : [...parts];
    if (room >= LEAST_BAR_WIDTH) {
      shown[at] = `${this.#bar(fraction, Math.min(room, BAR_WIDTH))} ${percent}`;
    }
    return shown.join(GAP);
  }

  #bar(fraction: number, width: number): string {
    const filled = Math.round(fraction * width);
    return this.#style.green('━'.repeat(filled)) + this.#style.dim('━'.repeat(width - filled));
  }
}

/** A run's name has letters, digits and a few signs, of one column each. */
function shorten(title: string): string {
  return title.length > 12 ? `${title.slice(0, 11)}…` : title;
}

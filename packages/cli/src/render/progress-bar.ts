import type { BenchmarkProgress } from '@testbench/bench';

import type { CliOutput } from '../cli-io.js';
import { formatCount } from './format-value.js';
import type { Style } from './style.js';

const BAR_WIDTH = 30;
const REDRAW_EVERY_MS = 60;
/** Back to the start of the line, and clear it. */
const CLEAR_LINE = '\r\u001B[K';

/** One line on a terminal that shows how far a run is; writes nothing elsewhere. */
export class ProgressBar {
  readonly #startedAt = performance.now();
  #drawnAt = Number.NEGATIVE_INFINITY;
  #visible = false;

  constructor(
    private readonly output: CliOutput,
    private readonly style: Style,
    private readonly title: string,
  ) {}

  /** Draws the bar anew, but not more often than eyes can follow. */
  update({ records, fraction, failedRows }: BenchmarkProgress): void {
    const now = performance.now();
    if (this.output.isTTY !== true || now - this.#drawnAt < REDRAW_EVERY_MS) return;
    this.#drawnAt = now;
    this.#visible = true;
    const filled = Math.round(fraction * BAR_WIDTH);
    const bar =
      this.style.green('━'.repeat(filled)) + this.style.dim('━'.repeat(BAR_WIDTH - filled));
    const percent = `${Math.floor(fraction * 100)} %`.padStart(5);
    const rate = formatCount(records / Math.max(0.001, (now - this.#startedAt) / 1000));
    const failures =
      failedRows === 0 ? '' : `  ${this.style.red(`${formatCount(failedRows)} failed`)}`;
    this.output.write(
      `${CLEAR_LINE}${this.title}  ${bar} ${percent}  ${formatCount(records)} records, ${rate}/s${failures}`,
    );
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#visible) this.output.write(CLEAR_LINE);
    this.#visible = false;
  }
}

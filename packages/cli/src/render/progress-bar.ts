import type { BenchmarkProgress } from '@testbench/bench';

import type { CliOutput } from '../cli-io.js';
import { PROGRESS_LINE_MS } from '../limits.js';
import { describeProgress, type ProgressPart } from './describe-progress.js';
import type { Style } from './style.js';

const BAR_WIDTH = 30;
/** A shorter bar adds nothing to the percentage. */
const LEAST_BAR_WIDTH = 5;
/** Assumed width of a terminal that does not report one, or reports 0 columns. */
const USUAL_COLUMNS = 80;
const REDRAW_EVERY_MS = 60;
/** Back to the start of the line, and clear it. */
const CLEAR_LINE = '\r\u001B[K';
const GAP = '  ';
const SHORT_TITLE = 12;

/** Shows the progress of a run: on a terminal in one line that is redrawn, otherwise in an occasional line. */
export class ProgressBar {
  readonly #startedAt = performance.now();
  #drawnAt: number;
  #visible = false;
  readonly #output: CliOutput;
  readonly #style: Style;
  readonly #title: string;

  constructor(output: CliOutput, style: Style, title: string) {
    this.#output = output;
    this.#style = style;
    this.#title = title;
    this.#drawnAt = output.isTTY === true ? Number.NEGATIVE_INFINITY : this.#startedAt;
  }

  /** Redraws the bar, at a limited rate. */
  update(progress: BenchmarkProgress): void {
    const isTerminal = this.#output.isTTY === true;
    const now = performance.now();
    if (now - this.#drawnAt < (isTerminal ? REDRAW_EVERY_MS : PROGRESS_LINE_MS)) return;
    this.#drawnAt = now;
    const parts = describeProgress(progress, now - this.#startedAt);
    if (!isTerminal) {
      const texts = parts.map(({ text }) => text.trim());
      this.#output.write(`${this.#title}: ${texts.join(', ')}\n`);
      return;
    }
    this.#visible = true;
    this.#output.write(`${CLEAR_LINE}${this.#line(parts, progress.fraction)}`);
  }

  /** Removes the line. */
  clear(): void {
    if (this.#visible) this.#output.write(CLEAR_LINE);
    this.#visible = false;
  }

  /**
   * A wrapped line cannot be erased, so it is one column narrower than the terminal, since some terminals wrap at the last column: the title gets
   * shorter, then the least important parts are dropped; the bar takes the remaining space.
   */
  #line(all: readonly ProgressPart[], fraction: number): string {
    const columns = (this.#output.columns || USUAL_COLUMNS) - 1;
    let parts: readonly ProgressPart[] = [{ kind: 'title', text: this.#title, rank: 4 }, ...all];
    if (widthOf(parts) > columns) {
      parts = parts.map((part) => (part.kind === 'title' ? shorten(part) : part));
    }
    while (widthOf(parts) > columns) {
      const least = parts.reduce((one, other) => (other.rank > one.rank ? other : one), parts[0]!);
      parts = parts.filter((part) => part !== least);
      if (parts.length === 0) return '';
    }
    const room = columns - widthOf(parts) - 1;
    return parts
      .map(({ kind, text }) => {
        if (kind === 'failed') return this.#style.red(text);
        if (kind !== 'percent' || room < LEAST_BAR_WIDTH) return text;
        return `${this.#bar(fraction, Math.min(room, BAR_WIDTH))} ${text}`;
      })
      .join(GAP);
  }

  #bar(fraction: number, width: number): string {
    const filled = Math.round(fraction * width);
    return this.#style.green('━'.repeat(filled)) + this.#style.dim('━'.repeat(width - filled));
  }
}

/** All characters are one column wide: a run's name consists of letters, digits and a few signs. */
function widthOf(parts: readonly ProgressPart[]): number {
  return parts.map(({ text }) => text).join(GAP).length;
}

function shorten(part: ProgressPart): ProgressPart {
  const { text } = part;
  if (text.length <= SHORT_TITLE) return part;
  return { ...part, text: `${text.slice(0, SHORT_TITLE - 1)}…` };
}

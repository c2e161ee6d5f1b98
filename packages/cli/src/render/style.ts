import type { CliIo, CliOutput } from '../cli-io.js';
import { widthOf } from './width-of.js';

/** Styles a text for a terminal, or returns it unchanged. */
export type Mark = (text: string) => string;

/** The styles that commands use. */
export interface Style {
  readonly bold: Mark;
  readonly dim: Mark;
  readonly red: Mark;
  readonly green: Mark;
  readonly yellow: Mark;
  /** Columns of the terminal; absent if there is no limit. */
  readonly width?: number;
}

const plain: Mark = (text) => text;
const sgr =
  (on: number, off: number): Mark =>
  (text) =>
    `\u001B[${on}m${text}\u001B[${off}m`;

/** The width of a terminal. Colours only on a terminal, and never if `NO_COLOR` is set (https://no-color.org). */
export function createStyle(output: CliOutput, env: CliIo['env']): Style {
  const coloured = output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const width = widthOf(output);
  const room = width === undefined ? {} : { width };
  return coloured
    ? {
        ...room,
        bold: sgr(1, 22),
        dim: sgr(2, 22),
        red: sgr(31, 39),
        green: sgr(32, 39),
        yellow: sgr(33, 39),
      }
    : { ...room, bold: plain, dim: plain, red: plain, green: plain, yellow: plain };
}

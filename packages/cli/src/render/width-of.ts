import type { CliOutput } from '../cli-io.js';

/** Columns of a terminal; undefined without a terminal, or if it does not report them. */
export function widthOf({ isTTY, columns }: CliOutput): number | undefined {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : undefined;
}

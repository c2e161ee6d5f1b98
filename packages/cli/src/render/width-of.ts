import type { CliOutput } from '../cli-io.js';

/** Columns of a terminal; undefined elsewhere, where nothing need fit, and for a terminal that does not tell. */
export function widthOf({ isTTY, columns }: CliOutput): number | undefined {
  return isTTY === true && columns !== undefined && columns > 0 ? columns : undefined;
}

import stringWidth from 'string-width';

import { type Cell, type Column, layOutTable, type Mark } from './lay-out-table.js';

/** Terminal columns that a text takes: none for a combining mark, two for a wide character. */
export function measureText(text: string): number {
  return stringWidth(text);
}

/**
 * Lays out a table as {@link layOutTable} does, for texts of any script.
 *
 * @param rows Cells without control characters; a missing cell is empty.
 * @param markTitle How to mark up the titles.
 * @param width Columns of the terminal. @default as many as it takes
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  markTitle: Mark,
  width = Number.POSITIVE_INFINITY,
): string {
  return layOutTable(columns, rows, markTitle, measureText, width);
}

import stringWidth from 'string-width';

import type { Mark } from './style.js';

/** One column of a table. */
export interface Column {
  readonly title: string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
}

/** A cell: its text, and how to mark it once its width is known. */
export interface Cell {
  readonly text: string;
  readonly mark?: Mark;
}

const GAP = '  ';

/**
 * Lays out a table: columns as wide as their widest cell, two spaces between them.
 *
 * @param rows Cells without control characters; a missing cell is empty.
 * @param markTitle How to mark the titles.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  markTitle: Mark,
): string {
  const titles: Cell[] = columns.map(({ title }) => ({ text: title, mark: markTitle }));
  const lines = [titles, ...rows];
  // Not by `Math.max(...)`: a hundred thousand arguments overflow the stack.
  const widths = columns.map((_, index) =>
    lines.reduce((most, line) => Math.max(most, stringWidth(line[index]?.text ?? '')), 0),
  );
  return lines.map((line) => renderLine(columns, widths, line)).join('\n');
}

function renderLine(
  columns: readonly Column[],
  widths: readonly number[],
  cells: readonly Cell[],
): string {
  const padded = columns.map(({ align }, index) => {
    const { text, mark } = cells[index] ?? { text: '' };
    const marked = mark === undefined || text === '' ? text : mark(text);
    const space = ' '.repeat(widths[index]! - stringWidth(text));
    return align === 'right' ? space + marked : marked + space;
  });
  return padded.join(GAP).trimEnd();
}

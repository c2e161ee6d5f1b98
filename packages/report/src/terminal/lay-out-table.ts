import { cutToWidth, type MeasureText } from './cut-to-width.js';

/** Marks up a text for a terminal, or returns it unchanged. */
export type Mark = (text: string) => string;

/** One column of a table. */
export interface Column {
  readonly title: string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
  /** If there is too little room: the width to which its texts may be cut. @default they are never cut */
  readonly leastWidth?: number;
  /** If there is too little room: the column with the highest number is dropped first, at 2 or above before any text is cut. @default it stays */
  readonly dropRank?: number;
}

/** A cell: its text, and how to mark it up once its width is known. */
export interface Cell {
  readonly text: string;
  readonly mark?: Mark;
}

const GAP = '  ';

/**
 * Lays out a table: columns as wide as their widest cell, two spaces between them. If that is too wide, the widest texts that
 * may be cut are cut, and then columns that may be dropped are dropped.
 *
 * @param rows Cells without control characters; a missing cell is empty.
 * @param markTitle How to mark up the titles.
 * @param measure Returns the width of a text.
 * @param width Columns of the terminal. @default as many as it takes
 */
export function layOutTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  markTitle: Mark,
  measure: MeasureText,
  width = Number.POSITIVE_INFINITY,
): string {
  const titles: Cell[] = columns.map(({ title }) => ({ text: title, mark: markTitle }));
  const lines = [titles, ...rows];
  // Not by `Math.max(...)`: a hundred thousand arguments overflow the stack.
  const widths = columns.map((_, index) =>
    lines.reduce((most, line) => Math.max(most, measure(line[index]?.text ?? '')), 0),
  );
  const shown = fit(columns, widths, width);
  return lines
    .map((line) =>
      shown
        .map((index) => renderCell(columns[index]!, widths[index]!, measure, line[index]))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** Reduces widths until the columns fit, if possible. @returns Numbers of the columns that are shown. */
function fit(columns: readonly Column[], widths: number[], width: number): readonly number[] {
  let shown = columns.map((_, index) => index);
  const excess = (): number =>
    shown.reduce((sum, index) => sum + widths[index]!, GAP.length * (shown.length - 1)) - width;
  const cuttable = (): number[] =>
    shown.filter(
      (index) => widths[index]! > (columns[index]!.leastWidth ?? Number.POSITIVE_INFINITY),
    );
  const natural = [...widths];
  for (;;) {
    // A dropped column has made room.
    widths.splice(0, widths.length, ...natural);
    const rankOf = (index: number): number => columns[index]!.dropRank ?? 0;
    const last = shown.reduce(
      (one, other) => (rankOf(other) > rankOf(one) ? other : one),
      shown[0]!,
    );
    while (rankOf(last) < 2 && excess() > 0 && cuttable().length > 0) {
      const widest = cuttable().reduce((one, other) =>
        widths[other]! > widths[one]! ? other : one,
      );
      widths[widest] = widths[widest]! - 1;
    }
    if (excess() <= 0 || rankOf(last) === 0) return shown;
    shown = shown.filter((index) => index !== last);
  }
}

function renderCell(
  { align }: Column,
  width: number,
  measure: MeasureText,
  cell: Cell = { text: '' },
): string {
  const text = cutToWidth(cell.text, width, measure);
  const marked = cell.mark === undefined || text === '' ? text : cell.mark(text);
  const space = ' '.repeat(width - measure(text));
  return align === 'right' ? space + marked : marked + space;
}

import { escapeText } from '@testbench/types';

import { MAX_CELL_CHARACTERS } from '../limits.js';

/** A value as one line of limited length. */
export function shownValue(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? typeof value);
  const line = escapeText(text.slice(0, 10 * MAX_CELL_CHARACTERS).replaceAll(/\s+/g, ' '));
  const characters = Array.from(line);
  return characters.length <= MAX_CELL_CHARACTERS
    ? line
    : `${characters.slice(0, MAX_CELL_CHARACTERS - 1).join('')}…`;
}

/** A score with three digits; a dash if there is none. */
export function shownScore(score: number | null | undefined): string {
  return score === null || score === undefined ? '-' : score.toFixed(3);
}

/** Columns of text, each as wide as its widest cell. */
export function toTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((cell, column) =>
    Math.max(...[header, ...rows].map((row) => Array.from(row[column] ?? '').length), cell.length),
  );
  const toLine = (row: readonly string[]): string =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? '';
        return cell + ' '.repeat(width - Array.from(cell).length);
      })
      .join('  ')
      .trimEnd();
  return [toLine(header), ...rows.map(toLine)].map((line) => `  ${line}`).join('\n');
}

import { escapeText, truncateText } from '@testbench/types';

import { MAX_CELL_CHARACTERS } from '../limits.js';

/**
 * Untrusted text as inline code, in which nothing is HTML, a link, emphasis, a mention or an issue number.
 *
 * It may be in a table cell, where a pipe needs an escape even in code.
 */
export function codeSpan(text: string, maxCharacters: number = MAX_CELL_CHARACTERS): string {
  const shown = escapeText(truncateText(text, maxCharacters)).replaceAll('\t', ' ');
  if (shown.trim() === '') return '` `';
  // A fence longer than any in the text.
  const fences = shown.match(/`+/g) ?? [];
  const fence = '`'.repeat(fences.reduce((most, { length }) => Math.max(most, length), 0) + 1);
  const space = fence.length > 1 || shown.startsWith(' ') ? ' ' : '';
  // A backslash before a pipe would cancel the pipe's escape.
  const cell = shown.replaceAll(/\\*\|/g, (run) => `${'\\'.repeat(run.length - 1)}\\|`);
  return `${fence}${space}${cell}${space}${fence}`;
}

/** A table: cells of the caller's, and code spans. */
export function markdownTable(
  titles: readonly string[],
  lines: readonly (readonly string[])[],
  numbers: readonly number[],
): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = titles.map((_, column) => (numbers.includes(column) ? '--:' : '---'));
  return [row(titles), row(rule), ...lines.map(row)].join('\n');
}

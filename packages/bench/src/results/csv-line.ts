/** Matches what spreadsheets take for the start of a formula, including the East Asian full-width forms, and the characters they skip before it. */
// eslint-disable-next-line no-control-regex
const FORMULA = /^[\s\u0000\uFEFF]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/;

/**
 * One line of CSV, as defined by RFC 4180. A text that a spreadsheet would run as a formula gets an apostrophe before it, so that the text is shown instead:
 * answers of models are untrusted text.
 *
 * @param values Numbers and booleans are written as they are, `undefined` and `null` as empty fields, and other non-text values as JSON.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 *
 * @example
 * ```ts
 * import { csvLine } from '@testbench/bench/results';
 *
 * csvLine([1, 'a, b', null, '=1+1']); // => '1,"a, b",,"\'=1+1"\r\n'
 * ```
 */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(csvField).join(',')}\r\n`;
}

function csvField(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const shown = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(shown) || shown !== text ? `"${shown.replaceAll('"', '""')}"` : shown;
}

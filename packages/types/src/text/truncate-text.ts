/**
 * Truncates an untrusted text to fit a message or a table, and states its length.
 *
 * @param length How much of the text to keep, in UTF-16 units; no character is cut in two.
 *
 * @example
 * ```ts
 * import { truncateText } from '@testbench/types';
 *
 * truncateText('short', 10); // => 'short'
 * truncateText('x'.repeat(1000), 5); // => 'xxxxx… (1000 characters)'
 * ```
 */
export function truncateText(text: string, length: number): string {
  if (text.length <= length) return text;
  const start = text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
  return `${start}… (${text.length} characters)`;
}

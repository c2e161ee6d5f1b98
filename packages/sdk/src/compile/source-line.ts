/** A line of a source without its end, counted from 1; undefined if there is none. */
export function sourceLine(text: string, line: number): string | undefined {
  return text.split('\n')[line - 1]?.replace(/\r$/, '');
}

/** Measures how many terminal columns a text takes. */
export type MeasureText = (text: string) => number;

/** Cuts a text to a number of terminal columns, with `…` at its end; a character is never cut, and a wide one takes two columns. */
export function cutToWidth(text: string, width: number, measure: MeasureText): string {
  if (measure(text) <= width) return text;
  let cut = '';
  let taken = 1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    taken += measure(segment);
    if (taken > width) break;
    cut += segment;
  }
  return `${cut}…`;
}

import stringWidth from 'string-width';

const segmenter = new Intl.Segmenter();

/** Cuts a text to so many columns of a terminal, with `…` at its end; a character is never cut, and a wide one takes two columns. */
export function cutToWidth(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let cut = '';
  let taken = 1;
  for (const { segment } of segmenter.segment(text)) {
    taken += stringWidth(segment);
    if (taken > width) break;
    cut += segment;
  }
  return `${cut}…`;
}

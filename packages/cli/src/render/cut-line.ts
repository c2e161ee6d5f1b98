import { stripVTControlCharacters } from 'node:util';

// oxlint-disable-next-line no-control-regex -- the marks that `createStyle` makes
const PARTS = /\u001B\[\d+m|[^\u001B]/gu;
const RESET = '\u001B[0m';

/** Truncates a line to the width of a terminal and resets colours; undefined for no limit. */
export function cutLine(text: string, width: number | undefined): string {
  if (width === undefined || stripVTControlCharacters(text).length <= width) return text;
  let room = width - 1;
  let cut = '';
  for (const [part] of text.matchAll(PARTS)) {
    if (part.startsWith('\u001B')) {
      cut += part;
      continue;
    }
    if (room === 0) break;
    cut += part;
    room -= 1;
  }
  return `${cut}…${cut.includes('\u001B') ? RESET : ''}`;
}

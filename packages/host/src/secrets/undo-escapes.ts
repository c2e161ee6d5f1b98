/** A text with one layer of escapes undone. */
export interface Unescaped {
  readonly text: string;
  /** Maps a position in this text to one in the original; also for its end. */
  readonly toSource: (position: number) => number;
}

/** What an escape begins with: in URLs, in JSON and JavaScript, in HTML, and the zeros between the letters of UTF-16. */
const SIGNS = ['%', '\\', '&', '\0'] as const;

const ENTITY = /&(?:#0*(\d{1,3})|#x0*([0-9a-f]{1,2})|(amp|lt|gt|quot|apos));/iy;
const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/**
 * Undoes one layer of escapes of ASCII characters.
 *
 * @param separately If there are several kinds, also undoes each separately, since what looks like one kind may be the content that was
 *   escaped with another.
 * @returns An empty list if there are none.
 */
export function undoEscapes(text: string, separately: boolean): Unescaped[] {
  const present = SIGNS.filter((sign) => text.includes(sign));
  const choices =
    separately && present.length > 1 ? [present, ...present.map((sign) => [sign])] : [present];
  return choices.flatMap((signs) => (signs.length === 0 ? [] : undo(text, signs)));
}

function undo(text: string, signs: readonly string[]): Unescaped[] {
  const isSign = new Uint8Array(128);
  for (const sign of signs) isSign[sign.charCodeAt(0)] = 1;
  const parts: string[] = [];
  // From here on, in both texts, characters correspond one by one.
  const inner: number[] = [0];
  const source: number[] = [0];
  let length = 0;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    // The table has no entries for characters that are not ASCII.
    if (isSign[text.charCodeAt(at)] !== 1) continue;
    const escape = readEscape(text, at);
    if (escape === undefined) continue;
    const { character, size } = escape;
    parts.push(text.slice(from, at), character);
    length += at - from;
    inner.push(length, length + character.length);
    source.push(at, at + size);
    length += character.length;
    from = at + size;
    at = from - 1;
  }
  if (parts.length === 0) return [];
  parts.push(text.slice(from));
  const toSource = (position: number): number => {
    const index = lastUpTo(inner, position);
    return source[index]! + position - inner[index]!;
  };
  return [{ text: parts.join(''), toSource }];
}

function readEscape(
  text: string,
  at: number,
): { readonly character: string; readonly size: number } | undefined {
  switch (text[at]) {
    case '%':
      return fromHex(text, at + 1, 3);
    case '\\': {
      const kind = text[at + 1];
      if (kind === 'u' && text.startsWith('00', at + 2)) return fromHex(text, at + 4, 6);
      if (kind === 'x') return fromHex(text, at + 2, 4);
      return kind !== undefined && `"'\\/`.includes(kind)
        ? { character: kind, size: 2 }
        : undefined;
    }
    case '&':
      return fromEntity(text, at);
    default:
      return { character: '', size: 1 };
  }
}

function fromHex(
  text: string,
  at: number,
  size: number,
): { readonly character: string; readonly size: number } | undefined {
  const digits = text.slice(at, at + 2);
  if (!/^[0-9a-f]{2}$/i.test(digits)) return undefined;
  return { character: String.fromCharCode(Number.parseInt(digits, 16)), size };
}

function fromEntity(
  text: string,
  at: number,
): { readonly character: string; readonly size: number } | undefined {
  ENTITY.lastIndex = at;
  const match = ENTITY.exec(text);
  if (match === null) return undefined;
  const [whole, decimal, hex, name = ''] = match;
  const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
  const character = NAMED[name.toLowerCase()] ?? String.fromCharCode(code);
  return { character, size: whole.length };
}

/** Index of the last number that is not above `limit`, in an ascending list that begins with 0. */
function lastUpTo(numbers: readonly number[], limit: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (numbers[middle]! <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

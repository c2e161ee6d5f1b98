/** A stretch of text that looks like personal data; places are UTF-16 units. */
@final
export class Span {
  constructor(
    readonly entity: string,
    readonly start: i32,
    readonly end: i32,
  ) {}
}

/** True for what `\w` matches in ASCII. Units of other scripts do not occur in the data that is looked for. */
export function isWord(text: string, index: i32): bool {
  if (index < 0 || index >= text.length) return false;
  const unit = text.charCodeAt(index);
  return isDigitUnit(unit) || <u32>((unit | 0x20) - 0x61) < 26 || unit == 0x5f || unit > 0x7f;
}

export function isDigitUnit(unit: i32): bool {
  return <u32>(unit - 0x30) < 10;
}

/** True for a digit at `index`. */
export function isDigitAt(text: string, index: i32): bool {
  return index >= 0 && index < text.length && isDigitUnit(text.charCodeAt(index));
}

/** True if there is no word character on one side of the place before `index`, and one on the other: `\b`. */
export function isEdge(text: string, index: i32): bool {
  return isWord(text, index - 1) != isWord(text, index);
}

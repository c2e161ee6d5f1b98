import { isDigit } from "./characters";

/**
 * The line with spaces around its marks, as the scripts of machine translation (mteval-v13a, Tercom) put them: points and
 * commas within numbers stay, and so do hyphens, but for one after a digit.
 *
 * The references are written as substitutions one after the other, of which each takes a pair of characters at a time,
 * left to right; so is this.
 */
export function separateMarks(line: string, possessives: bool = false): string {
  const length = line.length;
  // A mark gets at most four spaces.
  const most = (length + 2) * 5;
  let text = new Units(most);
  let next = new Units(most);
  aroundMarks(line, text);
  if (possessives) {
    beforePossessives(text, next);
    const previous = text;
    text = next;
    next = previous;
  }
  afterNonDigit(text, next);
  beforeNonDigit(next, text);
  afterDigitDash(text, next);
  return next.toString();
}

/** The line as mteval-v13a divides it into words: entities are read, then marks are separated. */
export function separate13a(line: string): string {
  for (let index = 0; index < line.length; index++) {
    const unit = line.charCodeAt(index);
    if (unit == 0x26 || unit == 0x0a || unit == 0x3c) return separateMarks(unescape(line));
  }
  return separateMarks(line);
}

function unescape(line: string): string {
  return line
    .replaceAll("<skipped>", "")
    .replaceAll("-\n", "")
    .replaceAll("\n", " ")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">");
}

/** Text that is written front to back. */
@final
class Units {
  length: i32 = 0;
  private units: StaticArray<u16>;

  constructor(most: i32) {
    this.units = new StaticArray<u16>(most);
  }

  @inline
  at(index: i32): u16 {
    return unchecked(this.units[index]);
  }

  @inline
  put(unit: u16): void {
    unchecked((this.units[this.length++] = unit));
  }

  /** Puts a unit with a space on either side. */
  @inline
  putApart(unit: u16): void {
    this.put(0x20);
    this.put(unit);
    this.put(0x20);
  }

  toString(): string {
    return String.UTF16.decodeUnsafe(changetype<usize>(this.units), <usize>this.length << 1);
  }
}

/** `([\{-\~\[-\` -\&\(-\+\:-\@\/])` -> ` \1 `, between two spaces. */
function aroundMarks(line: string, result: Units): void {
  result.put(0x20);
  for (let index = 0; index < line.length; index++) {
    const unit = <u16>line.charCodeAt(index);
    // Words are what counts in the end, so that one space is as good as three.
    if (isMark(unit)) result.putApart(unit);
    else result.put(unit);
  }
  result.put(0x20);
}

function isMark(unit: u16): bool {
  if (unit < 0x30) return (unit >= 0x21 && unit <= 0x26) || (unit >= 0x28 && unit <= 0x2b) || unit == 0x2f;
  return (unit >= 0x3a && unit <= 0x40) || (unit >= 0x5b && unit <= 0x60) || (unit >= 0x7b && unit <= 0x7e);
}

/** `'s ` -> ` 's ` */
function beforePossessives(text: Units, result: Units): void {
  result.length = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.at(index);
    if (unit == 0x27 && index + 2 < text.length && text.at(index + 1) == 0x73 && text.at(index + 2) == 0x20) result.put(0x20);
    result.put(unit);
  }
}

function isPointOrComma(unit: u16): bool {
  return unit == 0x2e || unit == 0x2c;
}

/** `([^0-9])([\.,])` -> `\1 \2 ` */
function afterNonDigit(text: Units, result: Units): void {
  const length = text.length;
  result.length = 0;
  for (let index = 0; index < length; index++) {
    const unit = text.at(index);
    result.put(unit);
    if (isDigit(unit) || index + 1 == length || !isPointOrComma(text.at(index + 1))) continue;
    // The mark is used up: it cannot be the first half of the next pair.
    result.putApart(text.at(++index));
  }
}

/** `([\.,])([^0-9])` -> ` \1 \2` */
function beforeNonDigit(text: Units, result: Units): void {
  const length = text.length;
  result.length = 0;
  for (let index = 0; index < length; index++) {
    const unit = text.at(index);
    if (!isPointOrComma(unit) || index + 1 == length || isDigit(text.at(index + 1))) {
      result.put(unit);
      continue;
    }
    result.putApart(unit);
    result.put(text.at(++index));
  }
}

/** `([0-9])(-)` -> `\1 \2 ` */
function afterDigitDash(text: Units, result: Units): void {
  const length = text.length;
  result.length = 0;
  for (let index = 0; index < length; index++) {
    const unit = text.at(index);
    result.put(unit);
    if (!isDigit(unit) || index + 1 == length || text.at(index + 1) != 0x2d) continue;
    result.putApart(text.at(++index));
  }
}

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
  const units = new StaticArray<u16>(length + 2);
  unchecked((units[0] = 0x20));
  for (let index = 0; index < length; index++) unchecked((units[index + 1] = <u16>line.charCodeAt(index)));
  unchecked((units[length + 1] = 0x20));
  let text = aroundMarks(units);
  if (possessives) text = beforePossessives(text);
  text = afterDigitDash(beforeNonDigit(afterNonDigit(text)));
  return String.UTF16.decodeUnsafe(changetype<usize>(text), <usize>text.length << 1);
}

/** Text that is written front to back. */
@final
class Units {
  private units: StaticArray<u16>;
  private length: i32 = 0;

  constructor(most: i32) {
    this.units = new StaticArray<u16>(most);
  }

  @inline
  put(unit: u16): void {
    unchecked((this.units[this.length++] = unit));
  }

  take(): StaticArray<u16> {
    return this.units.slice<StaticArray<u16>>(0, this.length);
  }
}

/** `([\{-\~\[-\` -\&\(-\+\:-\@\/])` -> ` \1 ` */
function aroundMarks(text: StaticArray<u16>): StaticArray<u16> {
  const result = new Units(text.length * 3);
  for (let index = 0; index < text.length; index++) {
    const unit = unchecked(text[index]);
    const mark =
      (unit >= 0x7b && unit <= 0x7e) || (unit >= 0x5b && unit <= 0x60) || (unit >= 0x20 && unit <= 0x26) ||
      (unit >= 0x28 && unit <= 0x2b) || (unit >= 0x3a && unit <= 0x40) || unit == 0x2f;
    // Words are what counts in the end, so that one space is as good as three.
    if (mark && unit != 0x20) {
      result.put(0x20);
      result.put(unit);
      result.put(0x20);
    } else {
      result.put(unit);
    }
  }
  return result.take();
}

/** `'s ` -> ` 's ` */
function beforePossessives(text: StaticArray<u16>): StaticArray<u16> {
  const result = new Units(text.length * 2);
  for (let index = 0; index < text.length; index++) {
    const unit = unchecked(text[index]);
    if (unit == 0x27 && index + 2 < text.length && text[index + 1] == 0x73 && text[index + 2] == 0x20) result.put(0x20);
    result.put(unit);
  }
  return result.take();
}

function isPointOrComma(unit: u16): bool {
  return unit == 0x2e || unit == 0x2c;
}

/** `([^0-9])([\.,])` -> `\1 \2 ` */
function afterNonDigit(text: StaticArray<u16>): StaticArray<u16> {
  const result = new Units(text.length * 2);
  for (let index = 0; index < text.length; index++) {
    const unit = unchecked(text[index]);
    result.put(unit);
    if (isDigit(unit) || index + 1 == text.length || !isPointOrComma(unchecked(text[index + 1]))) continue;
    // The mark is used up: it cannot be the first half of the next pair.
    index++;
    result.put(0x20);
    result.put(unchecked(text[index]));
    result.put(0x20);
  }
  return result.take();
}

/** `([\.,])([^0-9])` -> ` \1 \2` */
function beforeNonDigit(text: StaticArray<u16>): StaticArray<u16> {
  const result = new Units(text.length * 2);
  for (let index = 0; index < text.length; index++) {
    const unit = unchecked(text[index]);
    if (!isPointOrComma(unit) || index + 1 == text.length || isDigit(unchecked(text[index + 1]))) {
      result.put(unit);
      continue;
    }
    index++;
    result.put(0x20);
    result.put(unit);
    result.put(0x20);
    result.put(unchecked(text[index]));
  }
  return result.take();
}

/** `([0-9])(-)` -> `\1 \2 ` */
function afterDigitDash(text: StaticArray<u16>): StaticArray<u16> {
  const result = new Units(text.length * 2);
  for (let index = 0; index < text.length; index++) {
    const unit = unchecked(text[index]);
    result.put(unit);
    if (!isDigit(unit) || index + 1 == text.length || unchecked(text[index + 1]) != 0x2d) continue;
    index++;
    result.put(0x20);
    result.put(0x2d);
    result.put(0x20);
  }
  return result.take();
}

import { isAsciiLetter } from "../text/characters";
import { Code, codeOf } from "./code";

/** A text in codes, with the place in the text at which each begins. */
@final
export class NormalForm {
  /** Number of codes. */
  length: i32 = 0;
  private codes: StaticArray<u16>;
  private offsets: StaticArray<i32>;

  constructor(private text: string) {
    this.codes = new StaticArray<u16>(text.length);
    this.offsets = new StaticArray<i32>(text.length + 1);
    let index = 0;
    while (index < text.length) index = this.add(index);
    unchecked((this.offsets[this.length] = text.length));
  }

  /** The code at `index`; a line feed beyond the ends. */
  at(index: i32): i32 {
    return <u32>index < <u32>this.length ? <i32>unchecked(this.codes[index]) : 0x0a;
  }

  isDigit(index: i32): bool {
    return <u32>(this.at(index) - 0x30) < 10;
  }

  /** Where in the text the code at `index` begins. */
  offset(index: i32): i32 {
    return this.offsets[index];
  }

  /** The first index from `index` on at which no digit stands. */
  afterDigits(index: i32): i32 {
    while (this.isDigit(index)) index++;
    return index;
  }

  /** Skips white space within a line, two characters at most: more is no part of one number. */
  afterGap(index: i32): i32 {
    for (let count = 0; count < 2 && (this.at(index) == 0x20 || this.at(index) == Code.GAP); count++) index++;
    return index;
  }

  /** Codes that are ASCII, as text. */
  slice(start: i32, end: i32): string {
    return String.UTF16.decodeUnsafe(changetype<usize>(this.codes) + (<usize>start << 1), <usize>(end - start) << 1);
  }

  /** Reads what stands at `index` of the text; returns the place after it. */
  private add(index: i32): i32 {
    const unit = this.text.charCodeAt(index);
    if (unit == 0x5c) return this.addEscape(index);
    if (unit < 0x80) {
      // `{,}` and `{.}`
      if (unit == 0x7b && index + 2 < this.text.length && this.text.charCodeAt(index + 2) == 0x7d) {
        const inner = this.text.charCodeAt(index + 1);
        if (inner == 0x2c || inner == 0x2e) return this.put(inner == 0x2c ? Code.GROUP : 0x2e, index, 3);
      }
      return this.put(unit == 0x7e ? Code.GAP : unit, index, 1);
    }
    const point = this.text.codePointAt(index);
    return this.put(codeOf(point), index, point > 0xffff ? 2 : 1);
  }

  /** A command of LaTeX, or a character that Markdown or LaTeX would take for something else without the backslash. */
  private addEscape(index: i32): i32 {
    const next = index + 1 < this.text.length ? this.text.charCodeAt(index + 1) : 0;
    if (isAsciiLetter(next)) {
      let end = index + 2;
      while (end < this.text.length && isAsciiLetter(this.text.charCodeAt(end))) end++;
      return this.put(commandCode(this.text, index + 1, end), index, end - index);
    }
    if (next == 0x28 || next == 0x29 || next == 0x5b || next == 0x5d) return this.put(Code.MATH, index, 2);
    // The braces of a set.
    if (next == 0x7b) return this.put(0x5b, index, 2);
    if (next == 0x7d) return this.put(0x5d, index, 2);
    if (next == 0x5c) return this.put(0x0a, index, 2);
    if (next == 0x20 || next == 0x2c || next == 0x3a || next == 0x3b) return this.put(Code.GAP, index, 2);
    if (next == 0x21) return this.put(-1, index, 2);
    if (next > 0x20 && next < 0x7f) return this.put(next, index, 2);
    return this.put(0x5c, index, 1);
  }

  private put(code: i32, index: i32, length: i32): i32 {
    if (code >= 0) {
      unchecked((this.offsets[this.length] = index));
      unchecked((this.codes[this.length++] = <u16>code));
    }
    return index + length;
  }
}

function commandCode(text: string, start: i32, end: i32): i32 {
  const name = text.substring(start, min(end, start + 8));
  if (name == "frac" || name == "dfrac" || name == "tfrac" || name == "cfrac") return Code.FRACTION;
  if (name == "times" || name == "cdot") return Code.TIMES;
  if (name == "sqrt" || name == "pi") return Code.ROOT;
  if (name == "pm" || name == "mp") return Code.PLUS_MINUS;
  // They only say how large a bracket is.
  if (name == "left" || name == "right" || name == "big" || name == "bigl" || name == "bigr" || name == "Big") return -1;
  return Code.COMMAND;
}

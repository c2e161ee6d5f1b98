import { isAsciiLetter, isDigit } from "../text/characters";
import { TextBuilder } from "../text/text-builder";

/** Largest whole number that all JSON readers agree on. */
const MAX_INTEGER: i64 = 9007199254740991;

/** Reads the words of a path; the first problem stays, and ends the reading. */
@final
export class Cursor {
  at: i32 = 0;
  problem: string = "";

  constructor(readonly text: string) {}

  get failed(): bool {
    return this.problem.length > 0;
  }

  get atEnd(): bool {
    return this.at >= this.text.length;
  }

  wrong(expected: string): void {
    if (this.failed) return;
    this.problem = "expected " + expected + " at character " + this.at.toString();
    this.at = this.text.length;
  }

  /** The unit here; 0 at the end. */
  peek(): i32 {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : 0;
  }

  skipSpace(): void {
    while (!this.atEnd && " \t\n\r".includes(this.text.charAt(this.at))) this.at++;
  }

  /** Steps over a word if it is the next one. */
  take(word: string): bool {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** A name without quotes; empty if there is none. */
  name(): string {
    const start = this.at;
    while (!this.atEnd) {
      const unit = this.peek();
      const fits = isAsciiLetter(unit) || unit == 0x5f || unit > 0x7f || (isDigit(unit) && this.at > start);
      if (!fits) break;
      this.at++;
    }
    return this.text.substring(start, this.at);
  }

  /** A whole number without leading zeros. */
  integer(): i64 {
    const start = this.at;
    const negative = this.take("-");
    const first = this.at;
    let value: i64 = 0;
    while (isDigit(this.peek())) {
      value = value * 10 + (this.peek() - 0x30);
      this.at++;
      if (value > MAX_INTEGER) break;
    }
    const zero = this.text.charCodeAt(first) == 0x30;
    if (this.at == first || value > MAX_INTEGER || (zero && (negative || this.at - first > 1))) {
      this.at = start;
      this.wrong("a whole number up to 9007199254740991");
    }
    return negative ? -value : value;
  }

  /** What stands in quotes of either kind. */
  quoted(): string {
    const quote = this.peek();
    const result = new TextBuilder();
    this.at++;
    while (true) {
      const unit = this.peek();
      if (this.atEnd || unit < 0x20) {
        this.wrong("a closing quote");
        return "";
      }
      this.at++;
      if (unit == quote) return result.toString();
      if (unit != 0x5c) result.addUnit(unit);
      else this.escape(quote, result);
      if (this.failed) return "";
    }
  }

  private escape(quote: i32, result: TextBuilder): void {
    const unit = this.peek();
    this.at++;
    if (unit == 0x75) {
      const first = this.hex();
      result.addUnit(first);
      if ((first & 0xf800) != 0xd800) return;
      // A surrogate needs the other half.
      const paired = (first & 0xfc00) == 0xd800 && this.take("\\u");
      const second = paired ? this.hex() : 0;
      if ((second & 0xfc00) != 0xdc00) this.wrong("a pair of surrogates");
      result.addUnit(second);
      return;
    }
    const place = "bfnrt/\\".indexOf(String.fromCharCode(unit));
    if (unit == quote) result.addUnit(unit);
    else if (place < 0) this.wrong("an escape");
    else result.addUnit("\b\f\n\r\t/\\".charCodeAt(place));
  }

  private hex(): i32 {
    const digits = this.text.substring(this.at, this.at + 4);
    let value = 0;
    for (let index = 0; index < 4; index++) {
      const unit = index < digits.length ? digits.charCodeAt(index) | 0x20 : 0;
      const digit = <u32>(unit - 0x30) < 10 ? unit - 0x30 : <u32>(unit - 0x61) < 6 ? unit - 0x57 : -1;
      if (digit < 0) {
        this.wrong("four hexadecimal digits");
        return 0;
      }
      value = value * 16 + digit;
    }
    this.at += 4;
    return value;
  }
}

import { isAsciiLetter } from "../text/characters";
import { Code, isSuperscript } from "./code";
import { NormalForm } from "./normal-form";

/** Beyond any double. */
const MAX_EXPONENT: i32 = 100_000;
/** More codes than this of an exponent that is none are not passed over. */
const MAX_LENGTH: i32 = 200;

/** Reads what follows the digits of a number: `e3`, `×10^3`, `^3`, `³`. */
@final
export class PowerReader {
  /** What `readPower` gives for `^3`, and for `³`. */
  static readonly CARET: i32 = 1;
  static readonly SUPERSCRIPT: i32 = 2;

  /** The place after it. */
  end: i32 = 0;
  /** The exponent in ASCII. */
  text: string = "";
  private exponent: i32 = 0;

  constructor(private form: NormalForm) {}

  /** A power of ten that belongs to the number: `e3`, `E-3`, `×10^3`, `x 10^{-3}`, `\times 10³`. Returns 1, or 0 if there is none. */
  readExponent(at: i32): i32 {
    const form = this.form;
    if ((form.at(at) | 0x20) == 0x65) return this.readWhole(at + 1) ? 1 : 0;
    const times = form.afterGap(at);
    const code = form.at(times);
    if (code != Code.TIMES && code != 0x2a && (code | 0x20) != 0x78) return 0;
    const ten = form.afterGap(times + 1);
    if (form.at(ten) != 0x31 || form.at(ten + 1) != 0x30) return 0;
    const mark = form.at(ten + 2);
    if (isSuperscript(mark) || mark == Code.SUPERSCRIPT_MINUS || mark == Code.SUPERSCRIPT_PLUS) return this.readSuperscript(ten + 2) ? 1 : 0;
    return this.readCaret(ten + 2) > 0 ? 1 : 0;
  }

  /** A power of the whole number that stands from `start` to `at`. 0 if there is none, -1 if its exponent is no whole number. */
  readPower(start: i32, at: i32): i32 {
    const mark = this.form.at(at);
    if (isSuperscript(mark) || mark == Code.SUPERSCRIPT_MINUS || mark == Code.SUPERSCRIPT_PLUS) {
      return this.readSuperscript(at) ? PowerReader.SUPERSCRIPT : 0;
    }
    // `**2**3` is bold.
    if (mark == 0x2a && this.form.at(start - 1) == 0x2a) return 0;
    return this.readCaret(at);
  }

  /** `value` to the exponent that was read. */
  raise(value: f64): f64 {
    // Powers of whole numbers are exact as long as a double can hold them; Math.pow would bring 8 kB of tables.
    let power: f64 = 1;
    let square = value;
    for (let size = abs(this.exponent); size > 0; size >>= 1) {
      if ((size & 1) == 1) power *= square;
      square *= square;
    }
    return this.exponent < 0 ? 1 / power : power;
  }

  private readCaret(at: i32): i32 {
    const form = this.form;
    let index = at + 1;
    if (form.at(at) == 0x2a) {
      if (form.at(index++) != 0x2a || !(form.isDigit(index) || form.at(index) == 0x2d)) return 0;
    } else if (form.at(at) != 0x5e) {
      return 0;
    }
    this.end = index;
    const open = form.at(index);
    const close = open == 0x7b ? 0x7d : open == 0x28 ? 0x29 : 0;
    const first = close != 0 ? index + 1 : index;
    // `5^\circ` and `5^{th}` are units, `2^x` is no number.
    const letters = isAsciiLetter(form.at(first)) && isAsciiLetter(form.at(first + 1));
    if (letters || form.at(first) == Code.COMMAND) return 0;
    this.end = first;
    const isWhole = this.readWhole(first);
    if (close != 0 && form.at(this.end) == close) this.end++;
    else if (close != 0) return this.reject(this.end, true);
    const code = form.at(this.end);
    // `2^0.5`, `2^1/2`, `2^3^4`
    const isMore = code == 0x5e || ((code == 0x2e || code == 0x2f) && form.isDigit(this.end + 1));
    return isWhole && !isMore ? PowerReader.CARET : this.reject(this.end, false);
  }

  /** Passes over an exponent that is no whole number. */
  private reject(index: i32, isBraced: bool): i32 {
    const form = this.form;
    const last = index + MAX_LENGTH;
    if (isBraced) {
      while (index < last && form.at(index) != 0x7d && form.at(index) != 0x29 && form.at(index) != 0x0a) index++;
    } else {
      while (index < last && (form.isDigit(index) || form.at(index) == 0x5e || form.at(index) == 0x2e || form.at(index) == 0x2f)) index++;
    }
    this.end = index;
    return -1;
  }

  private readWhole(at: i32): bool {
    const form = this.form;
    const sign = form.at(at);
    const from = sign == 0x2d || sign == 0x2b ? at + 1 : at;
    const end = form.afterDigits(from);
    if (end == from) return false;
    let value = 0;
    for (let index = from; index < end; index++) value = min(MAX_EXPONENT, value * 10 + form.at(index) - 0x30);
    this.setExponent(sign == 0x2d, value, end);
    return true;
  }

  private readSuperscript(at: i32): bool {
    const form = this.form;
    const sign = form.at(at);
    const from = sign == Code.SUPERSCRIPT_MINUS || sign == Code.SUPERSCRIPT_PLUS ? at + 1 : at;
    let end = from;
    let value = 0;
    while (isSuperscript(form.at(end))) value = min(MAX_EXPONENT, value * 10 + form.at(end++) - Code.SUPERSCRIPT);
    if (end == from) return false;
    this.setExponent(sign == Code.SUPERSCRIPT_MINUS, value, end);
    return true;
  }

  private setExponent(negative: bool, value: i32, end: i32): void {
    this.exponent = negative ? -value : value;
    this.text = this.exponent.toString();
    this.end = end;
  }
}

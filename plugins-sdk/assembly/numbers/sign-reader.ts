import { isAsciiLetter } from "../text/characters";
import { Code, isSpacedLetter, isSuperscript, isVulgar, isWord } from "./code";
import { NormalForm } from "./normal-form";

/** `正` */
const POSITIVE: i32 = 0x6b63;
const DOLLAR: i32 = 0x24;
/** Letters before a `$` that say whose it is: `US$`, `R$`. */
const MAX_COUNTRY: i32 = 3;

/** Reads backwards from a number: its sign, a currency, and whether it is part of something else. */
@final
export class SignReader {
  /** First code of the sign or currency. */
  start: i32 = 0;
  isNegative: bool = false;
  hasCurrency: bool = false;

  constructor(private form: NormalForm) {}

  isSign(code: i32): bool {
    return code == 0x2d || code == 0x2b;
  }

  /** True for what ends a number or a term: after it, a hyphen is no sign. */
  isClosing(code: i32): bool {
    const bracket = code == 0x29 || code == 0x5d || code == 0x7d;
    return bracket || code == 0x25 || <u32>(code - 0x30) < 10 || isSuperscript(code) || isVulgar(code);
  }

  /** @returns False if the number at `at` is an exponent, an index, or one of two (`±5`). */
  read(at: i32): bool {
    const form = this.form;
    this.isNegative = false;
    this.start = at;
    // `$5`, `$ 5`, `US$5`; the signs stand before it, or between it and the digits.
    let before = this.skipCurrency(at - 1);
    this.hasCurrency = before < at - 1;
    if (this.hasCurrency) this.start = before + 1;
    const last = before;
    while (this.isSign(form.at(before))) before--;
    let first = before + 1;
    const signs = last - before;
    if (signs > 0 && !this.hasCurrency) {
      const outside = this.skipCurrency(before);
      this.hasCurrency = outside < before;
      if (this.hasCurrency) {
        this.start = outside + 1;
        // Between `$3` and `$5` it is a hyphen.
        before = this.isClosing(form.at(outside)) ? outside : -1;
      }
    }
    const code = form.at(before);
    if (signs > 0) {
      if (isSpacedLetter(code)) first = last + 1;
      else if (this.isClosing(code)) first++;
      for (let index = first; index <= last; index++) if (form.at(index) == 0x2d) this.isNegative = !this.isNegative;
      if (first <= last) this.start = min(this.start, first);
    }
    if (signs == 0 && this.isChineseSign(before)) {
      this.isNegative = form.at(before) != POSITIVE;
      this.start = before;
      return true;
    }
    return !this.isPartOfTerm(signs > 0 ? first - 1 : last);
  }

  /** True for `负`, `負` and `正` where no other word ends with them. */
  isChineseSign(index: i32): bool {
    const code = this.form.at(index);
    return (code == 0x8d1f || code == 0x8ca0 || code == POSITIVE) && !isWord(this.form.at(index - 1));
  }

  /** True after `^`, `^{`, `x_`, `x_{`, `±` and `√`: what stands there is no number of its own. */
  private isPartOfTerm(before: i32): bool {
    const form = this.form;
    let code = form.at(before);
    if (code == 0x20 && form.at(before - 1) == Code.PLUS_MINUS) code = Code.PLUS_MINUS;
    if (code == 0x7b || code == 0x28) {
      const outer = form.at(before - 1);
      if (outer == 0x5e || (outer == 0x5f && code == 0x7b)) code = outer;
      if (code == 0x5f) before--;
    }
    if (code == 0x5f) {
      const base = form.at(before - 1);
      return isAsciiLetter(base) || base == Code.COMMAND || base == 0x7d || base == 0x29;
    }
    return code == 0x5e || code == Code.PLUS_MINUS || code == Code.ROOT;
  }

  /** The place before a currency that ends at `index`; `index` if there is none. */
  private skipCurrency(index: i32): i32 {
    const form = this.form;
    const gap = form.at(index) == 0x20 || form.at(index) == Code.GAP ? 1 : 0;
    let at = index - gap;
    if (form.at(at) != DOLLAR) return index;
    while (form.at(at) == DOLLAR) at--;
    let letters = 0;
    while (letters < MAX_COUNTRY && isAsciiLetter(form.at(at - letters))) letters++;
    const outside = form.at(at - letters);
    return letters > 0 && !isAsciiLetter(outside) ? at - letters : at;
  }
}

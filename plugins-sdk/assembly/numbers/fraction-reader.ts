import { decimalValue } from "./decimal-value";
import { NormalForm } from "./normal-form";
import { readNumeral } from "./numeral";

/** More codes than this are not looked at for a closing brace. */
const MAX_ARGUMENT: i32 = 200;

/** Reads the fractions of LaTeX. */
@final
export class FractionReader {
  /** NaN for what is no number. */
  value: f64 = NaN;
  text: string = "";
  dividend: f64 = 0;
  divisor: f64 = 0;
  private argument: string = "";

  constructor(private form: NormalForm) {}

  /** `\frac{1}{2}`, `\frac12`; what holds anything else is no number, and passed over as a whole. */
  read(at: i32): i32 {
    this.value = NaN;
    const middle = this.readArgument(at + 1);
    const above = this.argument;
    const end = middle > 0 ? this.readArgument(middle) : 0;
    const below = this.argument;
    if (end <= 0) return this.afterArgument(this.afterArgument(at + 1));
    const negative = above.startsWith("-") != below.startsWith("-");
    const over = above.startsWith("-") ? above.substring(1) : above;
    const under = below.startsWith("-") ? below.substring(1) : below;
    this.dividend = decimalValue(over);
    this.divisor = decimalValue(under);
    if (this.divisor == 0) return end;
    this.value = this.dividend / this.divisor;
    if (negative) this.value = -this.value;
    this.text = (negative ? "-" : "") + over + "/" + under;
    return end;
  }

  /** A number in braces, or one digit; 0 if there is none. */
  private readArgument(at: i32): i32 {
    const form = this.form;
    at = form.afterGap(at);
    if (form.isDigit(at)) {
      this.argument = form.slice(at, at + 1);
      return at + 1;
    }
    if (form.at(at) != 0x7b) return 0;
    at = form.afterGap(at + 1);
    const negative = form.at(at) == 0x2d;
    if (negative) at = form.afterGap(at + 1);
    if (!form.isDigit(at) && !(form.at(at) == 0x2e && form.isDigit(at + 1))) return 0;
    const numeral = readNumeral(form, at, false, true);
    const close = form.afterGap(numeral.end);
    this.argument = (negative ? "-" : "") + numeral.digits;
    return numeral.isValid && form.at(close) == 0x7d ? close + 1 : 0;
  }

  /** The place after the argument in braces at `at`; `at` if there is none, or it is very long. */
  afterArgument(at: i32): i32 {
    const form = this.form;
    const open = form.afterGap(at);
    if (form.at(open) != 0x7b) return at;
    let depth = 0;
    for (let index = open; index < min(form.length, open + MAX_ARGUMENT); index++) {
      if (form.at(index) == 0x7b) depth++;
      else if (form.at(index) == 0x7d && --depth == 0) return index + 1;
    }
    return at;
  }
}

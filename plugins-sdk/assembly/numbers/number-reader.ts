import { afterChinese, readChinese } from "./chinese";
import {
  Code, isSpacedLetter, isSuperscript, isVulgar, isWord, vulgarDenominator, vulgarNumerator,
} from "./code";
import { decimalValue, valueText } from "./decimal-value";
import { FractionReader } from "./fraction-reader";
import { NormalForm } from "./normal-form";
import { Numeral, readNumeral, runEnd } from "./numeral";
import { PowerReader } from "./power-reader";
import { SignReader } from "./sign-reader";

const SLASH: i32 = 0x2f;

/** Reads one number after the other. What it finds stands in its fields. */
@final
export class NumberReader {
  /** First code of the number, its sign and currency included, and the first after it. */
  start: i32 = 0;
  end: i32 = 0;
  value: f64 = NaN;
  /** The number in ASCII, with its sign: `-1234.50`, `1e3`, `1 1/2`. */
  text: string = "";
  isPercent: bool = false;
  hasCurrency: bool = false;

  private next: i32 = 0;
  private tupleEnd: i32 = 0;
  private signs: SignReader;
  private powers: PowerReader;
  private fractions: FractionReader;

  constructor(readonly form: NormalForm) {
    this.signs = new SignReader(form);
    this.powers = new PowerReader(form);
    this.fractions = new FractionReader(form);
  }

  /** Goes to the next number; false if there is none. What looks like a number and is none is passed over. */
  advance(): bool {
    while (this.next < this.form.length) {
      const at = this.next;
      this.next = at + 1;
      this.value = NaN;
      if (this.readAt(at) && isFinite(this.value)) return true;
    }
    return false;
  }

  private readAt(at: i32): bool {
    const form = this.form;
    const code = form.at(at);
    if (code == Code.ROOT) return this.skipRoot(at);
    if (code == Code.FRACTION) return this.finish(at, this.readFraction(at));
    if (isVulgar(code)) {
      const end = form.isDigit(at + 1) || isVulgar(form.at(at + 1)) ? this.reject(runEnd(form, at + 1)) : this.setFraction(at + 1, "", code);
      return this.finish(at, end);
    }
    const digit = form.isDigit(at);
    if (digit || (code == 0x2e && form.isDigit(at + 1) && this.isLeadingPoint(at))) return this.finish(at, this.readDigits(at));
    return code > 0x2000 && this.readSign(at);
  }

  /** Numbers without digits, which count where they stand alone: `二十五`, `Ⅻ`, `⑤`, `⁵`. */
  private readSign(at: i32): bool {
    const form = this.form;
    if (isWord(form.at(at - 1)) && !this.signs.isChineseSign(at - 1)) return false;
    const code = form.at(at);
    let end = afterChinese(form, at);
    let value = NaN;
    if (end > at) {
      if (!isWord(form.at(end))) value = readChinese(form, at, end);
      // Its characters are looked at once.
      else this.next = end;
    } else if (!isWord(form.at(at + 1)) && !isSuperscript(form.at(at + 1))) {
      end = at + 1;
      value = signValue(code);
    }
    if (isNaN(value)) return false;
    return this.finish(at, this.set(end, valueText(value), value));
  }

  /** True if a point begins a number: after nothing that it could end or divide. */
  private isLeadingPoint(at: i32): bool {
    const before = this.form.at(at - 1);
    return !(before == 0x2e || isSpacedLetter(before) || this.signs.isClosing(before));
  }

  private readDigits(at: i32): i32 {
    const form = this.form;
    const before = form.at(at - 1);
    const chinese = isWord(before) && !this.signs.isChineseSign(at - 1) ? at : afterChinese(form, at);
    if (chinese > at && !isWord(form.at(chinese))) {
      const value = readChinese(form, at, chinese);
      return this.set(chinese, valueText(value), value);
    }
    if (at >= this.tupleEnd) this.lookForTuple(at);
    const inTuple = at < this.tupleEnd;
    const spaces = !(isGap(before) && form.isDigit(at - 2));
    const numeral = readNumeral(form, at, inTuple, spaces && !inTuple);
    if (!numeral.isValid) return this.reject(numeral.end);
    const end = numeral.end;
    if (numeral.isPlain && form.at(end) == 0x2d && form.isDigit(end + 1)) {
      // A date, a telephone number.
      let chain = form.afterDigits(end + 1);
      if (form.at(chain) == 0x2d && form.isDigit(chain + 1)) {
        while (form.at(chain) == 0x2d && form.isDigit(chain + 1)) chain = form.afterDigits(chain + 1);
        return this.reject(runEnd(form, chain));
      }
    }
    const divided = this.readQuotient(numeral);
    if (divided > 0) return divided;
    const mixed = numeral.isWhole ? this.readMixed(numeral) : 0;
    if (mixed != 0) return mixed;
    const exponent = this.powers.readExponent(end);
    if (exponent > 0) {
      const after = this.powers.end;
      if (form.at(after) == 0x2e && form.isDigit(after + 1)) return this.reject(runEnd(form, after + 1));
      return this.set(after, numeral.digits + "e" + this.powers.text, decimalValue(numeral.digits + "e" + this.powers.text));
    }
    return this.set(end, numeral.digits, decimalValue(numeral.digits));
  }

  /** `(100,200)` is a pair: between brackets, commas divide. */
  private lookForTuple(at: i32): void {
    const form = this.form;
    const end = runEnd(form, at);
    this.tupleEnd = 0;
    let comma = false;
    for (let index = at; index < end; index++) comma = comma || form.at(index) == 0x2c;
    if (!comma) return;
    let open = at - 1;
    while (this.signs.isSign(form.at(open))) open--;
    while (isGap(form.at(open))) open--;
    let close = end;
    while (isGap(form.at(close))) close++;
    const left = form.at(open);
    const right = form.at(close);
    const isArgument = left == 0x7b && this.isArgument(form.at(open - 1));
    const opens = left == 0x28 || left == 0x5b || (left == 0x7b && !isArgument);
    if (opens && (right == 0x29 || right == 0x5d || right == 0x7d)) this.tupleEnd = end;
  }

  /** True if a brace after this code is that of a command of LaTeX. */
  private isArgument(code: i32): bool {
    return code == Code.COMMAND || code == 0x5e || code == 0x5f || code == 0x7d || code == 0x5d || isWord(code);
  }

  /** `1/2`, with or without spaces around the slash; 0 if there is none. */
  private readQuotient(numeral: Numeral): i32 {
    const form = this.form;
    const slash = form.afterGap(numeral.end);
    if (form.at(slash) != SLASH) return 0;
    const from = form.afterGap(slash + 1);
    if (!form.isDigit(from)) return 0;
    const divisor = readNumeral(form, from, false, false);
    let end = divisor.end;
    // 31/12/2024
    let chain = form.afterGap(end);
    while (form.at(chain) == SLASH && form.isDigit(form.afterGap(chain + 1))) {
      end = runEnd(form, form.afterGap(chain + 1));
      chain = form.afterGap(end);
    }
    const right = decimalValue(divisor.digits);
    // Of what the power would be depends on rules of its own.
    const power = form.at(end) == 0x5e || isSuperscript(form.at(end));
    if (!divisor.isValid || end > divisor.end || right == 0 || power) return this.reject(end);
    return this.set(end, numeral.digits + "/" + divisor.digits, decimalValue(numeral.digits) / right);
  }

  /** A proper fraction after a whole number: `1 1/2`, `2½`, `3\frac{1}{4}`; 0 if there is none. */
  private readMixed(numeral: Numeral): i32 {
    const form = this.form;
    const next = form.at(numeral.end);
    const at = isGap(next) ? numeral.end + 1 : numeral.end;
    const code = form.at(at);
    if (isVulgar(code)) {
      if (form.isDigit(at + 1) || isVulgar(form.at(at + 1))) return this.reject(runEnd(form, at + 1));
      return this.setFraction(at + 1, numeral.digits, code);
    }
    if (code == Code.FRACTION) {
      const end = this.readFraction(at);
      if (isFinite(this.value) && this.value > 0 && this.value < 1) {
        const value = (decimalValue(numeral.digits) * this.fractions.divisor + this.fractions.dividend) / this.fractions.divisor;
        return this.set(end, numeral.digits + " " + this.text, value);
      }
      // Side by side it is a product; with a space, the fraction is another number.
      return at == numeral.end ? this.reject(end) : 0;
    }
    if (at == numeral.end || !form.isDigit(at)) return 0;
    const slash = form.afterDigits(at);
    if (form.at(slash) != SLASH || !form.isDigit(slash + 1)) return 0;
    const end = form.afterDigits(slash + 1);
    const dividend = decimalValue(form.slice(at, slash));
    const divisor = decimalValue(form.slice(slash + 1, end));
    if (!(dividend > 0 && dividend < divisor) || runEnd(form, slash + 1) > end) return 0;
    if (form.at(end) == SLASH && form.isDigit(end + 1)) return 0;
    const text = numeral.digits + " " + form.slice(at, slash) + "/" + form.slice(slash + 1, end);
    return this.set(end, text, (decimalValue(numeral.digits) * divisor + dividend) / divisor);
  }

  private readFraction(at: i32): i32 {
    const fraction = this.fractions;
    const end = fraction.read(at);
    return isNaN(fraction.value) ? this.reject(end) : this.set(end, fraction.text, fraction.value);
  }

  /** `√2`, `\sqrt[3]{8}`: the digits are passed over. */
  private skipRoot(at: i32): bool {
    const form = this.form;
    let index = form.afterGap(at + 1);
    if (form.at(index) == 0x5b && form.isDigit(index + 1) && form.at(index + 2) == 0x5d) index += 3;
    const end = this.fractions.afterArgument(index);
    this.next = end > index ? end : form.isDigit(index) ? runEnd(form, index) : at + 1;
    return false;
  }

  /** Powers, the unit, the sign and what goes before. */
  private finish(at: i32, end: i32): bool {
    const form = this.form;
    this.next = max(end, at + 1);
    this.end = end;
    this.isPercent = false;
    this.hasCurrency = false;
    const before = this.signs.read(at);
    this.start = this.signs.start;
    if (isNaN(this.value) || !before) return false;
    const power = this.powers.readPower(at, end);
    if (power < 0) {
      this.next = max(this.powers.end, this.next);
      return false;
    }
    if (power > 0) {
      this.next = this.end = this.powers.end;
      const signed = power == PowerReader.SUPERSCRIPT && this.signs.isNegative;
      const isTen = this.text == "10" && !signed;
      this.value = isTen ? decimalValue("1e" + this.powers.text) : this.powers.raise(signed ? -this.value : this.value);
      this.text = isTen ? "1e" + this.powers.text : valueText(this.value);
      if (!isFinite(this.value)) return false;
      if (this.signs.isNegative && !signed) this.negate();
    } else if (this.signs.isNegative) {
      this.negate();
    }
    this.hasCurrency = this.signs.hasCurrency;
    // A product with something that is no number.
    if (form.at(form.afterGap(this.end)) == Code.ROOT) return false;
    this.isPercent = form.at(isGap(form.at(this.end)) ? this.end + 1 : this.end) == 0x25;
    return true;
  }

  private negate(): void {
    this.value = -this.value;
    this.text = this.text.startsWith("-") ? this.text.substring(1) : "-" + this.text;
  }

  private set(end: i32, text: string, value: f64): i32 {
    this.text = text;
    this.value = value;
    return end;
  }

  private setFraction(end: i32, whole: string, code: i32): i32 {
    const above = vulgarNumerator(code);
    const below = vulgarDenominator(code);
    const value = (<f64>above + (whole.length > 0 ? decimalValue(whole) * below : 0)) / below;
    return this.set(end, (whole.length > 0 ? whole + " " : "") + above.toString() + "/" + below.toString(), value);
  }

  private reject(end: i32): i32 {
    this.value = NaN;
    return end;
  }
}

function isGap(code: i32): bool {
  return code == 0x20 || code == Code.GAP;
}

/** The value of a sign that is a number by itself; NaN if it is none. */
function signValue(code: i32): f64 {
  if (isSuperscript(code)) return code - Code.SUPERSCRIPT;
  if (code >= 0x2160 && code <= 0x217f) {
    const place = (code - 0x2160) & 15;
    return place < 12 ? place + 1 : place == 12 ? 50 : place == 13 ? 100 : place == 14 ? 500 : 1000;
  }
  return code >= 0x2460 && code <= 0x2473 ? code - 0x245f : NaN;
}

import { isSpace, Json, strip } from "@testbench/plugins-sdk";

import { parseChinese } from "./chinese";

/** The zero of each script's decimal digits, in the BMP. */
const ZEROS: i32[] = [
  0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20, 0x1040,
  0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0,
  0xa9f0, 0xaa50, 0xabf0, 0xff10,
];
const SUPERSCRIPTS: string = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const FRACTIONS: string = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞";
const FRACTION_VALUES: f64[] = [
  1.0 / 4, 1.0 / 2, 3.0 / 4, 1.0 / 7, 1.0 / 9, 1.0 / 10, 1.0 / 3, 2.0 / 3, 1.0 / 5, 2.0 / 5, 3.0 / 5, 4.0 / 5, 1.0 / 6, 5.0 / 6,
  1.0 / 8, 3.0 / 8, 5.0 / 8, 7.0 / 8,
];
const ROMAN: f64[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 50, 100, 500, 1000];
const MINUS: string = "-−﹣－负負";
const PLUS: string = "+＋﹢正";
const SEPARATORS: string = ",，﹐、٬ \u00a0\u202f\u2009\u2007\u2008'’ʼ＇";

/** The value of a decimal digit of any script; -1 if the unit is none. */
export function digitValue(unit: i32): i32 {
  for (let index = 0; index < ZEROS.length; index++) {
    const value = unit - ZEROS[index];
    if (value >= 0 && value < 10) return value;
  }
  return -1;
}

/**
 * Reads a whole text as a number, as people and models write them: `-5`, `1e3`, `１２３`, `2½`, `−1.5⁻³`, `二十五`.
 *
 * @returns NaN if it is none, or not a finite one.
 */
export function parseNumber(text: string): f64 {
  text = strip(text);
  const plain = parsePlain(text);
  if (isFinite(plain)) return plain;
  let negative = false;
  while (text.length > 0) {
    const first = text.charAt(0);
    if (MINUS.includes(first)) negative = !negative;
    else if (!PLUS.includes(first)) break;
    text = strip(text.substring(1));
  }
  const value = parseUnsigned(text, negative);
  return isFinite(value) ? value : NaN;
}

/** What Python's `float` takes, but for infinities: digits of any script, `_` between digits. */
function parsePlain(text: string): f64 {
  let at = 0;
  let out = "";
  if (text.startsWith("-") || text.startsWith("+")) {
    if (text.startsWith("-")) out = "-";
    at = 1;
  }
  let digits = 0;
  let point = false;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const digit = digitValue(unit);
    if (digit >= 0) {
      out += digit.toString();
      digits++;
    } else if (unit == 0x2e && !point) {
      out += ".";
      point = true;
    } else if (unit != 0x5f || !between(text, at)) {
      break;
    }
  }
  if (digits == 0) return NaN;
  if (at < text.length) {
    if ((text.charCodeAt(at) | 0x20) != 0x65) return NaN;
    const exponent = text.substring(at + 1);
    const sign = exponent.startsWith("-") ? "-" : "";
    const rest = exponent.startsWith("-") || exponent.startsWith("+") ? exponent.substring(1) : exponent;
    if (rest.length == 0) return NaN;
    out += "e" + sign;
    for (let index = 0; index < rest.length; index++) {
      const digit = digitValue(rest.charCodeAt(index));
      if (digit < 0) return NaN;
      out += digit.toString();
    }
  }
  return fromAscii(out);
}

function between(text: string, at: i32): bool {
  return at > 0 && at + 1 < text.length && digitValue(text.charCodeAt(at - 1)) >= 0 && digitValue(text.charCodeAt(at + 1)) >= 0;
}

/** The value of `-007.5e3`; JSON wants a digit before and after the point, and no zero before another digit. */
function fromAscii(text: string): f64 {
  const negative = text.startsWith("-");
  let at = negative ? 1 : 0;
  while (at + 1 < text.length && text.charCodeAt(at) == 0x30 && digitValue(text.charCodeAt(at + 1)) >= 0) at++;
  let body = text.substring(at);
  if (body.startsWith(".")) body = "0" + body;
  body = body.replace(".e", "e");
  if (body.endsWith(".")) body = body.substring(0, body.length - 1);
  const value = Json.parse(body).number();
  return negative ? -value : value;
}

function parseUnsigned(text: string, negative: bool): f64 {
  const symbol = symbolValue(text);
  if (!isNaN(symbol)) return negative ? -symbol : symbol;
  let end = text.length;
  while (end > 0 && SUPERSCRIPTS.includes(text.charAt(end - 1))) end--;
  let power = 1;
  let base = text;
  if (end < text.length && end > 0) {
    let exponent = 0;
    for (let index = end; index < text.length; index++) exponent = exponent * 10 + SUPERSCRIPTS.indexOf(text.charAt(index));
    const sign = text.charAt(end - 1);
    if (sign == "⁻" || sign == "⁺") end--;
    const head = strip(text.substring(0, end));
    if (head.length > 0) {
      base = head;
      power = sign == "⁻" ? -exponent : exponent;
    }
  }
  const value = parseWithFraction(base);
  // The sign belongs to the base: -2² is 4.
  return Math.pow(negative ? -value : value, power);
}

/** The value of a single numeric sign, such as a fraction or a Roman numeral. */
function symbolValue(text: string): f64 {
  if (text.length != 1) return NaN;
  const fraction = FRACTIONS.indexOf(text);
  if (fraction >= 0) return FRACTION_VALUES[fraction];
  const power = SUPERSCRIPTS.indexOf(text);
  if (power >= 0) return power;
  const unit = text.charCodeAt(0);
  if (unit >= 0x2160 && unit <= 0x217f) return ROMAN[(unit - 0x2160) & 15];
  if (unit >= 0x2460 && unit <= 0x2473) return unit - 0x245f;
  return NaN;
}

/** A number with one fraction sign at its end, or none. */
function parseWithFraction(text: string): f64 {
  let place = -1;
  for (let index = 0; index < text.length; index++) {
    if (!FRACTIONS.includes(text.charAt(index))) continue;
    if (place >= 0) return NaN;
    place = index;
  }
  if (place < 0) return parseCore(text);
  for (let index = place + 1; index < text.length; index++) {
    if (!isSeparator(text.charAt(index))) return NaN;
  }
  const head = strip(text.substring(0, place));
  const fraction = FRACTION_VALUES[FRACTIONS.indexOf(text.charAt(place))];
  return head.length == 0 ? fraction : parseCore(head) + fraction;
}

function parseCore(text: string): f64 {
  const chinese = parseChinese(text);
  return isNaN(chinese) ? parseGrouped(text) : chinese;
}

function isSeparator(character: string): bool {
  return SEPARATORS.includes(character) || isSpace(character.charCodeAt(0));
}

/** Digits of any script with separators of any country: the last of point and comma is the decimal one. */
function parseGrouped(text: string): f64 {
  const dot = text.lastIndexOf(".");
  const comma = text.lastIndexOf(",");
  let decimal = dot >= 0 ? "." : "";
  if (comma > dot) {
    let digits = 0;
    for (let index = comma + 1; index < text.length; index++) if (digitValue(text.charCodeAt(index)) >= 0) digits++;
    if (dot >= 0 || (digits >= 1 && digits <= 3)) decimal = ",";
  }
  let out = "";
  let point = false;
  let exponent = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    const digit = digitValue(text.charCodeAt(index));
    if (digit >= 0) {
      out += digit.toString();
    } else if ((character == "e" || character == "E") && !exponent && out.length > 0) {
      out += "e";
      exponent = true;
      const next = text.charAt(index + 1);
      if (next.length > 0 && (MINUS.includes(next) || PLUS.includes(next))) {
        if (MINUS.includes(next)) out += "-";
        index++;
      }
    } else if (character == decimal || character == "٫" || character == "．") {
      if (point) return NaN;
      out += ".";
      point = true;
    } else if (!isSeparator(character) && character != "." && character != ",") {
      return NaN;
    }
  }
  return out.length == 0 || out == "." ? NaN : fromAscii(out);
}

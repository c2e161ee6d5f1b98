import { isSpace, Json, strip } from "@testbench/plugins-sdk";

/*
 * A grade as judges write it:
 *
 *   grade  = [ label [ ":" | "=" | "is" ] ] value [ scale ] [ "." ]
 *   label  = "score" | "grade" | "rating" | "mark"
 *   value  = decimal | words
 *   scale  = "/" value | "out of" value | "of" value | "%"
 *
 * A decimal has a point, as "4", "0.8", ".5", "-1"; words go from "zero" to "one hundred". Around it there may be quotes, brackets, backticks and
 * asterisks. A scale has to be that of the rubric: "7/10" is no grade from 1 to 5, and to stretch it would be to guess.
 */

// @ts-ignore: decorator
@lazy const LABELS: string[] = ["score", "grade", "rating", "mark"];
// @ts-ignore: decorator
@lazy const SMALL: string[] = [
  "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
  "sixteen", "seventeen", "eighteen", "nineteen",
];
// @ts-ignore: decorator
@lazy const TENS: string[] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const AROUND: string = "`*_\"'“”‘’()[]";
/** A grade is no longer; what is might be anything. */
const MAX_LENGTH: i32 = 60;

/** Reads a grade by the grammar above; NaN for any other text, and for another scale than one up to `highest`. */
export function readGrade(text: string, highest: f64): f64 {
  let rest = bare(text);
  if (rest.length > MAX_LENGTH) return NaN;
  rest = withoutLabel(lower(rest));
  if (rest.endsWith("%")) return highest == 100 ? readValue(rest.substring(0, rest.length - 1)) : NaN;
  let place = rest.indexOf("/");
  let length = 1;
  if (place < 0) {
    place = rest.indexOf(" out of ");
    length = 8;
  }
  if (place < 0) {
    place = rest.indexOf(" of ");
    length = 4;
  }
  if (place < 0) return readValue(rest);
  const top = readValue(rest.substring(place + length));
  return top == highest ? readValue(rest.substring(0, place)) : NaN;
}

/** A text without what models put around a word, and without a full stop. */
export function bare(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isAround(text, start)) start++;
  while (end > start && (isAround(text, end - 1) || (end == lastOf(text, start, end) && text.charCodeAt(end - 1) == 0x2e))) end--;
  return text.substring(start, end);
}

function lastOf(text: string, start: i32, end: i32): i32 {
  // One full stop only: "4.." is no grade.
  return end - start > 1 && text.charCodeAt(end - 2) != 0x2e ? end : -1;
}

function isAround(text: string, index: i32): bool {
  return isSpace(text.charCodeAt(index)) || AROUND.includes(text.charAt(index));
}

function withoutLabel(text: string): string {
  for (let index = 0; index < LABELS.length; index++) {
    const label = LABELS[index];
    if (!text.startsWith(label)) continue;
    let rest = strip(text.substring(label.length));
    if (rest.startsWith(":") || rest.startsWith("=")) rest = rest.substring(1);
    else if (rest.startsWith("is ")) rest = rest.substring(3);
    return bare(rest);
  }
  return text;
}

function readValue(text: string): f64 {
  const value = bare(text);
  const decimal = readDecimal(value);
  return isNaN(decimal) ? readWords(value) : decimal;
}

/** Digits with one point at most; no exponents, no groups: no judge writes them, and "1,5" might be two things. */
function readDecimal(text: string): f64 {
  let digits = 0;
  let points = 0;
  const start = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
  for (let index = start; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x30 && unit <= 0x39) digits++;
    else if (unit == 0x2e) points++;
    else return NaN;
  }
  if (digits == 0 || points > 1) return NaN;
  // As JSON has it: no plus, no zeros in front, digits on both sides of a point.
  let first = start;
  while (first + 1 < text.length && text.charCodeAt(first) == 0x30 && text.charCodeAt(first + 1) != 0x2e) first++;
  let body = text.substring(first);
  if (body.startsWith(".")) body = "0" + body;
  if (body.endsWith(".")) body += "0";
  const value = Json.parse(body).number();
  return text.startsWith("-") ? -value : value;
}

/** Letters from A to Z in lower case: there are no others in grades and classes. */
export function lower(text: string): string {
  let result = "";
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    result += unit >= 0x41 && unit <= 0x5a ? String.fromCharCode(unit | 0x20) : text.charAt(index);
  }
  return result;
}

function readWords(text: string): f64 {
  const small = SMALL.indexOf(text);
  if (small >= 0) return small;
  if (text == "one hundred" || text == "hundred") return 100;
  let cut = text.indexOf("-");
  if (cut < 0) cut = text.indexOf(" ");
  const tens = TENS.indexOf(cut < 0 ? text : text.substring(0, cut));
  if (tens < 0) return NaN;
  const units = cut < 0 ? 0 : SMALL.indexOf(text.substring(cut + 1));
  return (cut < 0 || (units > 0 && units < 10)) ? <f64>((tens + 2) * 10 + units) : NaN;
}

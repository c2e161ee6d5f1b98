// @ts-ignore: decorator
@lazy const MONTHS: string = "JanFebMarAprMayJunJulAugSepOctNovDec";

/**
 * Milliseconds since the epoch of a date as HTTP writes them; NaN for anything else.
 *
 * All three forms: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
 */
export function parseHttpDate(text: string): f64 {
  const words = wordsOf(text);
  if (words.length == 6 && words[5] == "GMT") return makeDate(words[1], words[2], words[3], words[4]);
  return words.length == 5 ? makeDate(words[2], words[1], words[4], words[3]) : NaN;
}

/** Splits at spaces, commas and hyphens. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  let start = 0;
  for (let index = 0; index <= text.length; index++) {
    const unit = index < text.length ? text.charCodeAt(index) : 0x20;
    if (unit != 0x20 && unit != 0x2c && unit != 0x2d) continue;
    if (index > start) words.push(text.substring(start, index));
    start = index + 1;
  }
  return words;
}

function makeDate(dayText: string, monthName: string, yearText: string, time: string): f64 {
  const place = monthName.length == 3 ? MONTHS.indexOf(monthName) : -1;
  const day = digits(dayText);
  let year = digits(yearText);
  if (yearText.length == 2 && year >= 0) year += year < 70 ? 2000 : 1900;
  const parts = time.split(":");
  if (place < 0 || place % 3 != 0 || day < 1 || day > 31 || year < 1970 || year > 9999 || parts.length != 3) return NaN;
  const hour = digits(parts[0]);
  const minute = digits(parts[1]);
  const second = digits(parts[2]);
  // 60 is a leap second.
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return NaN;
  const days = daysBefore(year, place / 3) + day - 1;
  return <f64>days * 86_400_000 + <f64>((hour * 60 + minute) * 60 + second) * 1000;
}

/** Days from the epoch to the first of a month, 0 to 11: years that begin in March have their leap day at the end. */
function daysBefore(year: i32, month: i32): i32 {
  const shifted = (month + 10) % 12;
  const years = month < 2 ? year - 1 : year;
  return 365 * years + years / 4 - years / 100 + years / 400 + (153 * shifted + 2) / 5 - 719468;
}

/** A number of one to four digits; -1 for anything else. */
function digits(text: string): i32 {
  if (text.length == 0 || text.length > 4) return -1;
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

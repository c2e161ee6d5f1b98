import { isDigitAt, isDigitUnit, isEdge, isWord, Span } from "./span";

/** Digits with up to one blank or hyphen between groups, whose groups can be those of a card, and whose sum is right. */
export function findCards(text: string, spans: Span[]): void {
  for (let index = 0; index < text.length; index++) {
    if (!isDigitAt(text, index) || !isEdge(text, index)) continue;
    const end = afterCard(text, index);
    if (end < 0) continue;
    spans.push(new Span("CREDIT_CARD", index, end));
    index = end - 1;
  }
}

/** Groups of 4, 3 or 4, 3 or 4, and 3 to 5 digits; of several divisions the one with the longest first groups. */
function afterCard(text: string, start: i32): i32 {
  const first = text.charCodeAt(start);
  const second = text.charCodeAt(start + 1);
  // 1 and 3 to 6 begin a number of a card; of those with 5, 50 to 55.
  if (first < 0x31 || first == 0x32 || first > 0x36 || (first == 0x35 && second > 0x35)) return -1;
  if (!hasDigits(text, start, 4)) return -1;
  const a = skipSeparator(text, start + 4);
  for (let size = 4; size >= 3; size--) {
    if (!hasDigits(text, a, size)) continue;
    const b = skipSeparator(text, a + size);
    for (let next = 4; next >= 3; next--) {
      if (!hasDigits(text, b, next)) continue;
      const c = skipSeparator(text, b + next);
      for (let last = 5; last >= 3; last--) {
        if (!hasDigits(text, c, last) || isWord(text, c + last)) continue;
        return isCard(text, start, c + last) ? c + last : -1;
      }
    }
  }
  return -1;
}

function hasDigits(text: string, start: i32, count: i32): bool {
  for (let index = 0; index < count; index++) if (!isDigitAt(text, start + index)) return false;
  return true;
}

function skipSeparator(text: string, index: i32): i32 {
  const unit = index < text.length ? text.charCodeAt(index) : 0;
  return unit == 0x20 || unit == 0x2d ? index + 1 : index;
}

/** Luhn's sum. 13 digits from 1 on are a time in milliseconds. */
function isCard(text: string, start: i32, end: i32): bool {
  if (end - start == 13 && text.charCodeAt(start) == 0x31) return false;
  let sum = 0;
  let double = false;
  for (let index = end - 1; index >= start; index--) {
    if (!isDigitAt(text, index)) continue;
    const digit = text.charCodeAt(index) - 0x30;
    sum += double ? (digit < 5 ? digit * 2 : digit * 2 - 9) : digit;
    double = !double;
  }
  return sum % 10 == 0;
}

/** Numbers of the social security of the USA; nine digits without a separator only if `weak`. */
export function findSocialSecurityNumbers(text: string, weak: bool, spans: Span[]): void {
  for (let index = 0; index < text.length; index++) {
    if (!isDigitAt(text, index) || !isEdge(text, index)) continue;
    const end = afterSocialSecurityNumber(text, index, weak);
    if (end < 0) continue;
    spans.push(new Span("US_SSN", index, end));
    index = end - 1;
  }
}

/** 3-2-4 with the same blank, point or hyphen twice, 3-6 and 5-4 with a hyphen, or nine digits. */
function afterSocialSecurityNumber(text: string, start: i32, weak: bool): i32 {
  let number = 0;
  let count = 0;
  // One bit for each digit before which there is a separator.
  let places = 0;
  let separator = 0;
  let index = start;
  while (count < 9 && index < text.length) {
    const unit = text.charCodeAt(index++);
    if (isDigitUnit(unit)) {
      number = number * 10 + (unit - 0x30);
      count++;
      continue;
    }
    const fits = unit == 0x20 || unit == 0x2e || unit == 0x2d;
    if (!fits || (places != 0 && unit != separator) || (count != 3 && count != 5) || !isDigitAt(text, index)) return -1;
    separator = unit;
    places |= 1 << count;
  }
  if (count < 9 || isWord(text, index)) return -1;
  const known = places == 0b101000 || ((places == 0b1000 || places == 0b100000) && separator == 0x2d);
  return (known || (weak && places == 0)) && isPossible(number) ? index : -1;
}

function isPossible(number: i32): bool {
  // Nine times the same digit.
  if (number % 111111111 == 0) return false;
  if ((number / 10000) % 100 == 0 || number % 10000 == 0) return false;
  // Never given out, or known from advertisements.
  const area = number / 1000000;
  return area != 0 && area != 666 && number != 123456789 && number / 10 != 98765432 && number != 78051120;
}

/** `+` and 8 to 15 digits, or ten digits of North America in groups, with blanks, points, hyphens or brackets between them. */
export function findPhones(text: string, spans: Span[]): void {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const begins = unit == 0x2b || unit == 0x28 || isDigitAt(text, index);
    if (!begins || isWord(text, index - 1) || (index > 0 && text.charCodeAt(index - 1) == 0x2b)) continue;
    const end = afterPhone(text, index, unit == 0x2b);
    if (end < 0) continue;
    spans.push(new Span("PHONE_NUMBER", index, end));
    index = end - 1;
  }
}

function afterPhone(text: string, start: i32, international: bool): i32 {
  let number: i64 = 0;
  let count = 0;
  // One bit for each digit with which a group begins.
  let groups = 0;
  let end = start;
  let separated = true;
  for (let index = international ? start + 1 : start; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (isDigitUnit(unit)) {
      if (count == 15) return -1;
      if (separated) groups |= 1 << count;
      separated = false;
      number = number * 10 + (unit - 0x30);
      count++;
      end = index + 1;
      continue;
    }
    const mark = unit == 0x20 || unit == 0x2e || unit == 0x2d || unit == 0x28 || unit == 0x29;
    // At most "(", ") " and the like between two groups.
    if (!mark || index - end > 1 || (count == 0 && unit != 0x28)) break;
    separated = true;
  }
  if (isWord(text, end)) return -1;
  if (international) return count >= 8 && text.charCodeAt(start + 1) != 0x30 ? end : -1;
  const local = (count == 10 && groups == 0b1001001) || (count == 11 && groups == 0b10010011 && number / 10000000000 == 1);
  return local && isNorthAmerican(number % 10000000000) ? end : -1;
}

/** Neither the area nor the exchange begins with 0 or 1. */
function isNorthAmerican(number: i64): bool {
  return number / 1000000000 > 1 && (number / 1000000) % 10 > 1;
}

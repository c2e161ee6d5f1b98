import { isDigitAt, isEdge, isWord, Span } from "./span";

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
  let digits = "";
  let separators = "";
  let index = start;
  while (digits.length < 9 && index < text.length) {
    if (isDigitAt(text, index)) {
      digits += text.charAt(index++);
      continue;
    }
    const separator = text.charAt(index);
    if (!" .-".includes(separator) || !isDigitAt(text, ++index)) return -1;
    separators += digits.length.toString() + separator;
  }
  if (digits.length < 9 || isWord(text, index)) return -1;
  const known = separators == "3-5-" || separators == "3 5 " || separators == "3.5." || separators == "3-" || separators == "5-";
  if (!known && !(weak && separators.length == 0)) return -1;
  return isPossible(digits) ? index : -1;
}

function isPossible(digits: string): bool {
  if (digits == digits.charAt(0).repeat(9)) return false;
  if (digits.substring(3, 5) == "00" || digits.substring(5) == "0000") return false;
  // Never given out, or known from advertisements.
  const none = ["000", "666", "123456789", "98765432", "078051120"];
  for (let index = 0; index < none.length; index++) if (digits.startsWith(none[index])) return false;
  return true;
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
  let digits = "";
  let groups = "";
  let end = start;
  let separated = true;
  for (let index = international ? start + 1 : start; index < text.length; index++) {
    if (isDigitAt(text, index)) {
      if (separated) groups += digits.length.toString() + ",";
      separated = false;
      digits += text.charAt(index);
      end = index + 1;
      continue;
    }
    const mark = text.charAt(index);
    // At most "(", ") " and the like between two groups.
    if (!" .-()".includes(mark) || index - end > 1 || (digits.length == 0 && mark != "(")) break;
    separated = true;
  }
  if (isWord(text, end)) return -1;
  if (international) return digits.length >= 8 && digits.length <= 15 && digits.charAt(0) != "0" ? end : -1;
  if (digits.length == 11 && digits.charAt(0) == "1" && groups == "0,1,4,7,") return isNorthAmerican(digits.substring(1)) ? end : -1;
  return digits.length == 10 && groups == "0,3,6," && isNorthAmerican(digits) ? end : -1;
}

/** Neither the area nor the exchange begins with 0 or 1. */
function isNorthAmerican(digits: string): bool {
  return digits.charCodeAt(0) > 0x31 && digits.charCodeAt(3) > 0x31;
}

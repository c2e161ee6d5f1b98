import { TextBuilder } from "../text/text-builder";
import { Code } from "./code";
import { NormalForm } from "./normal-form";

/** The digits of a number without its sign, and where they end. */
@final
export class Numeral {
  /** False for what looks like a number, but is none: a version, a date, digits in groups of any size. */
  isValid: bool = true;
  /** True if it has digits alone, grouped or not: no point, no exponent. */
  isWhole: bool = true;
  /** True if it stands there as digits alone, without anything between them. */
  isPlain: bool = true;
  /** Its digits, without what groups them, with the point. */
  digits: string = "";

  constructor(public end: i32) {}
}

function isHardSeparator(code: i32): bool {
  return code == 0x2c || code == 0x27 || code == 0x5f || code == Code.GROUP;
}

/** The end of a stretch of digits with single marks between them: what is one number or none. */
export function runEnd(form: NormalForm, index: i32): i32 {
  while (true) {
    index = form.afterDigits(index);
    const code = form.at(index);
    if (!(isHardSeparator(code) || code == 0x2e || code == 0x3a) || !form.isDigit(index + 1)) return index;
    index++;
  }
}

/** Reads the digits at `start`, where a digit stands, or a point before a digit. */
export function readNumeral(form: NormalForm, start: i32, inTuple: bool, spaces: bool): Numeral {
  const first = form.afterDigits(start);
  const numeral = new Numeral(first);
  if (first > start) {
    const code = form.at(first);
    if (isHardSeparator(code) && form.isDigit(first + 1)) {
      if (!(inTuple && code == 0x2c)) readGroups(form, start, numeral);
    } else if (spaces && (code == 0x20 || code == Code.GAP) && form.isDigit(first + 1)) {
      readSpacedGroups(form, start, numeral);
    }
  }
  if (!numeral.isValid) return numeral;
  const point = numeral.end;
  const isGrouped = !numeral.isPlain;
  if (form.at(point) == 0x2e && form.isDigit(point + 1)) {
    numeral.end = form.afterDigits(point + 1);
    numeral.isWhole = false;
    numeral.isPlain = false;
  }
  numeral.digits = isGrouped ? withoutSeparators(form, start, numeral.end) : form.slice(start, numeral.end);
  const next = form.at(numeral.end);
  const more = next == 0x2e || next == 0x3a || (isHardSeparator(next) && !(inTuple && next == 0x2c));
  if (more && form.isDigit(numeral.end + 1)) {
    numeral.isValid = false;
    numeral.end = runEnd(form, numeral.end + 1);
  }
  return numeral;
}

function withoutSeparators(form: NormalForm, start: i32, end: i32): string {
  const digits = new TextBuilder();
  for (let index = start; index < end; index++) if (form.isDigit(index) || form.at(index) == 0x2e) digits.addUnit(form.at(index));
  return digits.toString();
}

/** Groups between commas, apostrophes or `_`: one number if they are of three digits, or as in India; else none. */
function readGroups(form: NormalForm, start: i32, numeral: Numeral): void {
  const groups = new Groups(form, start, numeral.end);
  let end = numeral.end;
  while (isHardSeparator(form.at(end)) && form.isDigit(end + 1)) {
    const after = form.afterDigits(end + 1);
    groups.add(form.at(end), after - end - 1);
    end = after;
  }
  numeral.isPlain = false;
  numeral.isValid = groups.areThrees || groups.areIndian;
  numeral.end = numeral.isValid ? end : runEnd(form, end);
}

/** Groups between spaces: one number if all are of three digits; else the first is a number of its own. */
function readSpacedGroups(form: NormalForm, start: i32, numeral: Numeral): void {
  const separator = form.at(numeral.end);
  const groups = new Groups(form, start, numeral.end);
  let end = numeral.end;
  let last = end;
  while (form.at(end) == separator && form.isDigit(end + 1)) {
    const after = form.afterDigits(end + 1);
    // `1 1/2`, and `1 000 1/2`: the numerator is no group.
    if (form.at(after) == 0x2f && form.isDigit(after + 1)) break;
    groups.add(separator, after - end - 1);
    // With the space that can be in any sentence, only groups of three are no accident.
    if (!groups.areThrees && (separator == 0x20 || !groups.mayBeIndian)) return;
    last = end + 1;
    end = after;
  }
  if (groups.count == 0 || !(groups.areThrees || groups.areIndian)) return;
  if (isHardSeparator(form.at(end)) && form.isDigit(end + 1)) {
    // `1 234,5` is none; `5 100,000` are two.
    const tail = readNumeral(form, last, false, false);
    if (tail.isValid) return;
    numeral.isValid = false;
    numeral.end = tail.end;
    return;
  }
  numeral.end = end;
  numeral.isPlain = false;
}

/** What is known of the groups after the first. */
@final
class Groups {
  count: i32 = 0;
  private first: i32;
  private threes: bool = true;
  private twos: bool = true;
  private last: i32 = 0;
  private separator: i32 = 0;
  private mixed: bool = false;

  constructor(form: NormalForm, start: i32, end: i32) {
    this.first = end - start;
    // `0,123` is a fraction as half of the world writes it.
    if (form.at(start) == 0x30) this.first = 99;
  }

  add(separator: i32, length: i32): void {
    if (this.count > 0) {
      this.twos = this.twos && this.last == 2;
      this.mixed = this.mixed || separator != this.separator;
    }
    this.separator = separator;
    this.last = length;
    this.threes = this.threes && length == 3;
    this.count++;
  }

  get areThrees(): bool {
    return this.threes && !this.mixed && this.first <= 3;
  }

  /** Pairs before the last three digits: `12,34,567`. */
  get areIndian(): bool {
    return this.count > 1 && this.mayBeIndian && this.last == 3;
  }

  get mayBeIndian(): bool {
    return this.twos && !this.mixed && this.first <= 2;
  }
}

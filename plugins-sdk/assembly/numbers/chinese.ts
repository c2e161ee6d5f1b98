import { NormalForm } from "./normal-form";

/** Character at the place of its value, in several writings. */
// @ts-ignore: decorator
@lazy const DIGITS: string[] = ["零〇○", "一壹幺", "二贰貳两兩", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖"];
// @ts-ignore: decorator
@lazy const SMALL_UNITS: string[] = ["十拾", "百佰", "千仟"];
// @ts-ignore: decorator
@lazy const LARGE_UNITS: string[] = ["万萬", "亿億", "兆"];
// @ts-ignore: decorator
@lazy const LARGE_VALUES: StaticArray<f64> = [1e4, 1e8, 1e12];
// @ts-ignore: decorator
@lazy const TENS: string = "廿卅卌";

/** What a character is in a Chinese numeral: a digit from 0 on, or one of these plus a number. */
const SMALL: i32 = 16;
const LARGE: i32 = 32;
const TEN: i32 = 48;
const POINT: i32 = 64;
const NONE: i32 = -1;

function indexIn(list: string[], code: i32): i32 {
  for (let index = 0; index < list.length; index++) {
    const writings = list[index];
    for (let place = 0; place < writings.length; place++) if (writings.charCodeAt(place) == code) return index;
  }
  return -1;
}

function kindOf(code: i32): i32 {
  if (<u32>(code - 0x30) < 10) return code - 0x30;
  if (code == 0x2e || code == 0x70b9 || code == 0x9ede) return POINT;
  if (code < 0x25cb) return NONE;
  const digit = indexIn(DIGITS, code);
  if (digit >= 0) return digit;
  const small = indexIn(SMALL_UNITS, code);
  if (small >= 0) return SMALL + small;
  const large = indexIn(LARGE_UNITS, code);
  if (large >= 0) return LARGE + large;
  for (let index = 0; index < TENS.length; index++) if (TENS.charCodeAt(index) == code) return TEN + index;
  return NONE;
}

/** True for the characters of Chinese numerals, without the digits that other scripts have, too. */
export function isChineseNumeral(code: i32): bool {
  return code >= 0x25cb && kindOf(code) != NONE;
}

/** The end of the Chinese numeral at `start`; `start` if none stands there. Points and digits may be part of it. */
export function afterChinese(form: NormalForm, start: i32): i32 {
  let index = start;
  let any = false;
  while (kindOf(form.at(index)) != NONE) any = isChineseNumeral(form.at(index++)) || any;
  // A full stop is no part of it.
  while (index > start && form.at(index - 1) == 0x2e) index--;
  return any ? index : start;
}

/** Value of `二十五`, `三千〇一万`, `二〇二五`, `三点一四`, `3万`; NaN for characters in no order that makes a number. */
export function readChinese(form: NormalForm, start: i32, end: i32): f64 {
  let point = start;
  let units = false;
  while (point < end && kindOf(form.at(point)) != POINT) units = kindOf(form.at(point++)) >= SMALL || units;
  const whole = units ? readUnits(form, start, point) : readDigits(form, start, point);
  if (point == end) return whole;
  let fraction: f64 = 0;
  let place: f64 = 1;
  for (let index = point + 1; index < end; index++) {
    const digit = kindOf(form.at(index));
    if (digit < 0 || digit > 9) return NaN;
    fraction = fraction * 10 + digit;
    place *= 10;
  }
  return whole + fraction / place;
}

function readDigits(form: NormalForm, start: i32, end: i32): f64 {
  let value: f64 = 0;
  for (let index = start; index < end; index++) value = value * 10 + kindOf(form.at(index));
  return value;
}

/** Digits with units: tens, hundreds and thousands within a section, sections by ten thousand and more. */
function readUnits(form: NormalForm, start: i32, end: i32): f64 {
  let total: f64 = 0;
  let section: f64 = 0;
  let number: f64 = 0;
  let digits = 0;
  for (let index = start; index < end; index++) {
    const code = form.at(index);
    const kind = kindOf(code);
    if (kind < 10) {
      // `25万` is 25 of them; the digits of Chinese stand alone.
      const more = digits > 0 && <u32>(code - 0x30) < 10;
      number = more ? number * 10 + kind : kind;
      digits = kind > 0 || more ? digits + 1 : 0;
      continue;
    }
    digits = 0;
    if (kind < LARGE) {
      section += (number == 0 ? 1 : number) * (kind == SMALL ? 10 : kind == SMALL + 1 ? 100 : 1000);
      number = 0;
    } else if (kind < TEN) {
      total += (section + number) * LARGE_VALUES[kind - LARGE];
      section = 0;
      number = 0;
    } else {
      section += <f64>(kind - TEN + 2) * 10;
    }
  }
  return total + section + number;
}

import { isSpace } from "@testbench/plugins-sdk";

import { digitValue } from "./numbers";

/** Character at the index of its value, in several writings. */
const DIGITS: string[] = ["零〇○", "一壹幺", "二贰貳两兩", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖"];
const SMALL_UNITS: string[] = ["十拾", "百佰", "千仟"];
const LARGE_UNITS: string[] = ["万萬", "亿億", "兆"];
const LARGE_VALUES: f64[] = [1e4, 1e8, 1e12];
const TENS: string = "廿卅卌";

function indexIn(list: string[], character: string): i32 {
  for (let index = 0; index < list.length; index++) if (list[index].includes(character)) return index;
  return -1;
}

function isUnit(character: string): bool {
  return indexIn(SMALL_UNITS, character) >= 0 || indexIn(LARGE_UNITS, character) >= 0 || TENS.includes(character);
}

function digitOf(character: string): i32 {
  const digit = indexIn(DIGITS, character);
  return digit >= 0 ? digit : digitValue(character.charCodeAt(0));
}

/** Reads a Chinese numeral: `二十五`, `三千〇一万`, `二〇二五`, `三点一四`; NaN if the text is none. */
export function parseChinese(text: string): f64 {
  let any = false;
  let point = -1;
  let units = false;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    const word = character == "点" || character == "點";
    any = any || word || isUnit(character) || indexIn(DIGITS, character) >= 0;
    if (point < 0 && (word || character == "." || character == "．")) point = index;
    if (point < 0 && isUnit(character)) units = true;
  }
  if (!any) return NaN;
  const whole = point < 0 ? text : text.substring(0, point);
  const value = units ? readUnits(whole) : readDigits(whole, 10);
  return point < 0 ? value : value + readDigits(text.substring(point + 1), 0.1);
}

/** Digits one after the other: 10 for whole numbers, 0.1 for what stands after the point. */
function readDigits(text: string, step: f64): f64 {
  let value: f64 = 0;
  let place: f64 = 0.1;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (isSpace(character.charCodeAt(0))) continue;
    const digit = digitOf(character);
    if (digit < 0) return NaN;
    if (step == 10) {
      value = value * 10 + digit;
    } else {
      value += digit * place;
      place /= 10;
    }
  }
  return value;
}

/** Digits with units: tens, hundreds and thousands within a section, sections by ten thousand and more. */
function readUnits(text: string): f64 {
  let total: f64 = 0;
  let section: f64 = 0;
  let number: f64 = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    const tens = TENS.indexOf(character);
    const small = indexIn(SMALL_UNITS, character);
    const large = indexIn(LARGE_UNITS, character);
    const digit = digitOf(character);
    if (isSpace(character.charCodeAt(0))) continue;
    if (tens >= 0) {
      section += <f64>(tens + 2) * 10;
    } else if (small >= 0) {
      section += (number == 0 ? 1 : number) * Math.pow(10, small + 1);
      number = 0;
    } else if (large >= 0) {
      total += (section + number) * LARGE_VALUES[large];
      section = 0;
      number = 0;
    } else if (digit > 0) {
      number = digit;
    } else if (digit < 0) {
      return NaN;
    }
  }
  return total + section + number;
}

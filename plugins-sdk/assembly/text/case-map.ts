import {
  CASED_EDGES, CASED_TABLE, IGNORABLE_EDGES, IGNORABLE_TABLE, LONG_UPPER_TABLE, LONG_UPPERS, LOWER_RUNS, LOWER_TABLE, UPPER_RUNS, UPPER_TABLE,
} from "./case-table";
import { isInRanges } from "./characters";
import { TextBuilder } from "./text-builder";

/** `Σ`, the one letter whose lower case depends on where it stands. */
const SIGMA: i32 = 0x3a3;
/** `İ`, the one letter whose lower case is two: `i` and a dot above. */
const DOTTED_I: i32 = 0x130;

/**
 * The text in lower case, as `String.prototype.toLowerCase` of JavaScript and `str.lower` of Python have it, by Unicode 17. AssemblyScript's
 * own `toLowerCase` knows older tables and gets the final sigma wrong.
 */
export function lowerCase(text: string): string {
  const length = text.length;
  const plain = new StaticArray<u16>(length);
  let index = 0;
  for (; index < length; index++) {
    const unit = <i32>text.charCodeAt(index);
    if (unit >= 0x80) break;
    unchecked((plain[index] = <u16>(<u32>(unit - 0x41) < 26 ? unit | 0x20 : unit)));
  }
  const start = String.UTF16.decodeUnsafe(changetype<usize>(plain), <usize>index << 1);
  if (index == length) return start;
  const lower = new TextBuilder().add(start);
  while (index < length) {
    const point = text.codePointAt(index);
    if (point == SIGMA) lower.addUnit(isFinal(text, index) ? 0x3c2 : 0x3c3);
    else if (point == DOTTED_I) lower.addUnit(0x69).addUnit(0x307);
    else if (point < 0x80) lower.addUnit(<u32>(point - 0x41) < 26 ? point | 0x20 : point);
    else lower.addPoint(mapPoint(LOWER_TABLE, LOWER_RUNS, point));
    index += point > 0xffff ? 2 : 1;
  }
  return lower.toString();
}

/** The text in upper case, as `String.prototype.toUpperCase` of JavaScript has it, by Unicode 17. */
export function upperCase(text: string): string {
  const upper = new TextBuilder();
  for (let index = 0; index < text.length; ) {
    const point = text.codePointAt(index);
    const long = point < 0x80 ? -1 : longEntry(point);
    if (point < 0x80) {
      upper.addUnit(<u32>(point - 0x61) < 26 ? point & ~0x20 : point);
    } else if (long < 0) {
      upper.addPoint(mapPoint(UPPER_TABLE, UPPER_RUNS, point));
    } else {
      for (let place = 1; place < 4; place++) {
        const unit = longUnit(long, place);
        if (unit != 0) upper.addUnit(unit);
      }
    }
    index += point > 0xffff ? 2 : 1;
  }
  return upper.toString();
}

/** True if a letter with a case stands before `index` and none after it; what has no part in case, as `'`, is passed over. */
function isFinal(text: string, index: i32): bool {
  let before = index;
  let point = 0;
  do {
    if (before == 0) return false;
    before -= before > 1 && (text.charCodeAt(before - 1) & 0xfc00) == 0xdc00 ? 2 : 1;
    point = text.codePointAt(before);
  } while (isIgnorable(point));
  if (!isCased(point)) return false;
  let after = index + 1;
  while (after < text.length) {
    point = text.codePointAt(after);
    if (!isIgnorable(point)) return !isCased(point);
    after += point > 0xffff ? 2 : 1;
  }
  return true;
}

function isCased(point: i32): bool {
  return point < 0x80 ? <u32>((point | 0x20) - 0x61) < 26 : isInRanges(CASED_TABLE, CASED_EDGES, point);
}

function isIgnorable(point: i32): bool {
  if (point >= 0x80) return isInRanges(IGNORABLE_TABLE, IGNORABLE_EDGES, point);
  return point == 0x27 || point == 0x2e || point == 0x3a || point == 0x5e || point == 0x60;
}

/** What the table of runs makes of a code point. */
function mapPoint(table: usize, runs: i32, point: i32): i32 {
  let low = 0;
  let high = runs;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (<i32>(load<u32>(table + (<usize>middle << 3)) >>> 1) <= point) low = middle + 1;
    else high = middle;
  }
  if (low == 0) return point;
  const run = table + ((<usize>low - 1) << 3);
  const offset = point - <i32>(load<u32>(run) >>> 1);
  const step = <i32>(load<u32>(run) & 1) + 1;
  const count = <i32>load<u8>(run, 4);
  return offset <= (count - 1) * step && offset % step == 0 ? point + (load<i32>(run, 4) >> 8) : point;
}

function longUnit(entry: i32, place: i32): i32 {
  return <i32>load<u16>(LONG_UPPER_TABLE + (<usize>entry << 3) + (<usize>place << 1));
}

function longEntry(point: i32): i32 {
  let low = 0;
  let high = LONG_UPPERS;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (longUnit(middle, 0) < point) low = middle + 1;
    else high = middle;
  }
  return low < LONG_UPPERS && longUnit(low, 0) == point ? low : -1;
}

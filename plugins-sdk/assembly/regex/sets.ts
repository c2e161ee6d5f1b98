import { lastRun, runCount, runDistance, runStart, runStep } from "../text/case-fold";
import { FOLD_RUNS } from "../text/fold-table";
import { PointSet } from "./node";
import { CharacterSet } from "./program";

export const LAST_POINT: i32 = 0x10ffff;

/** `0` to `9`. */
export function addDigits(set: PointSet): void {
  set.add(0x30, 0x39);
}

/** ASCII letters and digits and `_`; where case does not count, also the two signs that fold to such a letter. */
export function addWordCharacters(set: PointSet, ignoreCase: bool): void {
  set.add(0x30, 0x39).add(0x41, 0x5a).add(0x5f, 0x5f).add(0x61, 0x7a);
  if (ignoreCase) set.add(0x17f, 0x17f).add(0x212a, 0x212a);
}

/** White space and ends of lines, as JavaScript knows them. */
export function addSpaces(set: PointSet): void {
  set.add(0x09, 0x0d).add(0x20, 0x20).add(0xa0, 0xa0).add(0x1680, 0x1680).add(0x2000, 0x200a).add(0x2028, 0x2029);
  set.add(0x202f, 0x202f).add(0x205f, 0x205f).add(0x3000, 0x3000).add(0xfeff, 0xfeff);
}

/** Adds everything that is not in `other`. */
export function addInverse(set: PointSet, other: PointSet): void {
  const ranges = sorted(other.ranges);
  let next = 0;
  for (let index = 0; index < ranges.length; index += 2) {
    if (ranges[index] > next) set.add(next, ranges[index] - 1);
    next = ranges[index + 1] + 1;
  }
  if (next <= LAST_POINT) set.add(next, LAST_POINT);
}

/** The set as the matcher wants it; where case does not count it is asked for folded code points only. */
export function characterSet(set: PointSet, ignoreCase: bool): CharacterSet {
  if (ignoreCase) addFolded(set);
  return new CharacterSet(sorted(set.ranges), set.inverted);
}

/**
 * Adds what the set's members fold to. A member that folds to another one stays, and so may a neighbour:
 * neither is ever asked for.
 */
function addFolded(set: PointSet): void {
  const ranges = sorted(set.ranges);
  for (let index = 0; index < ranges.length; index += 2) {
    const first = ranges[index];
    const last = ranges[index + 1];
    const letters = max(first, 0x41);
    const lettersEnd = min(last, 0x5a);
    if (letters <= lettersEnd) set.add(letters | 0x20, lettersEnd | 0x20);
    for (let run = max(0, lastRun(first)); run < FOLD_RUNS && runStart(run) <= last; run++) {
      const start = runStart(run);
      const step = runStep(run);
      const low = start + ((max(first - start, 0) + step - 1) / step) * step;
      const high = min(last, start + (runCount(run) - 1) * step);
      // Of every other code point, the ones between are folded ones' originals or not folded to at all.
      for (let point = low; point <= high; point += step) set.add(point + runDistance(run), point + runDistance(run));
    }
  }
}

/** Sorts ranges and joins those that touch. */
function sorted(ranges: i32[]): StaticArray<i32> {
  const keys = new Array<u64>(ranges.length >>> 1);
  for (let index = 0; index < keys.length; index++) {
    keys[index] = ((<u64>ranges[index * 2]) << 32) | <u64>ranges[index * 2 + 1];
  }
  keys.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const joined: i32[] = [];
  for (let index = 0; index < keys.length; index++) {
    const first = <i32>(keys[index] >> 32);
    const last = <i32>keys[index];
    const end = joined.length - 1;
    if (end > 0 && first <= joined[end] + 1) {
      if (last > joined[end]) joined[end] = last;
    } else {
      joined.push(first);
      joined.push(last);
    }
  }
  return StaticArray.fromArray(joined);
}

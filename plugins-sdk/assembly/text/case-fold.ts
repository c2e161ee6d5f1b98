import { FOLD_RUNS, FOLD_TABLE, LONG_FOLD_TABLE, LONG_FOLDS } from "./fold-table";
import { TextBuilder } from "./text-builder";

/**
 * The code point that stands for all that differ from `point` only in case: Unicode's simple case folding,
 * which is what a JavaScript regular expression with the flags `iu` compares.
 */
export function foldPoint(point: i32): i32 {
  if (point < 0x80) return <u32>(point - 0x41) < 26 ? point | 0x20 : point;
  const run = lastRun(point);
  if (run < 0) return point;
  const offset = point - runStart(run);
  const step = runStep(run);
  return offset <= (runCount(run) - 1) * step && offset % step == 0 ? point + runDistance(run) : point;
}

/**
 * The text without differences of case, for comparing: Unicode's full case folding, as Python's
 * `str.casefold` does it. `toLowerCase` keeps `ß` and `ς`, which this turns into `ss` and `σ`.
 */
export function foldCase(text: string): string {
  const plain = lowerAscii(text);
  if (plain !== null) return plain;
  const folded = new TextBuilder();
  for (let index = 0; index < text.length; ) {
    const point = text.codePointAt(index);
    const long = point < 0x80 ? -1 : longFold(point);
    if (long < 0) {
      folded.addPoint(foldPoint(point));
    } else {
      for (let place = 1; place < 4; place++) {
        const unit = longUnit(long, place);
        if (unit != 0) folded.addUnit(unit);
      }
    }
    index += point > 0xffff ? 2 : 1;
  }
  return folded.toString();
}

/** The text in lower case, if all of it is ASCII: most texts are, and take no tables. */
function lowerAscii(text: string): string | null {
  const size = <usize>text.length << 1;
  let capitals = 0;
  for (let at: usize = 0; at < size; at += 2) {
    const unit = <u32>load<u16>(changetype<usize>(text) + at);
    if (unit >= 0x80) return null;
    capitals += <i32>(unit - 0x41 < 26);
  }
  if (capitals == 0) return text;
  const lower = __new(size, idof<String>());
  for (let at: usize = 0; at < size; at += 2) {
    const unit = <u32>load<u16>(changetype<usize>(text) + at);
    store<u16>(lower + at, <u16>(unit - 0x41 < 26 ? unit | 0x20 : unit));
  }
  return changetype<string>(lower);
}

/** Index of the last run that starts at or before `point`; -1 if there is none. */
export function lastRun(point: i32): i32 {
  let low = 0;
  let high = FOLD_RUNS;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (runStart(middle) <= point) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** First code point of a run. */
export function runStart(run: i32): i32 {
  return <i32>(load<u32>(FOLD_TABLE + (<usize>run << 3)) >>> 1);
}

/** 1 if a run takes every code point, 2 if every other. */
export function runStep(run: i32): i32 {
  return <i32>(load<u32>(FOLD_TABLE + (<usize>run << 3)) & 1) + 1;
}

/** Number of code points of a run. */
export function runCount(run: i32): i32 {
  return <i32>load<u8>(FOLD_TABLE + (<usize>run << 3), 4);
}

/** What is added to a code point of the run. */
export function runDistance(run: i32): i32 {
  return load<i32>(FOLD_TABLE + (<usize>run << 3), 4) >> 8;
}

function longUnit(entry: i32, place: i32): i32 {
  return <i32>load<u16>(LONG_FOLD_TABLE + (<usize>entry << 3) + (<usize>place << 1));
}

function longFold(point: i32): i32 {
  let low = 0;
  let high = LONG_FOLDS;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (longUnit(middle, 0) < point) low = middle + 1;
    else high = middle;
  }
  return low < LONG_FOLDS && longUnit(low, 0) == point ? low : -1;
}

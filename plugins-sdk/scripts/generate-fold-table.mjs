// Writes assembly/text/fold-table.ts: Unicode's case folding, as runs of code points with the same distance.
// Run it with the Node of this repository when that Node's Unicode version changes.
import { writeFileSync } from 'node:fs';

/** Cherokee folds to its old upper-case letters, and the dotless i to nothing: the two exceptions of the standard. */
const isCherokee = (point) =>
  (point >= 0x13a0 && point <= 0x13ff) || (point >= 0xab70 && point <= 0xabbf);

/** Full folding: the result of Python's `str.casefold`. */
function foldFully(text) {
  const point = text.codePointAt(0);
  if (isCherokee(point)) return text.toUpperCase();
  if (point === 0x131) return text;
  return text.toLowerCase().toUpperCase().toLowerCase();
}

const runs = [];
const long = [];
for (let point = 0x41; point <= 0x10ffff; point += 1) {
  if (point >= 0xd800 && point <= 0xdfff) continue;
  const text = String.fromCodePoint(point);
  const full = foldFully(text);
  if (full === text) continue;
  let folded = full;
  if ([...full].length > 1) {
    long.push(
      [point, ...full].map((part) => (typeof part === 'number' ? part : part.charCodeAt(0))),
    );
    // The simple folding of these is the lower-case letter, if it counts as the same letter.
    folded = text.toLowerCase();
    const same = new RegExp(`^\\u{${point.toString(16)}}$`, 'iu').test(folded);
    if (folded === text || !same) continue;
  }
  const distance = folded.codePointAt(0) - point;
  const last = runs.at(-1);
  const step = last && point - (last.start + (last.count - 1) * last.step);
  if (
    last?.distance === distance &&
    last.count < 128 &&
    step <= 2 &&
    (last.count === 1 || step === last.step)
  ) {
    last.step = step;
    last.count += 1;
  } else {
    runs.push({ start: point, count: 1, step: 1, distance });
  }
}

// start: 21 bits | step - 1: 1 bit; distance: 24 bits, signed | count: 8 bits.
const packed = runs.flatMap(({ start, count, step, distance }) => [
  ((start << 1) | (step - 1)) >>> 0,
  ((distance << 8) | count) >>> 0,
]);
const list = (numbers) => numbers.join(',').replaceAll(/(.{1,110}),/g, '  $1,\n');
writeFileSync(
  new URL('../assembly/text/fold-table.ts', import.meta.url),
  `// Written by scripts/generate-fold-table.mjs from Unicode ${process.versions.unicode}; do not edit.

/** Number of runs. */
export const FOLD_RUNS: i32 = ${runs.length};

/** Runs of code points that fold to one other, sorted: \`start << 1 | step - 1\`, \`distance << 8 | count\`. */
// @ts-ignore: decorator
@lazy export const FOLD_TABLE: usize = memory.data<u32>([
${list(packed)}
]);

/** Number of code points that fold to two or three. */
export const LONG_FOLDS: i32 = ${long.length};

/** Those, sorted: the code point, then three units, 0 for none. */
// @ts-ignore: decorator
@lazy export const LONG_FOLD_TABLE: usize = memory.data<u16>([
${list(long.flatMap(([point, a, b, c = 0]) => [point, a, b, c]))}
]);
`,
);

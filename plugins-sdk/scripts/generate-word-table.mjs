// Writes assembly/text/word-table.ts: where in Unicode letters and digits begin and end.
// Run it with the Node of this repository when that Node's Unicode version changes.
import { writeFileSync } from 'node:fs';

const WORD = /[\p{L}\p{N}]/u;
const edges = [];
let inside = false;
for (let point = 0x80; point <= 0x10ffff; point += 1) {
  const surrogate = point >= 0xd800 && point <= 0xdfff;
  const word = !surrogate && WORD.test(String.fromCodePoint(point));
  if (word !== inside) edges.push(point);
  inside = word;
}
writeFileSync(
  new URL('../assembly/text/word-table.ts', import.meta.url),
  `// Written by scripts/generate-word-table.mjs from Unicode ${process.versions.unicode}; do not edit.

/** Number of entries of the table. */
export const WORD_EDGES: i32 = ${edges.length};

/** Sorted code points from U+0080 at which letters and digits begin (even index) and end (odd index). */
// @ts-ignore: decorator
@lazy export const WORD_TABLE: usize = memory.data<u32>([
${edges
  .map(String)
  .join(',')
  .replaceAll(/(.{1,110}),/g, '  $1,\n')}
]);
`,
);

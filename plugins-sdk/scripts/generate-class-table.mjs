// Writes assembly/text/class-table.ts: which characters are punctuation, symbols and numbers in Unicode.
// Run it with the Node of this repository when that Node's Unicode version changes.
import { writeFileSync } from 'node:fs';

const CLASSES = [/\p{P}/u, /\p{S}/u, /\p{N}/u];
const edges = [];
let current = 0;
for (let point = 0; point <= 0x10ffff; point += 1) {
  const surrogate = point >= 0xd800 && point <= 0xdfff;
  const text = surrogate ? '' : String.fromCodePoint(point);
  const kind = CLASSES.findIndex((pattern) => pattern.test(text)) + 1;
  if (kind !== current) edges.push(point * 4 + kind);
  current = kind;
}
writeFileSync(
  new URL('../assembly/text/class-table.ts', import.meta.url),
  `// Written by scripts/generate-class-table.mjs from Unicode ${process.versions.unicode}; do not edit.

/** Number of entries of the table. */
export const CLASS_EDGES: i32 = ${edges.length};

/** Sorted: four times the code point at which a stretch of one class begins, plus the class: 1 P, 2 S, 3 N, 0 others. */
// @ts-ignore: decorator
@lazy export const CLASS_TABLE: usize = memory.data<u32>([
${edges
  .map(String)
  .join(',')
  .replaceAll(/(.{1,110}),/g, '  $1,\n')}
]);
`,
);

// Writes assembly/numbers/digit-table.ts: the decimal digits and the currency signs of all scripts.
// Run it with the Node of this repository when that Node's Unicode version changes.
import { writeFileSync } from 'node:fs';

const list = (numbers) => numbers.join(',').replaceAll(/(.{1,110}),/g, '  $1,\n');
const DIGIT = /\p{Nd}/u;
const zeros = [];
const currencies = [];
let digits = 0;
for (let point = 0x80; point <= 0x10ffff; point += 1) {
  if (point >= 0xd800 && point <= 0xdfff) continue;
  const text = String.fromCodePoint(point);
  if (/\p{Sc}/u.test(text)) currencies.push(point);
  if (!DIGIT.test(text)) {
    digits = 0;
    continue;
  }
  // Unicode keeps the ten digits of a script together, starting with zero; five alphabets of mathematics follow each other.
  if (digits % 10 === 0) zeros.push(point);
  digits += 1;
}
writeFileSync(
  new URL('../assembly/numbers/digit-table.ts', import.meta.url),
  `// Written by scripts/generate-digit-table.mjs from Unicode ${process.versions.unicode}; do not edit.

/** Number of entries of the next table. */
export const ZEROS: i32 = ${zeros.length};

/** Sorted: the zero of each script beyond ASCII; its nine others follow it. */
// @ts-ignore: decorator
@lazy export const ZERO_TABLE: usize = memory.data<u32>([
${list(zeros)}
]);

/** Number of entries of the next table. */
export const CURRENCIES: i32 = ${currencies.length};

/** Sorted: the currency signs beyond ASCII. */
// @ts-ignore: decorator
@lazy export const CURRENCY_TABLE: usize = memory.data<u32>([
${list(currencies)}
]);
`,
);

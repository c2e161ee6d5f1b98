// Writes assembly/text/boundary-table.ts: scripts without spaces between words, and marks that belong to the preceding letter.
// Run it with the Node of this repository when that Node's Unicode version changes.
import { writeFileSync } from 'node:fs';

const list = (numbers) => numbers.join(',').replaceAll(/(.{1,110}),/g, '  $1,\n');

function edges(pattern) {
  const found = [];
  let inside = false;
  for (let point = 0x80; point <= 0x10ffff; point += 1) {
    const surrogate = point >= 0xd800 && point <= 0xdfff;
    const is = !surrogate && pattern.test(String.fromCodePoint(point));
    if (is === inside) continue;
    found.push(point);
    inside = is;
  }
  return found;
}

const scripts = (
  'Han Hiragana Katakana Bopomofo Yi Tangut Nushu Khitan_Small_Script ' +
  'Thai Lao Khmer Myanmar Tai_Le New_Tai_Lue Tai_Tham Tai_Viet Ahom Javanese Balinese'
).split(' ');
// U+30FC lengthens a vowel of either of the Japanese syllabaries.
const unspaced = edges(
  new RegExp(`[\\u30fc\\uff70${scripts.map((name) => `\\p{Script=${name}}`).join('')}]`, 'u'),
);
const katakana = edges(/[\p{Script=Katakana}\u30fc\uff70]/u);
// The joiners, and the characters with the property Extend of Unicode's word boundaries (UAX #29).
const extend = edges(/\p{M}|\u200c|\u200d|\p{Emoji_Modifier}|\uff9e|\uff9f/u);
const table = (name, comment, numbers) => `
/** Number of entries of the next table. */
export const ${name}_EDGES: i32 = ${numbers.length};

/** ${comment} */
// @ts-ignore: decorator
@lazy export const ${name}_TABLE: usize = memory.data<u32>([
${list(numbers)}
]);
`;
writeFileSync(
  new URL('../assembly/text/boundary-table.ts', import.meta.url),
  [
    `// Written by scripts/generate-boundary-table.mjs from Unicode ${process.versions.unicode}; do not edit.\n`,
    table(
      'UNSPACED',
      'Where scripts without spaces between words begin (even index) and end (odd).',
      unspaced,
    ),
    table('KATAKANA', 'Where Katakana begins and ends.', katakana),
    table('EXTEND', 'Where marks that belong to the character before them begin and end.', extend),
  ].join(''),
);

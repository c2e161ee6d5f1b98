// Writes assembly/text/case-table.ts: Unicode's lower and upper case, and the properties that determine the final sigma.
// Run it with the Node of this repository when that Node's Unicode version changes.
import { writeFileSync } from 'node:fs';

const list = (numbers) => numbers.join(',').replaceAll(/(.{1,110}),/g, '  $1,\n');

function* characters() {
  for (let point = 0x80; point <= 0x10ffff; point += 1) {
    if (point < 0xd800 || point > 0xdfff) yield [point, String.fromCodePoint(point)];
  }
}

/** Runs of code points with the same distance, as in the fold table, and the characters that become two or three. */
function mapping(map) {
  const runs = [];
  const long = [];
  for (const [point, text] of characters()) {
    const mapped = map(text);
    if (mapped === text) continue;
    if ([...mapped].length > 1) {
      long.push(point, ...[0, 1, 2].map((index) => mapped.charCodeAt(index) || 0));
      continue;
    }
    const distance = mapped.codePointAt(0) - point;
    const last = runs.at(-1);
    const step = last && point - (last.start + (last.count - 1) * last.step);
    if (
      last?.distance === distance &&
      last.count < 255 &&
      step <= 2 &&
      (last.count === 1 || step === last.step)
    ) {
      last.step = step;
      last.count += 1;
    } else {
      runs.push({ start: point, count: 1, step: 1, distance });
    }
  }
  const packed = runs.flatMap(({ start, count, step, distance }) => [
    ((start << 1) | (step - 1)) >>> 0,
    ((distance << 8) | count) >>> 0,
  ]);
  return { packed, long };
}

function edges(pattern) {
  const found = [];
  let inside = false;
  for (const [point, text] of characters()) {
    if (pattern.test(text) === inside) continue;
    found.push(point);
    inside = !inside;
  }
  return found;
}

const table = (name, width, comment, numbers) => `
/** ${comment} */
// @ts-ignore: decorator
@lazy export const ${name}: usize = memory.data<u${width}>([
${list(numbers)}
]);
`;
const size = (name, comment, value) =>
  `\n/** ${comment} */\nexport const ${name}: i32 = ${value};\n`;
const RUNS = 'Sorted runs: `start << 1 | step - 1`, `distance << 8 | count`.';
const LONG = 'Sorted: a code point that becomes several, then three units, 0 for none.';

const lower = mapping((text) => text.toLowerCase());
const upper = mapping((text) => text.toUpperCase());
const cased = edges(/\p{Cased}/u);
const ignorable = edges(/\p{Case_Ignorable}/u);
writeFileSync(
  new URL('../assembly/text/case-table.ts', import.meta.url),
  [
    `// Written by scripts/generate-case-table.mjs from Unicode ${process.versions.unicode}; do not edit.\n`,
    size('LOWER_RUNS', 'Number of runs of the next table.', lower.packed.length / 2),
    table('LOWER_TABLE', 32, RUNS, lower.packed),
    size('UPPER_RUNS', 'Number of runs of the next table.', upper.packed.length / 2),
    table('UPPER_TABLE', 32, RUNS, upper.packed),
    size('LONG_UPPERS', 'Number of entries of the next table.', upper.long.length / 4),
    table('LONG_UPPER_TABLE', 16, LONG, upper.long),
    size('CASED_EDGES', 'Number of entries of the next table.', cased.length),
    table('CASED_TABLE', 32, 'Where letters with a case begin (even index) and end (odd).', cased),
    size('IGNORABLE_EDGES', 'Number of entries of the next table.', ignorable.length),
    table(
      'IGNORABLE_TABLE',
      32,
      'Where marks that case does not look at begin and end.',
      ignorable,
    ),
  ].join(''),
);

// Attacks Testbench with every row of the catalogue, in every isolation, and prints one line for each.
//   node src/run.ts [--mode inline|thread|process|host] [--row 9] [--row 12] …
// Exit code 1 if anything is not contained.
import { parseArgs } from 'node:util';

import { type Mode, MODES, type Verdict } from './attack.ts';
import { CATALOGUE, ROWS } from './catalogue.ts';
import { supervise } from './supervise.ts';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((option) => option !== '--'),
  options: {
    mode: { type: 'string', multiple: true, default: [...MODES] },
    row: { type: 'string', multiple: true, default: [] },
  },
});

function print({ row, mode, outcome, by, durationMs, stallMs, name }: Verdict): void {
  const cells = [
    String(row).padStart(3),
    mode.padEnd(7),
    outcome.padEnd(13),
    `${durationMs.toFixed(0).padStart(6)} ms`,
    `stall ${stallMs.toFixed(0).padStart(4)} ms`,
    `${name}: ${by}`,
  ];
  console.log(cells.join('  '));
}

const missing = Array.from({ length: ROWS }, (_, index) => index + 1).filter(
  (row) => !CATALOGUE.some((attack) => attack.row === row),
);
if (missing.length > 0) throw new RangeError(`Rows without an attack: ${missing.join(', ')}`);

const started = performance.now();
const verdicts: Verdict[] = [];
for (const mode of values.mode as Mode[]) {
  const attacks = CATALOGUE.filter(
    ({ row, modes }) =>
      modes.includes(mode) && (values.row.length === 0 || values.row.includes(String(row))),
  );
  if (attacks.length === 0) continue;
  await supervise(mode, attacks, (verdict) => {
    verdicts.push(verdict);
    print(verdict);
  });
}

const count = (outcome: Verdict['outcome']): number =>
  verdicts.filter((verdict) => verdict.outcome === outcome).length;
const open = verdicts.filter(({ outcome }) => outcome === 'NOT CONTAINED');
const rowsOf = (list: readonly { readonly row: number }[]): number =>
  new Set(list.map(({ row }) => row)).size;
console.log(
  `\n${count('contained')} contained, ${count('absent')} absent, ${open.length} NOT CONTAINED; ` +
    `${rowsOf(verdicts)} of ${rowsOf(CATALOGUE)} rows in ${((performance.now() - started) / 1000).toFixed(0)} s`,
);
for (const verdict of open) print(verdict);
process.exitCode = open.length === 0 && verdicts.length > 0 ? 0 : 1;

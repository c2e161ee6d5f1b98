// CPU time of small commands against that of Node itself, in one run: the command must not take longer than its task.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { reportFigure } from './figures.ts';
import { median } from './statistics.ts';
import { TARGETS, type TargetName } from './targets.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BIN = `${ROOT}packages/cli/bin/testbench.js`;
const MODULE = `${ROOT}example-plugins/token-f1/build/token-f1.wasm`;
/** Processes of each command: with fewer, the median moves by a tenth. */
const PROCESSES = Number(process.argv[2] ?? 21);

const COMMANDS = [
  { name: 'node -e 0', args: ['-e', '0'], target: undefined },
  { name: 'testbench --help', args: [BIN, '--help'], target: 'P13 help' },
  { name: 'testbench inspect', args: [BIN, 'inspect', MODULE], target: 'P13 inspect' },
] as const satisfies readonly { name: string; args: string[]; target: TargetName | undefined }[];

for (const file of [`${ROOT}packages/cli/dist/index.js`, MODULE]) {
  if (!existsSync(file)) throw new Error(`${file} is missing: run \`npm run build\` first`);
}

/** User and system time of one process in seconds, as the shell reports it. */
function cpuSeconds(args: readonly string[]): number {
  const command = 'TIMEFORMAT="%U %S"; time "$0" "$@" > /dev/null 2>&1';
  const { stderr } = spawnSync('bash', ['-c', command, process.execPath, ...args], {
    encoding: 'utf8',
  });
  const [user = Number.NaN, system = Number.NaN] = stderr.trim().split(/\s+/).map(Number);
  return user + system;
}

const times = COMMANDS.map((): number[] => []);
// In alternation, so that a busy moment of the machine affects all.
for (let round = 0; round < PROCESSES; round += 1) {
  for (const [index, { args }] of COMMANDS.entries()) times[index]!.push(cpuSeconds(args));
}
const bare = median(times[0]!);
for (const [index, { name, target }] of COMMANDS.entries()) {
  const ratio = median(times[index]!) / bare;
  if (target !== undefined) reportFigure(target, ratio);
  const wanted = target === undefined ? '' : `, wanted at most ${TARGETS[target].atMost}`;
  console.log(`${name}: ${(ratio * bare * 1000).toFixed(0)} ms, ${ratio.toFixed(2)}${wanted}`);
}

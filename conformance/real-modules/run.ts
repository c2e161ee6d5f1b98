// Meters real packages as they load, with the options available to a user, and stops them halfway. Usage:
//   node real-modules/run.ts [package...]     without a name: all of them
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import { MODULES } from './more-modules.mjs';

const TIMEOUT_MS = 60_000;
const MODES = ['exact', 'coarse'] as const;
const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));

/** What `child.mjs` prints. */
interface Report {
  /** Of the output; absent if there was none. */
  readonly digest?: string;
  readonly sizeBefore: number;
  readonly sizeAfter: number;
  /** Of the instance that used the most. */
  readonly fuel: string;
  /** Instances that ran out of fuel. */
  readonly stopped: number;
  /** Instances that used more than they had. */
  readonly over: number;
}

type Mode = 'plain' | (typeof MODES)[number];

function exercise(name: string, mode: Mode, fuel?: bigint): Promise<Report | string> {
  const args = [CHILD, name, mode, ...(fuel === undefined ? [] : [String(fuel)])];
  const options = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: 2 ** 26 } as const;
  return new Promise((done) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const line = /^@@(.*)$/m.exec(stdout)?.[1];
      const killed = error?.killed === true;
      if (line === undefined || killed || (error !== null && fuel === undefined)) {
        done(killed ? `not done after ${TIMEOUT_MS} ms` : (stderr || stdout).slice(-400));
      } else {
        done(JSON.parse(line) as Report);
      }
    });
  });
}

interface Row {
  readonly name: string;
  readonly size: number;
  readonly cells: readonly string[];
  readonly problems: readonly string[];
}

async function check(name: string): Promise<Row> {
  const problems: string[] = [];
  const cells: string[] = [];
  let size = 0;
  const plain = await exercise(name, 'plain');
  if (typeof plain === 'string') return { name, size, cells, problems: [`unmetered: ${plain}`] };
  for (const mode of MODES) {
    const before = problems.length;
    const problem = (text: string): void => void problems.push(`${mode}: ${text}`);
    const whole = await exercise(name, mode);
    if (typeof whole === 'string') {
      problem(whole);
      cells.push('FAIL', '', '');
      continue;
    }
    size = whole.sizeBefore;
    const used = BigInt(whole.fuel);
    if (whole.digest !== plain.digest) problem('the output differs from the unmetered one');
    if (used === 0n) problem('no fuel was charged');
    if (whole.stopped > 0) problem('it ran out of fuel');

    // Half of what its busiest instance needs: that instance must be stopped, and must not have used more than this.
    const half = await exercise(name, mode, used / 2n);
    if (typeof half === 'string') problem(`with half the fuel: ${half}`);
    else if (half.stopped === 0 || half.over > 0) problem('half the fuel did not stop it');
    const growth = (whole.sizeAfter / whole.sizeBefore).toFixed(2);
    cells.push(problems.length === before ? 'ok' : 'FAIL', growth, whole.fuel);
  }
  return { name, size, cells, problems };
}

function versionOf(name: string): string {
  const path = fileURLToPath(new URL(`../node_modules/${name}/package.json`, import.meta.url));
  if (!existsSync(path)) return '?';
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

const WIDTHS = [23, 8, 9, 6, 6, 12, 6, 6, 12];

function print(cells: readonly string[]): void {
  console.log(WIDTHS.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | '));
}

async function main(): Promise<number> {
  const chosen = process.argv.slice(2);
  const names = Object.keys(MODULES);
  const unknown = chosen.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    console.error(`Cannot run "${unknown}": packages are ${names.join(', ')}`);
    return 2;
  }
  const start = performance.now();
  const queue = chosen.length === 0 ? names : chosen;
  const rows: Row[] = [];
  const pending = queue.values();
  const work = async (): Promise<void> => {
    for (const name of pending) rows.push(await check(name));
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));

  print(['package', 'version', 'wasm, kB', 'exact', 'growth', 'fuel', 'coarse', 'growth', 'fuel']);
  print(WIDTHS.map((width) => '-'.repeat(width)));
  rows.sort((one, other) => one.name.localeCompare(other.name));
  for (const { name, size, cells, problems } of rows) {
    print([name, versionOf(name), (size / 1000).toFixed(0), ...cells]);
    for (const problem of problems) console.log(`  FAIL ${problem}`);
  }
  const failed = rows.filter(({ problems }) => problems.length > 0).length;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`\n${rows.length - failed} passed, ${failed} failed in ${seconds} s`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();

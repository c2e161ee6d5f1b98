// Proves the metering on the official suite, on real modules and across engines; see README.md. Usage:
//   node src/run.ts [suite] [modules] [engines] [isolation] [fuzz]     without a name: all of them
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { REAL_MODULES } from './real-modules.mjs';

interface Row {
  readonly check: string;
  readonly result: string;
  readonly ok: boolean | undefined;
  readonly seconds: number;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const shared = process.env['TESTBENCH_SHARED'] ?? resolve(here, '../../../shared');
const node = (version: number): string => resolve(here, `../node_modules/n${version}/bin/node`);
const MODES = ['exact', 'coarse'] as const;
const rows: Row[] = [];

function note(check: string, ok: boolean | undefined, result: string, since: number): void {
  const seconds = Math.round((performance.now() - since) / 100) / 10;
  rows.push({ check, result, ok, seconds });
  const mark = ok === undefined ? 'SKIP' : ok ? 'ok  ' : 'FAIL';
  console.log(`${mark} ${check}: ${result} (${seconds} s)`);
}

/** Runs a program to its end, at most `timeoutMs`. */
function run(
  program: string,
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; timeoutMs?: number } = {},
): Promise<{ code: number | null; output: string }> {
  // Into a file: a program that calls process.exit() loses the data that is still in a pipe.
  const directory = mkdtempSync(join(tmpdir(), 'conformance-'));
  const path = join(directory, 'output');
  const file = openSync(path, 'w');
  return new Promise((done) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...options.env },
      cwd: options.cwd,
      stdio: ['ignore', file, file],
      timeout: options.timeoutMs ?? 900_000,
      killSignal: 'SIGKILL',
    });
    const finish = (code: number | null, output: string): void => {
      closeSync(file);
      rmSync(directory, { recursive: true });
      done({ code, output });
    };
    child.on('error', (error) => finish(-1, String(error)));
    child.on('exit', (code) => finish(code, readFileSync(path, 'utf8')));
  });
}

async function suite(): Promise<void> {
  const archive = join(shared, 'wasm-spec/spec.tar.gz');
  if (!existsSync(archive)) {
    note(
      'official suite',
      undefined,
      `not found at ${archive}; set TESTBENCH_SHARED`,
      performance.now(),
    );
    return;
  }
  const directory = mkdtempSync(join(tmpdir(), 'wasm-spec-'));
  try {
    execFileSync('tar', ['xzf', archive, '-C', directory]);
    for (const version of [26, 20]) {
      for (const mode of MODES) {
        const start = performance.now();
        const { code, output } = await run(
          process.execPath,
          [
            join(shared, 'wasm-spec/spec-runner.mjs'),
            `--spec=${join(directory, 'spec')}`,
            `--transform=${join(here, 'spec-plugin.mjs')}`,
            `--node=${node(version)}`,
            '--strict-invalid',
          ],
          { env: { METER_MODE: mode } },
        );
        const total =
          /^TOTAL.*$/m.exec(output)?.[0] ?? `no total, exit code ${code}: ${output.slice(-300)}`;
        const passed = /passed (\d+) failed (\d+)/.exec(total);
        const ok = code === 0 && passed !== null && Number(passed[1]) > 60_000;
        if (!ok)
          console.log(
            output
              .split('\n')
              .filter((line) => /^(FAIL|CRASH|\s+line)/.test(line))
              .join('\n'),
          );
        const known = /known-V8-failures (\d+)/.exec(total)?.[1];
        const text =
          passed === null
            ? total
            : `${passed[1]} passed, ${passed[2]} failed, ${known} that V8 itself fails`;
        note(`official suite, ${mode}, Node ${version}`, ok, text, start);
      }
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

interface Exercise {
  readonly digest: string;
  readonly modules: number;
  readonly fuel: string;
}

async function exercise(
  name: string,
  mode: string,
  version = 26,
  flags: string[] = [],
): Promise<Exercise | string> {
  const child = join(here, 'real-module-child.mjs');
  const { output } = await run(node(version), [...flags, child, name, mode], {
    timeoutMs: 120_000,
  });
  const line = /^@@(.*)$/m.exec(output)?.[1];
  return line === undefined ? output.slice(-400) : (JSON.parse(line) as Exercise);
}

/** Their own behaviour depends on time, addresses or goroutines, so the counts of two runs differ slightly. */
const UNSTEADY = new Set(['esbuild-wasm', 'wasmoon', 'sql.js']);

async function modules(): Promise<void> {
  for (const name of Object.keys(REAL_MODULES)) {
    const start = performance.now();
    const [plain, exact] = await Promise.all([exercise(name, 'plain'), exercise(name, 'exact')]);
    const [coarse, naive] = await Promise.all([exercise(name, 'coarse'), exercise(name, 'naive')]);
    const all = [plain, exact, coarse, naive];
    const broken = all.find((each) => typeof each === 'string');
    if (broken !== undefined) {
      note(`module ${name}`, false, broken, start);
      continue;
    }
    const [p, e, c, n] = all as Exercise[];
    const same = p!.digest === e!.digest && p!.digest === c!.digest && p!.digest === n!.digest;
    const difference = Number(BigInt(e!.fuel) - BigInt(n!.fuel));
    const steady = !UNSTEADY.has(name);
    const right = !steady || difference === 0;
    const above = BigInt(c!.fuel) >= BigInt(e!.fuel);
    const ok = same && right && above && e!.modules > 0;
    const count = steady ? `exact - counter = ${difference}` : 'not deterministic by itself';
    const ratio = (Number(c!.fuel) / Number(e!.fuel)).toFixed(2);
    note(
      `module ${name}`,
      ok,
      `output ${same ? 'equal' : 'DIFFERS'}; ${e!.fuel} units, ${count}; coarse/exact ${ratio}`,
      start,
    );
  }
}

async function engines(): Promise<void> {
  const variants: [number, string[]][] = [
    [20, []],
    [22, []],
    [24, []],
    [26, []],
    [26, ['--liftoff-only']],
    [26, ['--no-liftoff']],
  ];
  for (const name of ['hash-wasm', 'source-map', 'argon2-browser', '@bokuweb/zstd-wasm']) {
    for (const mode of MODES) {
      const start = performance.now();
      const fuels = new Set<string>();
      for (const [version, flags] of variants) {
        const result = await exercise(name, mode, version, flags);
        fuels.add(
          typeof result === 'string' ? `${version} ${flags.join()}: ${result}` : result.fuel,
        );
      }
      const text = `${[...fuels].join(' / ')} on Node 20, 22, 24, 26, 26 baseline only, 26 optimising only`;
      note(`same count, ${name}, ${mode}`, fuels.size === 1, text, start);
    }
  }
}

/** What the three isolations promise, on the oldest Node: it has no JSPI, and its permission flag has another name. */
async function isolation(): Promise<void> {
  const start = performance.now();
  const root = resolve(here, '../..');
  const files = ['isolation/isolation.test', 'isolation/calls.test', 'plugin-manager.test'];
  const options = ['--import', join(here, 'map-group-by.mjs')];
  const runner = join(root, 'node_modules/vitest/vitest.mjs');
  const { code, output } = await run(
    node(20),
    [...options, runner, 'run', '--project=manager', ...files],
    // The configuration of the tests lists folders relative to where it runs.
    { env: { NO_COLOR: '1' }, cwd: root },
  );
  const counts = /^ *Tests +(.+) \(\d+\)$/m.exec(output)?.[1] ?? 'no count';
  const passed = Number(/(\d+) passed/.exec(counts)?.[1] ?? 0);
  const ok = code === 0 && passed > 100;
  if (!ok) console.log(output.slice(-3000));
  note('isolation contract, Node 20', ok, counts, start);
}

async function fuzz(): Promise<void> {
  const start = performance.now();
  const { code, output } = await run(node(26), [join(here, 'fuzz.ts')]);
  note('mutated modules, guided by coverage', code === 0, output.trim(), start);
}

const parts: Record<string, () => Promise<void>> = { suite, modules, engines, isolation, fuzz };
const wanted = process.argv.slice(2);
const unknown = wanted.find((part) => parts[part] === undefined);
if (unknown !== undefined) {
  console.error(`Cannot run "${unknown}": parts are ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
for (const part of wanted.length === 0 ? Object.keys(parts) : wanted) await parts[part]!();

const failed = rows.filter(({ ok }) => ok === false).length;
const skipped = rows.filter(({ ok }) => ok === undefined).length;
console.log(`\n${'check'.padEnd(46)} | result`);
console.log(`${'-'.repeat(46)} | ${'-'.repeat(70)}`);
for (const { check, result, ok } of rows) {
  console.log(
    `${check.padEnd(46)} | ${ok === false ? 'FAILED: ' : ok === undefined ? 'SKIPPED: ' : ''}${result}`,
  );
}
console.log(`\n${rows.length - failed - skipped} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 ? 0 : 1);

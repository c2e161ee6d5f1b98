// Runs the same scenarios on every platform that the packages promise to run on. Usage: node platforms/run.ts
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import initWabt from 'wabt';

import { bundle } from '../src/bundle.ts';
import { runInChromium } from './chromium.ts';
import { BUNDLERS, openServer } from './core-in-browser.ts';
import { type Finding, type Inputs, MARK } from './findings.ts';

const TIMEOUT_MS = 60_000;
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Where a platform's program is, or undefined if this machine does not have it. */
function find(packageFile: () => string, path: string): string | undefined {
  try {
    const program = join(dirname(fileURLToPath(packageFile())), path);
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  }
}

/** Runs a program to its end, or for `TIMEOUT_MS`, and returns everything it printed. */
function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((done) => {
    let output = '';
    const child = spawn(program, args, {
      // A check for a newer Deno would only wait for the network.
      env: { ...process.env, DENO_NO_UPDATE_CHECK: '1' },
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => done(String(error)));
    child.on('close', () => done(output));
  });
}

function parse(output: string | undefined): readonly Finding[] {
  const line = output?.split('\n').find((each) => each.startsWith(MARK));
  if (line !== undefined) return JSON.parse(line.slice(MARK.length)) as Finding[];
  return [{ check: 'reports', value: output?.slice(-500) ?? 'nothing in time', ok: false }];
}

async function buildScript(plugin: string): Promise<Uint8Array> {
  const wabt = await initWabt();
  const assemble = (name: string): string => {
    const { buffer } = wabt.parseWat(name, readFileSync(file(name), 'utf8')).toBinary({});
    return Buffer.from(buffer).toString('base64');
  };
  const inputs: Inputs = {
    guest: assemble('guest.wat'),
    plugin: readFileSync(plugin).toString('base64'),
    waiting: assemble('waiting.wat'),
  };
  const code = await bundle(new URL('scenario.ts', import.meta.url));
  return Buffer.concat([Buffer.from(`const INPUTS=${JSON.stringify(inputs)};\n`), code]);
}

interface Row {
  readonly platform: string;
  readonly findings: readonly Finding[];
  readonly seconds: number;
}

async function main(): Promise<number> {
  const plugin = file('../../example-plugins/exact-match/build/exact-match.wasm');
  if (!existsSync(plugin)) {
    console.error('Cannot run platforms: example-plugins/exact-match is not built; run pnpm build');
    return 1;
  }
  // The Node that runs this comes first: its values are what the others must equal.
  const rows: Row[] = [];
  const threadRows: Row[] = [];
  const browserRows: Row[] = [];
  const skipped: string[] = [];
  const directory = mkdtempSync(join(tmpdir(), 'platforms-'));
  try {
    const code = await buildScript(plugin);
    const script = join(directory, 'scenario.mjs');
    writeFileSync(script, code);
    const node20 = find(() => import.meta.resolve('n20/package.json'), 'bin/node');
    const deno = find(() => import.meta.resolve('@deno/linux-x64-glibc/package.json'), 'deno');
    const bun = find(() => import.meta.resolve('@oven/bun-linux-x64/package.json'), 'bin/bun');
    const tell = async (into: Row[], programs: readonly Program[]): Promise<void> => {
      for (const [platform, program, args] of programs) {
        const start = performance.now();
        if (program === undefined) skipped.push(`${platform}: not installed for this machine`);
        else into.push(row(platform, await run(program, args), start));
      }
    };
    await tell(rows, [
      [`Node ${process.versions.node}`, process.execPath, [script]],
      ['Node 20', node20, [script]],
      // Without any permission, which is Deno's default.
      ['Deno', deno, ['run', '--no-prompt', script]],
      ['Bun', bun, ['run', script]],
    ]);
    const threads = [file('threads.mjs'), plugin];
    await tell(threadRows, [
      ['Node 20', node20, threads],
      ['Deno', deno, ['run', '--no-prompt', '-A', '--node-modules-dir=manual', ...threads]],
      ['Bun', bun, ['run', ...threads]],
    ]);
    if (existsSync(CHROMIUM)) {
      const start = performance.now();
      const { page, worker } = await runInChromium(CHROMIUM, code, TIMEOUT_MS);
      rows.push(row('Chromium, page', page, start), row('Chromium, worker', worker, start));
      for (const [name, build] of Object.entries(BUNDLERS)) {
        const begin = performance.now();
        const bundled = await build();
        const reports = await runInChromium(CHROMIUM, bundled, TIMEOUT_MS, openServer());
        browserRows.push(row(`${name}, page`, reports.page, begin));
        browserRows.push(row(`${name}, worker`, reports.worker, begin));
      }
    } else {
      skipped.push(`Chromium: not found at ${CHROMIUM}; set CHROMIUM`);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
  const failures = print(rows);
  console.log('\nIsolation in worker threads:');
  const threadFailures = print(threadRows);
  console.log('\n@testbench/core/browser in Chromium, by bundler:');
  const browserFailures = print(browserRows);
  for (const each of skipped) console.log(`SKIPPED ${each}`);
  const failed = failures + threadFailures + browserFailures;
  const total = rows.length + threadRows.length + browserRows.length;
  console.log(`\n${total - failed} passed, ${failed} failed, ${skipped.length} skipped`);
  return failed === 0 && rows.length > 0 ? 0 : 1;
}

type Program = readonly [platform: string, program: string | undefined, args: string[]];

function row(platform: string, output: string | undefined, start: number): Row {
  return { platform, findings: parse(output), seconds: (performance.now() - start) / 1000 };
}

/** Prints a table. @returns How many platforms failed, or saw other values than the first. */
function print(rows: readonly Row[]): number {
  const reference = new Map(rows[0]?.findings.map(({ check, value }) => [check, value]));
  let failures = 0;
  console.log('platform          | passed | same values | seconds');
  console.log('----------------- | ------ | ----------- | -------');
  for (const { platform, findings, seconds } of rows) {
    const passed = findings.filter(({ ok }) => ok).length;
    const different = findings.filter(
      ({ check, value, varies }) => varies !== true && reference.get(check) !== value,
    );
    const equal = different.length === 0 && findings.length === reference.size;
    const cells = [
      platform.padEnd(17),
      `${passed}/${findings.length}`.padEnd(6),
      (equal ? 'yes' : 'NO').padEnd(11),
      seconds.toFixed(1),
    ];
    console.log(cells.join(' | '));
    const wrong = findings.filter((finding) => !finding.ok || different.includes(finding));
    for (const { check, value } of wrong) console.log(`  FAIL ${check}: ${value}`);
    for (const { check, value } of findings.filter(({ varies }) => varies === true)) {
      console.log(`  ${check}: ${value}`);
    }
    if (passed !== findings.length || !equal) failures += 1;
  }
  console.log('\nWhat all of them saw:');
  for (const { check, value, varies } of rows[0]?.findings ?? []) {
    if (varies !== true) console.log(`  ${check}: ${value}`);
  }
  return failures;
}

process.exitCode = await main();

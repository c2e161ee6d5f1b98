/**
 * Runs the suites of `examples/test-suites` as their users do, with vitest and with `node:test`: they pass, and where a model is worse they fail with a table.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

import { insist } from '../browser/insist.ts';

const folder = join(import.meta.dirname, '../../examples/test-suites');
const temporary = mkdtempSync(join(tmpdir(), 'testbench-suites-'));
const baseline = join(temporary, 'baseline.json');

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
  const { CI: _ci, ...own } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...own, ...env },
    timeout: 300_000,
  });
  return { code: status, text: stripVTControlCharacters(stdout + stderr) };
}

const vitest = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Ended =>
  run([join(folder, 'node_modules/vitest/vitest.mjs'), 'run', ...args], env);
const nodeTest = (env: Readonly<Record<string, string>> = {}): Ended =>
  run(['--test', 'node/capitals.test.js'], env);

function check(
  name: string,
  { code, text }: Ended,
  wanted: number,
  parts: readonly RegExp[],
): void {
  const missing = parts.find((part) => !part.test(text));
  insist(code === wanted, `${name}: exit code ${code}, expected ${wanted}\n${text}`);
  insist(missing === undefined, `${name}: no ${String(missing)} in\n${text}`);
  console.log(`ok  ${name}`);
}

try {
  const table = /evaluator +mean +threshold +baseline +records\n +exact-match +0\.667/;
  check('vitest passes, and prints the means', vitest([], { CI: '1' }), 0, [/5 passed/, table]);
  const worse = { CI: '1', MODEL: 'cheap' };
  check('vitest fails with a worse model', vitest([], worse), 1, [
    /2 failed/,
    /EvaluationError: Cannot accept "token-f1": the mean is 0\.333, threshold is 0\.750/,
    /Cannot accept "exact-match": the mean is 0\.333, that of the baseline is 0\.667/,
    / {2}es +0\.000 .*Toledo +Madrid/,
    // Where the evaluation is asked for.
    /capitals\.test\.js:\d+/,
  ]);
  check('vitest writes no baseline in CI', vitest([], { CI: '1', BASELINE: baseline }), 1, [
    /there is none; run the tests with -u/,
  ]);
  check('vitest -u writes a baseline', vitest(['-u'], { BASELINE: baseline }), 0, [/5 passed/]);
  const written: unknown = JSON.parse(readFileSync(baseline, 'utf8'));
  const kept: unknown = JSON.parse(
    readFileSync(join(folder, 'vitest/capitals.baseline.json'), 'utf8'),
  );
  insist(JSON.stringify(written) === JSON.stringify(kept), 'the baseline is another one');
  check('node:test passes', nodeTest(), 0, [/pass 3/, /exact-match +1\.000 +0\.900/]);
  check('node:test fails with a worse model', nodeTest({ MODEL: 'cheap' }), 1, [
    /fail 1/,
    /Cannot accept "exact-match": the mean is 0\.500, threshold is 0\.900/,
    / {2}es +0\.000 +Toledo +Madrid/,
  ]);
} finally {
  rmSync(temporary, { recursive: true });
}

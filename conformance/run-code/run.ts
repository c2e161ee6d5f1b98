/**
 * The verdicts of `run-code` on 492 programs made of HumanEval, compared with CPython's on this machine.
 *
 * `pnpm -C conformance run-code` takes some minutes. An argument N takes every Nth problem.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { PluginSystem } from '@testbench/core';
import { buildScript, RUN_CODE } from '@testbench/script';

interface Program {
  readonly task: string;
  readonly kind: 'canonical' | 'empty' | 'changed';
  readonly output: string;
  readonly prompt: string;
  readonly test: string;
  readonly entry_point: string;
  readonly passes: boolean;
  readonly seconds: number;
  readonly why: string;
}

const NEEDED = 470 / 492;
const root = fileURLToPath(new URL('../..', import.meta.url));
const shared = process.env['TESTBENCH_SHARED'] ?? join(root, '../shared');
const data = join(shared, 'data/humaneval.jsonl');
const python = process.env['PYTHON'] ?? '/usr/bin/python3';
const step = process.argv[2] ?? '1';

if (!existsSync(data) || !existsSync(python)) {
  console.log(`skipped: there is no ${existsSync(data) ? python : data}`);
  process.exit(0);
}
const given = process.env['REFERENCE'];
const reference =
  given === undefined
    ? execFileSync(python, [fileURLToPath(new URL('reference.py', import.meta.url)), data, step], {
        maxBuffer: 2 ** 28,
      }).toString()
    : readFileSync(given, 'utf8');
const programs = JSON.parse(reference) as readonly Program[];

const { bytes } = await buildScript({ path: RUN_CODE });
await using system = new PluginSystem({
  isolation: 'thread',
  limits: { maxFuel: 100_000_000_000, timeoutMs: 300_000 },
});
const plugin = await system.loadPluginFromBytes('run-code', bytes);

const counts = new Map<string, { programs: number; passes: number; equal: number }>();
const fuels: { task: string; fuel: number; ms: number; seconds: number }[] = [];
for (const program of programs) {
  const { output, prompt, test, entry_point, kind, task } = program;
  const begun = performance.now();
  let score = 0;
  let explanation: string | undefined;
  try {
    const result = await plugin.execute({ output, prompt, test, entry_point });
    const judged = result.data as { readonly score: number; readonly explanation: string };
    score = judged.score;
    explanation = judged.explanation;
    fuels.push({
      task: `${task} ${kind}`,
      fuel: result.metadata.fuelUsed ?? 0,
      ms: performance.now() - begun,
      seconds: program.seconds,
    });
  } catch (error) {
    explanation = String(error);
  }
  const count = counts.get(kind) ?? { programs: 0, passes: 0, equal: 0 };
  count.programs += 1;
  if (score === 1) count.passes += 1;
  if ((score === 1) === program.passes) count.equal += 1;
  else
    console.log(
      `${task} ${kind}: CPython ${program.passes ? 'passes' : `fails (${program.why})`}, run-code says: ${explanation}`,
    );
  counts.set(kind, count);
}
console.table(Object.fromEntries(counts));
fuels.sort((one, other) => other.fuel - one.fuel);
const middle = fuels[fuels.length >> 1];
console.log(`median: ${((middle?.fuel ?? 0) / 1e6).toFixed(0)} M fuel`);
for (const { task, fuel, ms, seconds } of fuels.slice(0, 8)) {
  console.log(
    `${task}: ${(fuel / 1e6).toFixed(0)} M fuel, ${ms.toFixed(0)} ms; CPython with its start ${(1000 * seconds).toFixed(0)} ms`,
  );
}
const equal = [...counts.values()].reduce((sum, one) => sum + one.equal, 0);
console.log(`${equal} of ${programs.length} verdicts are those of CPython`);
if (equal < NEEDED * programs.length) process.exit(1);

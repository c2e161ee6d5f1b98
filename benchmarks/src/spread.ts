// Prints P1 and P1b as a guarantee: each kernel and program in several fresh processes, with the worst of all; see README.md.
//   node src/spread.ts [--processes 10] [--only p1,programs] [--node 20|22|24] [--json FILE] [kernel ...]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { reportFigure } from './figures.ts';
import { runOnNode, withoutNode } from './other-node.ts';
import type { ProgramRow } from './programs.ts';
import type { KernelRow } from './run-time.ts';
import { type Spread, spreadOf, spreadTable } from './spread-table.ts';
import { geometricMean } from './statistics.ts';
import { meets, type TargetName, targetText } from './targets.ts';

/** What one process measured. */
interface Result {
  readonly kernelRows: readonly KernelRow[];
  readonly programRows: readonly ProgramRow[];
}

const { values, positionals: kernels } = parseArgs({
  // pnpm passes on the `--` that separates its own options.
  args: process.argv.slice(2).filter((option) => option !== '--'),
  options: {
    processes: { type: 'string', default: '10' },
    only: { type: 'string' },
    node: { type: 'string' },
    json: { type: 'string' },
  },
  allowPositionals: true,
});
const parts = values.only ?? (kernels.length > 0 ? 'p1' : 'p1,programs');

/** One process, without the tables that it prints. Its figures are not reported: the worst of all processes is. */
function measure(folder: string): Result {
  const script = fileURLToPath(new URL('./metering.ts', import.meta.url));
  const file = join(folder, 'result.json');
  const { status, stderr } = spawnSync(
    process.execPath,
    [script, '--once', '--only', parts, '--json', file, ...kernels],
    { encoding: 'utf8', env: { ...process.env, BENCHMARK_FIGURES: undefined } },
  );
  if (status !== 0) throw new RangeError(`Cannot measure spread: a process failed: ${stderr}`);
  return JSON.parse(readFileSync(file, 'utf8')) as Result;
}

/** Prints a figure next to its target, and reports it. */
function judge(name: TargetName, value: number): void {
  const target = reportFigure(name, value);
  const met = meets(target, value) ? 'yes' : 'no';
  console.log(`${name.padEnd(26)}${value.toFixed(3)}  ${targetText(target).padStart(8)}  ${met}`);
}

function run(): void {
  const folder = mkdtempSync(join(tmpdir(), 'testbench-spread-'));
  const loads = [loadavg()[0]!];
  const results: Result[] = [];
  try {
    while (results.length < Number(values.processes)) {
      console.error(`${results.length + 1}/${values.processes}`);
      results.push(measure(folder));
      loads.push(loadavg()[0]!);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const kernelSpreads = spreadOf(results.map((result) => result.kernelRows));
  const programSpreads = spreadOf(results.map((result) => result.programRows));
  const load = `${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
  const processor = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`;
  console.log(
    `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${processor}, load ${load}, ${results.length} processes\n`,
  );
  for (const spreads of [kernelSpreads, programSpreads]) {
    if (spreads.length > 0) console.log(`${spreadTable(spreads)}\n`);
  }
  const mean = (spreads: readonly Spread[], mode: 'coarse' | 'exact'): number =>
    geometricMean(spreads.map((spread) => spread[mode].median));
  const worst = (spreads: readonly Spread[]): number =>
    Math.max(...spreads.map(({ coarse }) => coarse.most));
  if (kernelSpreads.length > 0) {
    judge('P1 coarse', mean(kernelSpreads, 'coarse'));
    judge('P1 worst', worst(kernelSpreads));
    judge('P1 exact', mean(kernelSpreads, 'exact'));
    const alike = kernelSpreads.map((one) => one.coarse.median / (one.padded?.median ?? 1));
    judge('P1 coarse, inlined alike', geometricMean(alike));
  }
  if (programSpreads.length > 0) {
    judge('P1b mean', mean(programSpreads, 'coarse'));
    judge('P1b worst', worst(programSpreads));
  }
  if (values.json !== undefined) {
    const spread = { node: process.versions.node, loads, kernelSpreads, programSpreads, results };
    writeFileSync(values.json, `${JSON.stringify(spread, null, 2)}\n`);
  }
}

if (values.node === undefined || process.versions.node.startsWith(`${values.node}.`)) {
  run();
} else {
  process.exitCode = runOnNode('spread', values.node, withoutNode(process.argv.slice(2)));
}

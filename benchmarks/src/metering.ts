// Prints P1 (run time of metered code), P2 (against native code) and P7 (speed of rewriting) from one run; see README.md.
//   node src/metering.ts [--short | --once] [--only p1,p2,p7,programs] [--node 20|22|24] [--json FILE] [kernel ...]
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { C_KERNELS, SCRIPT_KERNELS } from './kernels.ts';
import { runOnNode, withoutNode } from './other-node.ts';
import { measurePrograms, type ProgramRow } from './programs.ts';
import {
  KERNEL_HEADER,
  kernelLine,
  nativeVerdicts,
  programLine,
  programVerdicts,
  rewritingVerdicts,
  runTimeVerdicts,
  type Verdict,
  verdictTable,
} from './report.ts';
import { measureRewriting, type RewritingResult } from './rewriting.ts';
import { type KernelRow, measureKernels } from './run-time.ts';

const PARTS = ['p1', 'p2', 'p7', 'programs'];

const { values, positionals: kernels } = parseArgs({
  // pnpm passes on the `--` that separates its own options.
  args: process.argv.slice(2).filter((option) => option !== '--'),
  options: {
    short: { type: 'boolean', default: false },
    once: { type: 'boolean', default: false },
    only: { type: 'string' },
    node: { type: 'string' },
    json: { type: 'string' },
  },
  allowPositionals: true,
});
const effort = values.short ? 'short' : values.once ? 'once' : 'full';
const short = effort !== 'full';
// Named kernels are always shown.
const parts = new Set(values.only?.split(',') ?? (kernels.length > 0 ? ['p1', 'p2'] : PARTS));

async function run(): Promise<void> {
  const processor = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}`;
  const date = new Date().toISOString();
  const node = process.versions.node;
  console.log(`${date.slice(0, 10)}, Node ${node}, V8 ${process.versions.v8}, ${processor}`);
  console.log('CPU time; ratios are medians over rounds in which the variants take turns');
  const verdicts: Verdict[] = [];
  let kernelRows: KernelRow[] = [];
  let compilers: string[] = [];
  if (parts.has('p1') || parts.has('p2')) {
    console.log(`\n${KERNEL_HEADER}`);
    const natives = parts.has('p2');
    const measured = await measureKernels({ effort, kernels, natives }, (row) =>
      console.log(kernelLine(row)),
    );
    kernelRows = measured.rows;
    compilers = measured.compilers;
    if (natives && compilers.length === 0) console.log('P2 skipped: no clang and no gcc here');
    if (compilers.length > 0) console.log(`native: the faster of ${compilers.join(', ')}, -O2`);
    if (kernelRows.length > 0) {
      if (parts.has('p1')) verdicts.push(...runTimeVerdicts(kernelRows));
      verdicts.push(...nativeVerdicts(kernelRows));
    }
  }
  let programRows: ProgramRow[] = [];
  if (parts.has('programs')) {
    console.log(`\n${'program'.padEnd(12)} plain ms   coarse    exact`);
    programRows = await measurePrograms(effort, (row) => console.log(programLine(row)));
    verdicts.push(...programVerdicts(programRows));
  }
  let rewriting: RewritingResult | undefined;
  if (parts.has('p7')) {
    rewriting = await measureRewriting(short);
    verdicts.push(...rewritingVerdicts(rewriting));
    console.log(`\nrewriting ${rewriting.module}, ${rewriting.megabytes.toFixed(1)} MB`);
  }
  if (verdicts.length > 0) console.log(`\n${verdictTable(verdicts)}`);
  const fallback = new URL(`../results/metering-node-${node}.json`, import.meta.url);
  const file = values.json ?? fileURLToPath(fallback);
  const result = { date, node, v8: process.versions.v8, processor, short, compilers };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    `${JSON.stringify({ ...result, kernelRows, programRows, rewriting, verdicts }, null, 2)}\n`,
  );
}

const names = Object.keys({ ...C_KERNELS, ...SCRIPT_KERNELS });
const unknown = [
  ...[...parts].filter((part) => !PARTS.includes(part)),
  ...kernels.filter((name) => !names.includes(name)),
];
if (unknown.length > 0) {
  console.error(`Not known: ${unknown.join(', ')}`);
  console.error(`Parts: ${PARTS.join(', ')}\nKernels: ${names.join(', ')}`);
  process.exitCode = 1;
} else if (values.node === undefined || process.versions.node.startsWith(`${values.node}.`)) {
  await run();
} else {
  process.exitCode = runOnNode('metering', values.node, withoutNode(process.argv.slice(2)));
}

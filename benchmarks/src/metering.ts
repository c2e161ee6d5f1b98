// Prints P1 (run time of metered code), P2 (against native code) and P7 (speed of rewriting) from one run.
//   node src/metering.ts [--short] [--json=FILE] [kernel ...]
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { attachMeter, meterModule } from '@testbench/metering';

import {
  C_KERNELS,
  compileC,
  compileNative,
  compileScript,
  hasClang,
  runNative,
  SCRIPT_KERNELS,
} from './kernels.ts';

const short = process.argv.includes('--short');
const json = process.argv.find((option) => option.startsWith('--json='))?.slice(7);
const only = process.argv.slice(2).filter((option) => !option.startsWith('--'));
const rounds = short ? 5 : 15;
const VARIANTS = ['plain', 'coarse', 'exact'] as const;
type Variant = (typeof VARIANTS)[number];

interface Measured {
  readonly kernel: string;
  /** Median milliseconds by variant. */
  readonly ms: Record<Variant, number>;
  readonly coarse: number;
  readonly exact: number;
  readonly native: number | undefined;
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
};
const mean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);

type Call = (size: number) => number;

function load(bytes: Uint8Array<ArrayBuffer>, variant: Variant): WebAssembly.Exports {
  const env = { env: { abort: () => undefined, seed: () => 1 } };
  if (variant === 'plain')
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), env).exports;
  const metered = meterModule(bytes, { mode: variant }).bytes;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(metered), env);
  // As a host would: polled at every slice.
  attachMeter(instance, { onSlice: () => 'continue' }).setFuel(1n << 60n);
  return instance.exports;
}

function measure(
  bytes: Uint8Array<ArrayBuffer>,
  kernels: Readonly<Record<string, number>>,
  natives: ReadonlyMap<string, string>,
): Measured[] {
  const results: Measured[] = [];
  for (const [kernel, size] of Object.entries(kernels)) {
    if (only.length > 0 && !only.includes(kernel)) continue;
    const times: Record<Variant, number[]> = { plain: [], coarse: [], exact: [] };
    const sums = new Set<number>();
    const calls = VARIANTS.map(
      (variant) => [variant, load(bytes, variant)[kernel] as Call] as const,
    );
    // Long enough for the optimising compiler to take over.
    for (const [, call] of calls) {
      for (const start = performance.now(); performance.now() - start < (short ? 80 : 200);)
        call(size);
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const [variant, call] of calls) {
        const start = performance.now();
        sums.add(call(size) >>> 0);
        times[variant].push(performance.now() - start);
      }
    }
    const nativeTimes: number[] = [];
    for (const program of natives.values()) {
      const runs = Array.from({ length: 5 }, () => runNative(program, kernel, size));
      nativeTimes.push(median(runs.map(([us]) => us)) / 1000);
      // Only kernels that do not depend on what ran before have one checksum.
      if (sums.size === 1 && !sums.has(runs[0]![1])) {
        throw new Error(`Cannot compare kernel "${kernel}": native result differs`);
      }
    }
    const ms = {
      plain: median(times.plain),
      coarse: median(times.coarse),
      exact: median(times.exact),
    };
    const native = nativeTimes.length > 0 ? ms.coarse / Math.min(...nativeTimes) : undefined;
    // The median of the rounds' own ratios: what slows the machine down for a while slows both.
    const ratio = (variant: Variant): number =>
      median(times[variant].map((time, round) => time / times.plain[round]!));
    const row = { kernel, ms, coarse: ratio('coarse'), exact: ratio('exact'), native };
    results.push(row);
    const nativeText = native === undefined ? '' : native.toFixed(2);
    console.log(
      `${kernel.padEnd(14)} ${ms.plain.toFixed(2).padStart(9)} ${row.coarse.toFixed(3).padStart(8)} ${row.exact.toFixed(3).padStart(8)} ${nativeText.padStart(8)}`,
    );
  }
  return results;
}

interface Rewriting {
  readonly megabytes: number;
  readonly speed: number;
  readonly speedValidated: number;
  readonly growth: number;
}

/** Rewrites a real module of more than 10 MB; with and without the engine's validation before it. */
function rewriting(mode: 'coarse' | 'exact'): Rewriting {
  const path = createRequire(import.meta.url).resolve('esbuild-wasm/esbuild.wasm');
  const bytes = new Uint8Array(readFileSync(path));
  const megabytes = bytes.length / 1e6;
  let growth = 0;
  const time = (validated: boolean): number => {
    const times: number[] = [];
    for (let round = 0; round < (short ? 3 : 7); round += 1) {
      const start = performance.now();
      growth = meterModule(bytes, { mode, validated }).stats.growth;
      times.push(performance.now() - start);
    }
    return median(times);
  };
  const speed = (megabytes / time(true)) * 1000;
  return { megabytes, speed, speedValidated: (megabytes / time(false)) * 1000, growth };
}

console.log(`Node ${process.versions.node}, V8 ${process.versions.v8}\n`);
console.log('kernel          plain ms   coarse    exact  /native');
const measured: Measured[] = [];
if (hasClang) measured.push(...measure(compileC(), C_KERNELS, compileNative()));
else console.log('C kernels skipped: clang and wasm-ld are not installed');
measured.push(...measure(compileScript(), SCRIPT_KERNELS, new Map()));

const table: [name: string, ours: number, target: number, below: boolean][] = [];
const coarse = measured.map((row) => row.coarse);
const natives = measured.flatMap(({ native }) => (native === undefined ? [] : [native]));
table.push(['P1 coarse / plain, geometric mean', mean(coarse), 1.05, true]);
table.push(['P1 coarse / plain, worst kernel', Math.max(...coarse), 1.25, true]);
table.push([
  'P1 exact / plain, geometric mean',
  mean(measured.map((row) => row.exact)),
  1.15,
  true,
]);
if (natives.length > 0)
  table.push(['P2 coarse / native, geometric mean', mean(natives), 1.05, true]);
for (const mode of ['coarse', 'exact'] as const) {
  const { megabytes, speed, speedValidated, growth } = rewriting(mode);
  const size = `${megabytes.toFixed(1)} MB`;
  table.push([`P7 rewriting ${size}, ${mode}, MB/s`, speed, 50, false]);
  table.push([`P7 the same with the engine's validation`, speedValidated, 50, false]);
  table.push([`P7 size after / before, ${mode}`, growth, 1.35, true]);
}
console.log(`\n${''.padEnd(42)} ${'ours'.padStart(8)} ${'target'.padStart(8)}  met?`);
for (const [name, ours, target, below] of table) {
  const met = below ? ours <= target : ours >= target;
  console.log(
    `${name.padEnd(42)} ${ours.toFixed(3).padStart(8)} ${target.toFixed(2).padStart(8)}  ${met ? 'yes' : 'no'}`,
  );
}
if (json !== undefined) {
  writeFileSync(
    json,
    `${JSON.stringify({ node: process.versions.node, measured, table }, null, 2)}\n`,
  );
}

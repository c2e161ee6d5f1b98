import { execFileSync } from 'node:child_process';

import { attachMeter, meterModule } from '@testbench/metering';

import { buildC, buildNative, buildScript } from './build-kernels.ts';
import { type Candidate, interleave } from './interleave.ts';
import { C_KERNELS, SCRIPT_KERNELS } from './kernels.ts';
import { padModule } from './pad-module.ts';
import { cpuMs } from './statistics.ts';

/** One line of the table of kernels: milliseconds of the plain module, otherwise ratios. */
export interface KernelRow {
  readonly name: string;
  readonly plainMs: number;
  readonly coarse: number;
  readonly exact: number;
  /** Unmetered with the inlining of a metered module; see `padModule`. */
  readonly padded: number;
  /** Over the faster native program; undefined for AssemblyScript and without a compiler. */
  readonly plainToNative: number | undefined;
  readonly coarseToNative: number | undefined;
}

const VARIANTS = ['plain', 'padded', 'coarse', 'exact'] as const;
type Variant = (typeof VARIANTS)[number];
type Kernel = (size: number) => number;

/** How long to measure: `once` compiles each variant once, as a user's process does, and takes more rounds than `short`. */
export type Effort = 'full' | 'once' | 'short';

/** Modules, milliseconds of warming up, and rounds. */
const EFFORTS: Readonly<Record<Effort, { loads: number; warmMs: number; rounds: number }>> = {
  full: { loads: 3, warmMs: 100, rounds: 15 },
  once: { loads: 1, warmMs: 100, rounds: 9 },
  short: { loads: 1, warmMs: 60, rounds: 5 },
};

let copies = 0;

/** The same module with a number in a custom section, so that the engine cannot reuse previously compiled code. */
function distinct(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  copies += 1;
  // Id 0, four bytes of content: a name of length 1, which is "#", and the number.
  return Uint8Array.of(...bytes, 0, 4, 1, 0x23, copies >>> 8, copies & 0xff);
}

function load(original: Uint8Array<ArrayBuffer>, variant: Variant): WebAssembly.Exports {
  const bytes = distinct(variant === 'padded' ? padModule(original) : original);
  // AssemblyScript calls `abort` when a check of its library fails.
  const imports = { env: { abort: () => undefined } };
  if (variant === 'plain' || variant === 'padded') {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
  }
  const metered = meterModule(bytes, { mode: variant }).bytes;
  const instance = new WebAssembly.Instance(new WebAssembly.Module(metered), imports);
  // Polled at every slice, as a host with a deadline would.
  attachMeter(instance, { onSlice: () => 'continue' }).setFuel(1n << 60n);
  return instance.exports;
}

/** Calls a kernel until the optimising compiler has taken over. */
function warmUp(call: Kernel, size: number, ms: number): void {
  const start = cpuMs();
  for (let calls = 0; calls < 5 || cpuMs() - start < ms; calls += 1) call(size);
}

function native(name: string, program: string, kernel: string, size: number): Candidate {
  return {
    name,
    run: () => {
      const output = execFileSync(program, [kernel, String(size)], { encoding: 'utf8' });
      const [, checksum, us] = output.split(' ');
      return { ms: Number(us) / 1000, checksum: Number(checksum) };
    },
  };
}

async function measureKernel(
  bytes: Uint8Array<ArrayBuffer>,
  kernel: string,
  size: number,
  natives: ReadonlyMap<string, string>,
  effort: Effort,
): Promise<KernelRow> {
  const { loads, warmMs, rounds } = EFFORTS[effort];
  const candidates = VARIANTS.map((name): Candidate => {
    // What the engine inlines depends on when it compiles: a single compilation may be lucky.
    const calls = Array.from({ length: loads }, () => load(bytes, name)[kernel] as Kernel);
    for (const call of calls) warmUp(call, size, warmMs);
    let runs = 0;
    return {
      name,
      run: () => {
        const call = calls[runs % calls.length]!;
        runs += 1;
        const start = cpuMs();
        const checksum = call(size) >>> 0;
        return { ms: cpuMs() - start, checksum };
      },
    };
  });
  for (const [name, program] of natives) candidates.push(native(name, program, kernel, size));
  const compared = await interleave(kernel, candidates, rounds);
  const fastest = [...natives.keys()].sort((a, b) => compared.ms(a) - compared.ms(b))[0];
  const toNative = (name: Variant): number | undefined =>
    fastest === undefined ? undefined : compared.ratio(name, fastest);
  return {
    name: kernel,
    plainMs: compared.ms('plain'),
    coarse: compared.ratio('coarse', 'plain'),
    exact: compared.ratio('exact', 'plain'),
    padded: compared.ratio('padded', 'plain'),
    plainToNative: toNative('plain'),
    coarseToNative: toNative('coarse'),
  };
}

/** Measures kernels, all of them if none is named; `done` gets each line as soon as it is available. */
export async function measureKernels(
  options: {
    readonly effort: Effort;
    readonly kernels: readonly string[];
    /** Also compare with native programs. */
    readonly natives: boolean;
  },
  done: (row: KernelRow) => void,
): Promise<{ rows: KernelRow[]; compilers: string[] }> {
  const natives = options.natives ? await buildNative() : new Map<string, string>();
  const sources = [
    { bytes: await buildC(), kernels: C_KERNELS, natives },
    { bytes: await buildScript(), kernels: SCRIPT_KERNELS, natives: new Map<string, string>() },
  ];
  const rows: KernelRow[] = [];
  for (const source of sources) {
    for (const [name, size] of Object.entries(source.kernels)) {
      if (options.kernels.length > 0 && !options.kernels.includes(name)) continue;
      const row = await measureKernel(source.bytes, name, size, source.natives, options.effort);
      rows.push(row);
      done(row);
    }
  }
  return { rows, compilers: [...natives.keys()] };
}

// Measures an echo with Extism's own SDK and with ours, from one run; see README.md.
//   node src/extism.ts [--short]
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createPlugin as createTheirs } from '@extism/extism';
import { createPlugin as createOurs } from '@testbench/extism';
import { extismEcho } from '@testbench/test-kit/extism-guests';

import { interleave, type Sample } from './interleave.ts';
import { cpuMs, median } from './statistics.ts';

const short = process.argv.includes('--short');
const ROUNDS = short ? 3 : 9;
/** Turns of one process. */
const TURNS = 7;
/** Before them, until the optimising compiler has taken over. */
const WARM_UP_MS = 1500;
/** Bytes, their name, calls of one turn, and by how much ours shall be faster. */
const SIZES = [
  [1_048_576, '1 MB', 4, 10],
  [65_536, '64 kB', 40, undefined],
  [100, '100 B', 5000, 1],
] as const;

type Plugin = Awaited<ReturnType<typeof createOurs>>;

const [child, bytes, calls] = process.argv.slice(-3);
if (process.argv.includes('--child')) await measure(child!, Number(bytes), Number(calls));
else await compare();

/** Prints the CPU time of one call, in milliseconds: the machine may do other work. */
async function measure(which: string, size: number, count: number): Promise<void> {
  const wasm = [{ data: extismEcho() }];
  const plugin =
    which === 'ours'
      ? await createOurs({ wasm })
      : ((await createTheirs({ wasm })) as unknown as Plugin);
  const input = new Uint8Array(size).fill(120);
  const turn = async (): Promise<Sample> => {
    const start = cpuMs();
    let checksum = 0;
    for (let call = 0; call < count; call += 1) {
      const output = (await plugin.call('echo', input))!;
      checksum += output.byteLength + output.getUint8(output.byteLength - 1);
    }
    return { ms: (cpuMs() - start) / count, checksum };
  };
  while (process.cpuUsage().user / 1000 < WARM_UP_MS) await turn();
  const samples: Sample[] = [];
  while (samples.length < TURNS) samples.push(await turn());
  await plugin.close();
  const [{ checksum }] = samples as [Sample];
  const ms = median(samples.map((sample) => sample.ms));
  process.stdout.write(JSON.stringify({ ms, checksum } satisfies Sample));
}

/** In processes of their own: two in one process slow each other down. */
async function compare(): Promise<void> {
  const file = fileURLToPath(import.meta.url);
  const run = async (...args: readonly (string | number)[]): Promise<Sample> => {
    const all = ['--no-warnings', file, '--child', ...args.map(String)];
    const { stdout } = await promisify(execFile)(process.execPath, all);
    return JSON.parse(stdout) as Sample;
  };
  console.log(
    `${'echo'.padEnd(8)} ${"Extism's SDK".padStart(14)} ${'ours'.padStart(12)} ${'faster'.padStart(10)}`,
  );
  for (const [size, name, count, least] of SIZES) {
    const comparison = await interleave(
      `echo of ${name}`,
      [
        { name: 'theirs', run: () => run('theirs', size, count) },
        { name: 'ours', run: () => run('ours', size, count) },
      ],
      ROUNDS,
    );
    const ratio = comparison.ratio('theirs', 'ours');
    const verdict =
      least === undefined
        ? ''
        : ratio >= least
          ? `  at least ${least}: yes`
          : `  at least ${least}: no`;
    console.log(
      `${name.padEnd(8)} ${`${comparison.ms('theirs').toFixed(4)} ms`.padStart(14)} ${`${comparison.ms('ours').toFixed(4)} ms`.padStart(12)} ${`${ratio.toFixed(1)} x`.padStart(10)}${verdict}`,
    );
  }
}

// Measures an echo with Extism's own SDK and with ours, from one run; see README.md.
//   node src/extism.ts [--short]
import { createPlugin as createTheirs } from '@extism/extism';
import { createPlugin as createOurs } from '@testbench/extism';
import { extismEcho } from '@testbench/test-kit/extism-guests';

import { interleave, type Sample } from './interleave.ts';

const short = process.argv.includes('--short');
const ROUNDS = short ? 5 : 15;
/** Bytes, their name, calls of one turn, and by how much ours shall be faster. */
const SIZES = [
  [1_048_576, '1 MB', 4, 10],
  [65_536, '64 kB', 40, undefined],
  [100, '100 B', 1000, undefined],
] as const;

type Plugin = Awaited<ReturnType<typeof createOurs>>;

const wasm = [{ data: extismEcho() }];
const theirs = (await createTheirs({ wasm })) as unknown as Plugin;
const ours = await createOurs({ wasm });

/** CPU time of one call: the machine may do other work. */
async function echo(plugin: Plugin, input: Uint8Array, calls: number): Promise<Sample> {
  const start = process.cpuUsage();
  let checksum = 0;
  for (let call = 0; call < calls; call += 1) {
    const output = (await plugin.call('echo', input))!;
    checksum += output.byteLength + output.getUint8(output.byteLength - 1);
  }
  const { user, system } = process.cpuUsage(start);
  return { ms: (user + system) / 1000 / calls, checksum };
}

console.log(
  `${'echo'.padEnd(8)} ${"Extism's SDK".padStart(14)} ${'ours'.padStart(12)} ${'faster'.padStart(10)}`,
);
for (const [bytes, name, calls, least] of SIZES) {
  const input = new Uint8Array(bytes).fill(120);
  // Until the optimising compiler has taken over.
  for (let turn = 0; turn < 3; turn += 1) {
    await echo(theirs, input, calls);
    await echo(ours, input, 5 * calls);
  }
  const comparison = await interleave(
    `echo of ${name}`,
    [
      { name: 'theirs', run: () => echo(theirs, input, calls) },
      { name: 'ours', run: () => echo(ours, input, calls) },
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
    `${name.padEnd(8)} ${`${comparison.ms('theirs').toFixed(3)} ms`.padStart(14)} ${`${comparison.ms('ours').toFixed(3)} ms`.padStart(12)} ${`${ratio.toFixed(1)} x`.padStart(10)}${verdict}`,
  );
}
await Promise.all([theirs.close(), ours.close()]);

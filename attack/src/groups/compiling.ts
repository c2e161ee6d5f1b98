import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Arena } from '../arena.ts';
import { type Attack, insist, ISOLATED } from '../attack.ts';
import { measureChild } from '../measure-child.ts';
import {
  asMuchAsFits,
  asMuchAsIsAdmitted,
  crowded,
  CROWDS,
  dear,
  DEAR,
} from '../modules/crowds.ts';
import { rawPlugin, repeated } from '../modules/raw-plugin.ts';
import { untilExit } from '../until-exit.ts';
import { refused } from './shorthand.ts';

/** `try (do (drop (call plugin_shutdown))) (catch_all) end` */
const TRY = [0x06, 0x40, 0x10, 5, 0x1a, 0x19, 0x0b];
/** The same, nested in itself, around nothing. */
const nested = (count: number): Uint8Array =>
  Uint8Array.from([...repeated(count, TRY.slice(0, -2)), ...repeated(count, TRY.slice(-2))]);

/** Row 103: the price of a function depends on its number of handlers: three units for each, and no more. */
const handlers = [8, 60, 70, 1000, 4000].flatMap((count) =>
  (['one after the other', 'in each other'] as const).map((how): Attack => ({
    row: 103,
    name: `${count} handlers ${how}`,
    modes: ISOLATED,
    async run(arena) {
      const code = how === 'in each other' ? nested(count) : repeated(count, TRY);
      const { data } = await arena.call(rawPlugin({ execute: { locals: [0], code } }), {
        features: { exceptions: true, 'legacy-exceptions': true },
        limits: { maxFuel: 100 + 10 * count },
      });
      insist(data === 'fine', 'the call gave something else');
      return 'each is paid once';
    },
  })),
);

/** CPU time until the engine has nothing left to compile: half a second goes to the start, the hot loop and looking at the rest. */
const MAX_CPU_MS = 2000;
const MAX_RSS_MB = 300;
const MAX_MEASUREMENTS = 3;

/** Measures again while the cost is too high: a busy machine only ever adds CPU time, so the lowest result is nearest to the cost of the module. */
async function cheapest<T extends { readonly cpuMs: number }>(
  measure: () => Promise<T>,
): Promise<T> {
  let least = await measure();
  for (let count = 1; count < MAX_MEASUREMENTS && least.cpuMs >= MAX_CPU_MS; count += 1) {
    const next = await measure();
    if (next.cpuMs < least.cpuMs) least = next;
  }
  return least;
}

/** Row 104: 20 million turns of a loop make the engine compile the whole function, including all loops that never run. */
const loops = ['plain', 'nested', 'with a call'].flatMap((kind) =>
  [2000, 5000, 10_000].map((count): Attack => ({
    row: 104,
    name: `${count} loops that never run, ${kind}, behind a hot one`,
    modes: ['inline', 'thread'],
    async run({ mode }) {
      const { result, cpuMs, rssMb } = await cheapest(() =>
        measureChild('tiny-loops', [mode, kind, String(count)], 120_000),
      );
      insist(cpuMs < MAX_CPU_MS, `${cpuMs.toFixed(0)} ms of CPU`);
      insist(rssMb < MAX_RSS_MB, `${rssMb.toFixed(0)} MB`);
      const { outcome } = result as { outcome: string };
      return `${outcome}; ${cpuMs.toFixed(0)} ms of CPU, ${rssMb.toFixed(0)} MB`;
    },
  })),
);

const CHILD = fileURLToPath(new URL('../compile-child.mjs', import.meta.url));

/** Also Node 20, where it is installed. */
function nodes(): readonly string[] {
  try {
    const file = createRequire(import.meta.url).resolve('n20/package.json');
    return [process.execPath, join(dirname(file), 'bin/node')];
  } catch {
    return [process.execPath];
  }
}

/** Row 104: what large numbers of one construct cost a process until it ends, on Node 20 too. */
const crowds = [
  ...[2000, 5000, 10_000].map((count) => ['tiny loops', count, 1] as const),
  // V8 11 (Node 20) takes 2 s for 4,000 pairs, metered or not.
  ...Object.keys(CROWDS).map((what) => [what, what.startsWith('pairs') ? 2000 : 4000, 1] as const),
  ['tiny loops', 500, 20] as const,
  ['loops that add', 1000, 4] as const,
].map(([what, count, functions]): Attack => ({
  row: 104,
  name: `${count} ${what} next to a hot one, in ${functions} functions`,
  modes: ISOLATED,
  async run(arena) {
    if (process.platform !== 'linux') return 'not measured: there is no /proc';
    const directory = mkdtempSync(join(tmpdir(), 'attack-'));
    try {
      const said: string[] = [];
      for (const node of nodes()) {
        const { cpuMs, peakMiB } = await cheapest(async () => {
          const [none, all] = await Promise.all(
            [0, count].map(async (each, index) => {
              const file = join(directory, `${index}.wasm`);
              writeFileSync(file, crowded(CROWDS[what]!, each, functions));
              return await untilExit(node, [CHILD, arena.mode, file]);
            }),
          );
          insist(none!.output === 'fine' && all!.output === 'fine', `it ended with ${all!.output}`);
          return { cpuMs: all!.cpuMs - none!.cpuMs, peakMiB: all!.peakMiB };
        });
        insist(cpuMs < MAX_CPU_MS, `${cpuMs} ms of CPU time more than without`);
        insist(peakMiB < MAX_RSS_MB, `${peakMiB.toFixed(0)} MiB`);
        said.push(`${cpuMs} ms more, ${peakMiB.toFixed(0)} MiB`);
      }
      return said.join('; ');
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
}));

/** Row 105: what a first call compiles. */
const firstCalls = Object.entries(DEAR).flatMap(([what, each]) => [
  refused(105, `15 MB of ${what}`, () => asMuchAsFits(each), 'LOAD_REJECTED', 'maxCompileMs'),
  {
    row: 105,
    name: `as many ${what} as are admitted, compiled in one call`,
    modes: ISOLATED,
    async run(arena: Arena) {
      const by = await arena.endure(asMuchAsIsAdmitted(each), {});
      insist(!by.startsWith('LOAD_'), `it was not admitted: ${by}`);
      return `${by}, in time`;
    },
  },
]);

/** Rows 103 to 105: how metering changes code, and what the changed code costs the engine. */
export const compiling: readonly Attack[] = [
  ...handlers,
  ...loops,
  ...crowds,
  ...firstCalls,
  refused(
    105,
    '49,000 functions of 30 loops',
    () => dear(CROWDS['tiny loops']!, 30, 49_000),
    'LOAD_REJECTED',
    'maxCompileMs',
  ),
];

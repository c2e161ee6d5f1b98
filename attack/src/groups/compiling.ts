import { rawPlugin, repeated } from '../modules/raw-plugin.ts';
import { type Attack, insist, ISOLATED } from '../attack.ts';
import { measureChild } from '../measure-child.ts';

/** `try (do (drop (call plugin_shutdown))) (catch_all) end` */
const TRY = [0x06, 0x40, 0x10, 5, 0x1a, 0x19, 0x0b];
/** The same inside of itself, around nothing. */
const nested = (count: number): Uint8Array =>
  Uint8Array.from([...repeated(count, TRY.slice(0, -2)), ...repeated(count, TRY.slice(-2))]);

/** Row 103: in whose price does it show how many handlers a function has? Three units for each, and no more. */
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

/** Row 104: 20 million turns of a loop make the engine compile the whole function, and with it all loops that never run. */
const loops = ['plain', 'nested', 'with a call'].flatMap((kind) =>
  [2000, 5000, 10_000].map((count): Attack => ({
    row: 104,
    name: `${count} loops that never run, ${kind}, behind a hot one`,
    modes: ['inline', 'thread'],
    async run({ mode }) {
      const { result, cpuMs, rssMb } = await measureChild(
        'tiny-loops',
        [mode, kind, String(count)],
        120_000,
      );
      insist(cpuMs < MAX_CPU_MS, `${cpuMs.toFixed(0)} ms of CPU`);
      insist(rssMb < MAX_RSS_MB, `${rssMb.toFixed(0)} MB`);
      const { outcome } = result as { outcome: string };
      return `${outcome}; ${cpuMs.toFixed(0)} ms of CPU, ${rssMb.toFixed(0)} MB`;
    },
  })),
);

/** Rows 103 and 104: what metering makes of code, and what that costs the engine. */
export const compiling: readonly Attack[] = [...handlers, ...loops];

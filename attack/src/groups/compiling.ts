import { rawPlugin, repeated } from '../modules/raw-plugin.ts';
import { type Attack, insist, ISOLATED } from '../attack.ts';

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

/** Rows 103 to 105: what metering makes of code, and what that costs the engine. */
export const compiling: readonly Attack[] = [...handlers];

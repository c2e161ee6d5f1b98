import { rawPlugin, repeated } from './raw-plugin.ts';

const I32 = 0x7f;
/** Counts local 2 down from 20 million. */
const TURNS = [0x41, 0x80, 0xda, 0xc4, 0x09, 0x21, 2];
const HOT_LOOP = [...TURNS, 0x03, 0x40, 0x20, 2, 0x41, 1, 0x6b, 0x22, 2, 0x0d, 0, 0x0b];
/** Leaves the following block: local 2 is 0 by then, which the engine does not know. */
const SKIP = [0x02, 0x40, 0x20, 2, 0x45, 0x0d, 0];

const module = (count: number, loop: readonly number[]): Uint8Array<ArrayBuffer> =>
  rawPlugin({
    execute: {
      locals: [1, 1, I32],
      code: [...HOT_LOOP, ...SKIP, ...repeated(count, loop), 0x0b],
    },
  });

/** Small loops after a hot one; none of them ever runs. */
export const TINY_LOOPS = {
  plain: (count: number) => module(count, [0x03, 0x40, 0x20, 0, 0x0d, 0, 0x0b]),
  nested: (count: number) =>
    module(count, [0x03, 0x40, 0x03, 0x40, 0x20, 0, 0x0d, 0, 0x0b, 0x20, 1, 0x0d, 0, 0x0b]),
  'with a call': (count: number) =>
    module(count, [0x03, 0x40, 0x10, 5, 0x1a, 0x20, 0, 0x0d, 0, 0x0b]),
} as const;

/** Kinds of such loops. */
export type TinyLoop = keyof typeof TINY_LOOPS;

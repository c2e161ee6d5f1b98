import { ByteWriter } from '@testbench/wasm';

import { rawPlugin } from './raw-plugin.ts';

const ARRAY_TYPE = 7;

/** Keeps arrays of a million i64 in a table of the garbage-collected heap until something gives way. */
export function gcArrays(): Uint8Array {
  const nullable = [0x63, ARRAY_TYPE + 1];
  return rawPlugin({
    // (array (mut i64)) and (array (mut (ref null 7)))
    types: { count: 1, item: [0x4e, 2, 0x5e, 0x7e, 1, 0x5e, 0x63, ARRAY_TYPE, 1] },
    execute: {
      // A list of 10,000 arrays, and an index.
      locals: new ByteWriter().u8(2).u8(1).raw(nullable).u8(1).u8(0x7f).finish(),
      code: new ByteWriter()
        .u8(0x41)
        .signed(10_000)
        .raw([0xfb, 7, ARRAY_TYPE + 1, 0x21, 2, 0x03, 0x40])
        // list[index] = new array of a million
        .raw([0x20, 2, 0x20, 3, 0x41])
        .signed(1_000_000)
        .raw([0xfb, 7, ARRAY_TYPE, 0xfb, 14, ARRAY_TYPE + 1])
        // index += 1; again while index < 10,000
        .raw([0x20, 3, 0x41, 1, 0x6a, 0x22, 3, 0x41])
        .signed(10_000)
        .raw([0x49, 0x0d, 0, 0x0b])
        .finish(),
    },
  });
}

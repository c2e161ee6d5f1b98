import { Opcode } from '@testbench/wasm';

import { body, EMPTY_TYPE, rawPlugin, repeated } from './raw-plugin.ts';

/** `count` functions with the same code, none of which is called. */
const functionsOf = (count: number, code: Uint8Array): Uint8Array<ArrayBuffer> =>
  rawPlugin({
    functions: { count, item: [EMPTY_TYPE] },
    bodies: { count, item: body([0], code) },
  });
const bytesOf = (code: readonly number[], length: number): Uint8Array =>
  repeated(Math.floor(length / code.length), code);

const KIB = 1024;
const LOOPS = [Opcode.Loop, 0x40, Opcode.Loop, 0x40, 0x41, 0, Opcode.BrIf, 0, Opcode.End];
const NESTED = [...LOOPS, 0x41, 0, Opcode.BrIf, 0, Opcode.End];

/** Modules whose decoding, metering or compiling takes long for their size. */
export const LARGE_MODULES: Readonly<Record<string, () => Uint8Array<ArrayBuffer>>> = {
  '31 functions of loops in loops': () => functionsOf(31, bytesOf(NESTED, 490 * KIB)),
  '49,000 functions with a loop': () =>
    functionsOf(49_000, Uint8Array.from([...repeated(30, [Opcode.Nop]), ...NESTED])),
  'calls in 31 functions': () => functionsOf(31, bytesOf([0x10, 5, 0x1a], 500 * KIB)),
  '15 MiB of constants': () => functionsOf(31, bytesOf([0x41, 0, 0x1a], 500 * KIB)),
  'just below what is prepared here': () => functionsOf(1, bytesOf(NESTED, 60 * KIB)),
};

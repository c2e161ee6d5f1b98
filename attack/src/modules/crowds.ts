import { DEFAULT_CAPS } from '@testbench/sandbox';
import { ByteWriter, inspectModule, Opcode } from '@testbench/wasm';

import { body, EMPTY_TYPE, rawPlugin, repeated } from './raw-plugin.ts';

const VOID = 0x40;
const { Block, BrIf, BrTable, Call, CallIndirect, Drop, End, If, Loop, Return } = Opcode;
/** Locals: the contract's two parameters, then one that counts and one that is zero, which no compiler knows. */
const COUNTER = 2;
const ZERO = 3;
const LOCALS = [1, 2, 0x7f];
/** Index of the first function after those of the contract; the first of those is `plugin_alloc`. */
const FIRST = 6;

const again = [0x20, ZERO, BrIf, 0, End];
const loop = [Loop, VOID, ...again];
const load = [0x20, ZERO, 0x28, 2, 0, 0x21, COUNTER];
const store = [0x20, ZERO, 0x20, COUNTER, 0x36, 2, 0];

/** Constructs that a function has by the thousands, and that never run. */
export const CROWDS: Readonly<Record<string, readonly number[]>> = {
  'tiny loops': loop,
  'loops that add': [Loop, VOID, 0x20, COUNTER, 0x41, 3, 0x6a, 0x21, COUNTER, ...again],
  'loops that load and store': [Loop, VOID, ...load, ...store, ...again],
  'loops in ifs': [0x20, ZERO, If, VOID, ...loop, End],
  'loops that call': [Loop, VOID, 0x20, ZERO, Call, 0, Drop, ...again],
  'loops with a br_table': [Block, VOID, Loop, VOID, 0x20, ZERO, BrTable, 2, 1, 0, 1, End, End],
  'pairs of loops in each other': [Loop, VOID, ...loop, ...again],
};

/** Runs a loop so often that the engine optimises the function that contains it. */
function hotLoop(turns: number): Uint8Array {
  const code = new ByteWriter().raw([0x41, 0, 0x28, 2, 0, 0x21, ZERO, 0x41]).signed(turns);
  return code
    .raw([0x21, COUNTER, Loop, VOID, 0x20, COUNTER, 0x41, 1, 0x6b, 0x22, COUNTER, BrIf, 0, End])
    .finish();
}

/** A plugin with this many functions, each with a hot loop followed by `count` times the same construct. */
export function crowded(each: readonly number[], count: number, functions = 1): Uint8Array {
  const hot = hotLoop(Math.ceil(20_000_000 / functions));
  const crowd = repeated(count, each);
  const code = new ByteWriter(hot.length + crowd.length).raw(hot).raw(crowd).finish();
  if (functions === 1) return rawPlugin({ execute: { locals: LOCALS, code } });
  const calls = new ByteWriter();
  for (let index = 0; index < functions; index += 1) calls.u8(Call).u32(FIRST + index);
  return rawPlugin({
    functions: { count: functions, item: [EMPTY_TYPE] },
    // They have no parameters: their own locals have the same indices.
    bodies: { count: functions, item: body([1, 4, 0x7f], code) },
    execute: { locals: [0], code: calls.finish() },
  });
}

/** Code that takes a compiler long, by the way it is written. */
export const DEAR: Readonly<Record<string, readonly number[]>> = {
  'loops in loops': CROWDS['pairs of loops in each other']!,
  calls: [Call, 1 + FIRST],
  'calls by a table': [0x41, 0, CallIndirect, EMPTY_TYPE, 0],
  'i64.trunc_f64_u': [0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0xb1, Drop],
  'i64.trunc_sat_f32_u': [0x43, 0, 0, 0x80, 0x3f, 0xfc, 5, Drop],
  'table.set': [0x41, 0, Opcode.RefFunc, FIRST, 0x26, 0],
  'rotations of i64': [0x42, 1, 0x42, 3, 0x89, Drop],
  'branches on zero': [0x20, 1, If, VOID, 0x20, 1, 0x41, 3, 0x6c, 0x21, 1, End],
  'vectors of counted bits': [0x20, 0, 0xfd, 0x0f, 0xfd, 0x62, Drop],
};

/** `functions` functions that return at once, each with this many times the same construct; each is called once, and compiled then. */
export function dear(each: readonly number[], count: number, functions: number): Uint8Array {
  const leave = [0x20, 0, 0x45, If, VOID, Return, End];
  const code = [...leave, ...repeated(count, each)];
  const calls = new ByteWriter();
  for (let index = 0; index < functions; index += 1) calls.u8(Call).u32(FIRST + index);
  return rawPlugin({
    tables: { count: 1, item: [0x70, 0, 1] },
    functions: { count: functions + 1, item: [EMPTY_TYPE] },
    elements: { count: 1, item: [0, 0x41, 0, End, 1, FIRST] },
    bodies: {
      count: functions,
      item: body([1, 4, 0x7f], code),
      next: { count: 1, item: body([0], []) },
    },
    execute: { locals: [0], code: calls.finish() },
  });
}

/** As much of something as fits, in bodies of 500 kB. */
export function asMuchAsFits(each: readonly number[]): Uint8Array {
  return dear(each, Math.floor(500_000 / each.length), 31);
}

/** As much of something as admission takes a second to compile for. */
export function asMuchAsIsAdmitted(each: readonly number[]): Uint8Array {
  const limitUs = DEFAULT_CAPS.maxCompileMs * 1000 - 1000;
  let count = Math.floor(500_000 / each.length);
  for (;;) {
    const { counts, peaks } = inspectModule(dear(each, count, 1));
    // What every plugin contains in addition to these functions.
    const others = counts.compileUs - peaks.compileUs.value;
    const functions = Math.floor((limitUs - others) / peaks.compileUs.value);
    if (functions > 0) return dear(each, count, Math.min(functions, 31));
    count = Math.floor(count * 0.9);
  }
}

import { ByteWriter, HEADER, Opcode } from '@testbench/wasm';

import { encodePieces, MAX_COUNTED } from './encode-pieces.ts';
import { FunctionCode } from './function-code.ts';
import type { FixedFunction, Program } from './generate-program.ts';
import {
  EXNREF,
  I32,
  ProgramLayout,
  RANDOM,
  SIGNATURES,
  STEPS,
  TAGS,
  UNARY,
} from './program-layout.ts';

/** Loop turns and calls of a run, without those of counted loops and fixed functions. */
const MAX_STEPS = 300;

const VOID = 0x40;

/**
 * Encodes a program. Every decision comes from a random number generator in global 0; every loop turn and every call
 * takes one off the steps in global 1 and returns when there are none, so that each run ends.
 *
 * Imports `host.call: (i32) -> i32`, exports `run` and, for the host to call back, `descend`, both `(i32) -> i32`.
 */
export function encodeProgram(program: Program): Uint8Array<ArrayBuffer> {
  const layout = new ProgramLayout(program);
  const { slots } = layout;
  const out = new ByteWriter().raw(HEADER);
  const section = (id: number, write: (content: ByteWriter) => void): void => {
    const content = new ByteWriter();
    write(content);
    out.section(id, content);
  };
  section(1, (w) => {
    const types: { params: readonly number[]; results: readonly number[] }[] = [...SIGNATURES];
    if (program.handlers === 'standard') {
      types.push({ params: [], results: [I32, EXNREF] }, { params: [EXNREF], results: [] });
    }
    types.push(...TAGS.map((params) => ({ params, results: [] })));
    w.u32(types.length);
    for (const { params, results } of types) {
      w.u8(0x60).u32(params.length).raw(params).u32(results.length).raw(results);
    }
  });
  section(2, (w) => w.u32(1).name('host').name('call').raw([0, UNARY]));
  section(3, (w) => w.u32(layout.types.length - 1).raw(layout.types.slice(1)));
  // Growth fails sometimes.
  const table = [0x70, 1, slots.length, slots.length + 5];
  section(4, (w) => w.u32(2).raw(table).raw(table));
  section(5, (w) => w.raw([1, 1, 1, 3]));
  section(13, (w) => {
    const first = SIGNATURES.length + (program.handlers === 'standard' ? 2 : 0);
    w.u32(TAGS.length);
    TAGS.forEach((_, tag) => w.u8(0).u32(first + tag));
  });
  section(6, (w) => {
    w.u32(2).raw([I32, 1, Opcode.I32Const, 1, Opcode.End]);
    w.raw([I32, 1, Opcode.I32Const]).signed(MAX_STEPS).u8(Opcode.End);
  });
  section(7, (w) => {
    w.u32(2).name('run').u8(0).u32(layout.run).name('descend').u8(0).u32(layout.fixed('descend'));
  });
  section(9, (w) => {
    const entries = (): void => {
      w.u32(slots.length);
      for (const index of slots) {
        if (index === undefined) w.raw([0xd0, 0x70, Opcode.End]);
        else w.u8(Opcode.RefFunc).u32(index).u8(Opcode.End);
      }
    };
    const zero = [Opcode.I32Const, 0, Opcode.End];
    // Two passive segments, then one for each table.
    w.u32(4).raw([5, 0x70]);
    entries();
    w.raw([5, 0x70]);
    entries();
    w.u8(4).raw(zero);
    entries();
    w.raw([6, 1]).raw(zero).u8(0x70);
    entries();
  });
  section(12, (w) => w.u32(2));
  section(10, (w) => {
    const bodies = [
      ...program.functions.map(({ signature, body }) => {
        const type = SIGNATURES[signature]!;
        const to = new FunctionCode(layout, type);
        // A counter for loops that are not nested, one for loops inside another loop, and so on.
        to.code.raw([1, MAX_COUNTED, I32]);
        to.step();
        type.params.forEach((_, index) => to.code.raw([Opcode.LocalGet, index]));
        to.consume(type.params);
        encodePieces(to, body);
        to.produce(type.results);
        return to.code;
      }),
      ...fixedBodies(layout),
      runBody(layout),
      // The thrower.
      new ByteWriter().raw([0, Opcode.Throw, 0]),
    ];
    w.u32(bodies.length);
    for (const body of bodies)
      w.u32(body.length + 1)
        .raw(body.view())
        .u8(Opcode.End);
  });
  section(11, (w) => {
    const data = Array.from({ length: 32 }, (_, index) => index * 7);
    w.u32(2);
    for (let segment = 0; segment < 2; segment += 1) w.raw([1, data.length]).raw(data);
  });
  return out.finish();
}

/** In the order of the layout. */
function fixedBodies(layout: ProgramLayout): ByteWriter[] {
  const call = (code: ByteWriter, name: FixedFunction | 'run'): ByteWriter =>
    code.u8(Opcode.Call).u32(name === 'run' ? layout.run : layout.fixed(name));
  // (x * 3 + 1), in either arm of an if: the cost is the same on both paths
  const leaf = new ByteWriter().raw([0, 0x20, 0, 0x41, 3, 0x6c, 0x04, VOID, 0x01, 0x0b]);
  leaf.raw([0x20, 0, 0x41, 1, 0x6a]);
  // x & 1 ? x + 2 : x: one path costs more than the other
  const uneven = new ByteWriter().raw([0, 0x20, 0, 0x41, 1, 0x71, 0x04, I32]);
  uneven.raw([0x20, 0, 0x41, 2, 0x6a, 0x05, 0x20, 0, 0x0b]);
  // x + 1, after a guard that never fails: `if (x == steps + 2^20) { run(x); unreachable }`
  const guarded = new ByteWriter().raw([0, 0x20, 0, 0x23, STEPS, 0x41]).signed(2 ** 20);
  call(guarded.raw([0x6a, 0x46, 0x04, VOID, 0x20, 0]), 'run').raw([0x1a, 0, 0x0b]);
  guarded.raw([0x20, 0, 0x41, 1, 0x6a]);
  // x + 1, or fails: `if (x == 3) { throw; unreachable }`
  const failing = new ByteWriter().raw([0]);
  if (layout.program.handlers !== 'none') {
    failing
      .raw([0x20, 0, 0x41, 3, 0x46, 0x04, VOID, Opcode.Call])
      .u32(layout.thrower)
      .raw([0, 0x0b]);
  }
  failing.raw([0x20, 0, 0x41, 1, 0x6a]);
  // x > 0 ? x + descend(x - 1) : 1
  const descend = new ByteWriter().raw([0, 0x20, 0, 0x41, 0, 0x4a, 0x04, I32, 0x20, 0]);
  call(descend.raw([0x20, 0, 0x41, 1, 0x6b]), 'descend').raw([0x6a, 0x05, 0x41, 1, 0x0b]);
  // x > 0 ? tail(x - 1) : cheap(x)
  const tail = new ByteWriter().raw([0, 0x20, 0, 0x41, 0, 0x4a, 0x04, VOID]);
  tail.raw([0x20, 0, 0x41, 1, 0x6b, Opcode.ReturnCall]).u32(layout.fixed('tail')).u8(0x0b);
  tail.raw([0x20, 0, Opcode.ReturnCall]).u32(layout.fixed('cheap'));
  // Tables contain these two, and `leaf` only callers: (x + 5) * 7 ^ x, x
  const dear = new ByteWriter().raw([0, 0x20, 0, 0x41, 5, 0x6a, 0x41, 7, 0x6c, 0x20, 0, 0x73]);
  const cheap = new ByteWriter().raw([0, 0x20, 0]);
  return [leaf, uneven, guarded, failing, descend, tail, dear, cheap];
}

/** Starts the program; catches its exceptions if it catches any. */
function runBody(layout: ProgramLayout): ByteWriter {
  const to = new FunctionCode(layout, SIGNATURES[UNARY]!);
  const { code } = to;
  code.raw([0, Opcode.LocalGet, 0, Opcode.GlobalSet, RANDOM, Opcode.I32Const]).signed(MAX_STEPS);
  code.raw([Opcode.GlobalSet, STEPS]);
  encodePieces(to, [
    {
      kind: 'try',
      signature: 0,
      late: false,
      body: [{ kind: 'call', how: 'direct', callee: 0 }],
      clauses: [],
      all: { again: false, body: [] },
      delegate: undefined,
    },
  ]);
  return code.raw([Opcode.GlobalGet, RANDOM]);
}

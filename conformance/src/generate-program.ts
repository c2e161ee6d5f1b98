import { ByteWriter, HEADER, Opcode } from '@testbench/wasm';
import * as fc from 'fast-check';

/** A piece of a generated program. */
export type Piece =
  | { readonly kind: 'work'; readonly amount: number }
  | { readonly kind: 'block' | 'loop'; readonly body: readonly Piece[] }
  | {
      readonly kind: 'if';
      readonly taken: readonly Piece[];
      readonly otherwise: readonly Piece[] | undefined;
    }
  | { readonly kind: 'branch' | 'branch-if'; readonly label: number }
  | { readonly kind: 'table'; readonly labels: readonly number[] }
  | { readonly kind: 'return' | 'leaf' | 'guarded' | 'indirect' }
  | { readonly kind: 'call'; readonly callee: number }
  | {
      /** A loop that nothing leaves but its end: after so many turns, or at random before that. */
      readonly kind: 'counted';
      readonly turns: number;
      readonly early: boolean;
      readonly calm: readonly Piece[];
    };

/** Pieces that neither return nor branch out of the loop that they stand in. */
const calmPieces = fc.letrec<{ calm: readonly Piece[]; piece: Piece }>((tie) => ({
  calm: fc.array(tie('piece'), { maxLength: 3, depthIdentifier: 'calm' }),
  piece: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'calm' },
    fc.record({ kind: fc.constant('work' as const), amount: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constantFrom('leaf' as const, 'guarded' as const) }),
    fc.record({ kind: fc.constantFrom('branch' as const, 'branch-if' as const), label: fc.nat(9) }),
    fc.record({ kind: fc.constant('block' as const), body: tie('calm') }),
    fc.record({
      kind: fc.constant('if' as const),
      taken: tie('calm'),
      otherwise: fc.option(tie('calm'), { nil: undefined }),
    }),
    fc.record({
      kind: fc.constant('counted' as const),
      turns: fc.integer({ min: 1, max: 9 }),
      early: fc.boolean(),
      calm: tie('calm'),
    }),
  ),
})).piece;

/** Programs of a few functions of nested blocks, loops, branches and calls. */
export const programs: fc.Arbitrary<readonly (readonly Piece[])[]> = fc.array(
  fc.letrec<{ body: readonly Piece[]; piece: Piece }>((tie) => ({
    body: fc.array(tie('piece'), { maxLength: 5, depthIdentifier: 'body' }),
    piece: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'body' },
      fc.record({ kind: fc.constant('work' as const), amount: fc.integer({ min: 1, max: 5 }) }),
      fc.record({
        kind: fc.constantFrom('branch' as const, 'branch-if' as const),
        label: fc.nat(9),
      }),
      fc.record({
        kind: fc.constantFrom(
          'return' as const,
          'leaf' as const,
          'guarded' as const,
          'indirect' as const,
        ),
      }),
      fc.record({ kind: fc.constant('call' as const), callee: fc.nat(9) }),
      calmPieces,
      fc.record({
        kind: fc.constant('table' as const),
        labels: fc.array(fc.nat(9), { minLength: 1, maxLength: 4 }),
      }),
      fc.record({ kind: fc.constantFrom('block' as const, 'loop' as const), body: tie('body') }),
      fc.record({
        kind: fc.constant('if' as const),
        taken: tie('body'),
        otherwise: fc.option(tie('body'), { nil: undefined }),
      }),
    ),
  })).body,
  { minLength: 1, maxLength: 4 },
);

/** Nested counted loops of which each has a counter; deeper ones are left out. */
const MAX_COUNTED = 4;

const RANDOM = 0;
const STEPS = 1;

/**
 * Encodes a program. Every decision comes from a random number generator in global 0; every loop turn and every call
 * takes one off the steps in global 1 and returns when there are none, so that each run ends.
 *
 * Exports `run(seed: i32) -> i32`.
 */
export function encodeProgram(program: readonly (readonly Piece[])[]): Uint8Array<ArrayBuffer> {
  const count = program.length;
  const leaf = count;
  const run = count + 1;
  const section = (id: number, write: (content: ByteWriter) => void): void => {
    const content = new ByteWriter();
    write(content);
    out.section(id, content);
  };
  const out = new ByteWriter().raw(HEADER);
  // 0: () -> (), 1: (i32) -> i32
  section(1, (w) => w.raw([2, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f]));
  section(3, (w) => w.u32(count + 3).raw([...program.map(() => 0), 1, 1, 1]));
  section(4, (w) => w.raw([1, 0x70, 0]).u32(count));
  section(6, (w) => w.raw([2, 0x7f, 1, 0x41, 1, 0x0b, 0x7f, 1, 0x41]).signed(300).u8(0x0b));
  section(7, (w) => w.u32(1).name('run').u8(0).u32(run));
  section(9, (w) => {
    w.raw([1, 0, 0x41, 0, 0x0b]).u32(count);
    program.forEach((_, index) => w.u32(index));
  });
  section(10, (w) => {
    w.u32(count + 3);
    for (const body of program) {
      // Local 0 holds for loops that stand in no other, local 1 for those in one, and so on.
      const code = new ByteWriter().raw([1, MAX_COUNTED, 0x7f]);
      step(code);
      encodePieces(code, body, 1, count, leaf, 0);
      code.u8(Opcode.End);
      w.u32(code.length).raw(code.view());
    }
    // (x * 3 + 1), in either arm of an if: a constant cost on every way
    const constant = [
      0, 0x20, 0, 0x41, 3, 0x6c, 0x04, 0x40, 0x01, 0x0b, 0x20, 0, 0x41, 1, 0x6a, 0x0b,
    ];
    w.u32(constant.length).raw(constant);
    const start = [
      0,
      0x20,
      0,
      0x24,
      RANDOM,
      0x41,
      0xac,
      2,
      0x24,
      STEPS,
      0x10,
      0,
      0x23,
      RANDOM,
      0x0b,
    ];
    w.u32(start.length).raw(start);
    // x + 1, behind a guard that never fails: `if (x == steps + 2^20) { run(x); unreachable }`
    const guarded = new ByteWriter().raw([0, 0x20, 0, 0x23, STEPS, 0x41]).signed(2 ** 20);
    guarded.raw([0x6a, 0x46, 0x04, 0x40, 0x20, 0, Opcode.Call]).u32(run);
    guarded.raw([0x1a, 0, 0x0b, 0x20, 0, 0x41, 1, 0x6a, 0x0b]);
    w.u32(guarded.length).raw(guarded.view());
  });
  return out.finish();
}

/** Takes one step, or returns. */
function step(code: ByteWriter): void {
  code.raw([
    0x23,
    STEPS,
    0x41,
    1,
    0x6b,
    0x24,
    STEPS,
    0x23,
    STEPS,
    0x41,
    0,
    0x48,
    0x04,
    0x40,
    0x0f,
    0x0b,
  ]);
}

/** Leaves a random i32 in [0, 4) on the stack. */
function random(code: ByteWriter): void {
  code
    .raw([0x23, RANDOM, 0x41])
    .signed(1664525)
    .u8(0x6c)
    .u8(0x41)
    .signed(1013904223)
    .raw([0x6a, 0x24, RANDOM]);
  code.raw([0x23, RANDOM, 0x41, 24, 0x76, 0x41, 3, 0x71]);
}

function encodePieces(
  code: ByteWriter,
  pieces: readonly Piece[],
  depth: number,
  functions: number,
  leaf: number,
  counters: number,
): void {
  for (const piece of pieces) {
    switch (piece.kind) {
      case 'work':
        for (let left = piece.amount; left > 0; left -= 1) code.raw([0x23, RANDOM, 0x1a]);
        break;
      case 'block':
      case 'loop':
        code.u8(piece.kind === 'block' ? Opcode.Block : Opcode.Loop).u8(0x40);
        if (piece.kind === 'loop') step(code);
        encodePieces(code, piece.body, depth + 1, functions, leaf, counters);
        code.u8(Opcode.End);
        break;
      case 'if':
        random(code);
        code.u8(Opcode.If).u8(0x40);
        encodePieces(code, piece.taken, depth + 1, functions, leaf, counters);
        if (piece.otherwise !== undefined) {
          code.u8(Opcode.Else);
          encodePieces(code, piece.otherwise, depth + 1, functions, leaf, counters);
        }
        code.u8(Opcode.End);
        break;
      case 'counted':
        if (counters === MAX_COUNTED) break;
        code.raw([Opcode.I32Const, piece.turns, Opcode.LocalSet, counters, Opcode.Loop, 0x40]);
        encodePieces(code, piece.calm, 0, functions, leaf, counters + 1);
        if (piece.early) {
          random(code);
          code.raw([Opcode.If, 0x40]);
        }
        code.raw([Opcode.LocalGet, counters, Opcode.I32Const, 1, 0x6b]);
        code.raw([Opcode.LocalTee, counters, Opcode.BrIf, piece.early ? 1 : 0]);
        if (piece.early) code.u8(Opcode.End);
        code.u8(Opcode.End);
        break;
      case 'branch':
        if (depth === 0) break;
        code.u8(Opcode.Br).u32(piece.label % depth);
        break;
      case 'branch-if':
        if (depth === 0) break;
        random(code);
        code.u8(Opcode.BrIf).u32(piece.label % depth);
        break;
      case 'table':
        random(code);
        code.u8(Opcode.BrTable).u32(piece.labels.length - 1);
        for (const label of piece.labels) code.u32(label % depth);
        break;
      case 'return':
        code.u8(Opcode.Return);
        break;
      case 'leaf':
        code.raw([0x23, RANDOM, Opcode.Call]).u32(leaf).raw([0x24, RANDOM]);
        break;
      case 'guarded':
        random(code);
        code
          .u8(Opcode.Call)
          .u32(leaf + 2)
          .u8(Opcode.Drop);
        break;
      case 'indirect':
        random(code);
        code.u8(Opcode.I32Const).signed(functions).u8(0x70).raw([Opcode.CallIndirect, 0, 0]);
        break;
      case 'call':
        code.u8(Opcode.Call).u32(piece.callee % functions);
        break;
    }
  }
}

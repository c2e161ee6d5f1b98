import { ByteWriter, Opcode } from '@testbench/wasm';

import { body, EMPTY_TYPE, localsOf, rawPlugin, repeated } from './raw-plugin.ts';

/** A module that is small and expensive to compile. */
export interface BodyBomb {
  readonly row: number;
  readonly name: string;
  /** The rule of admission that refuses it. */
  readonly rule: string;
  readonly make: () => Uint8Array;
}

/** `block`, a conditional branch out of it on a local, a write to a local, `end`. */
const branchOn = (local: number): readonly number[] => [
  ...new ByteWriter()
    .raw([Opcode.Block, 0x40, 0x20])
    .u32(local)
    .raw([Opcode.BrIf, 0, 0x20, 0, 0x41, 1, 0x6a, 0x21])
    .u32(local)
    .u8(Opcode.End)
    .view(),
];

/** Code of `count` branches over `locals` locals. */
export function branches(count: number, locals: number): Uint8Array {
  const code = new ByteWriter(count * 16);
  for (let index = 0; index < count; index += 1) code.raw(branchOn((index * 7919) % locals));
  return code.finish();
}

/** Rows 9 to 13. */
export const bodyBombs: readonly BodyBomb[] = [
  {
    row: 9,
    name: '50,000 locals and 4,000 branches',
    rule: 'maxLocals',
    make: () => rawPlugin({ execute: { locals: localsOf(49_000), code: branches(4000, 49_000) } }),
  },
  {
    row: 10,
    name: '50,000 locals in each of 1,000 functions',
    rule: 'maxLocals',
    make: () =>
      rawPlugin({
        functions: { count: 1000, item: [EMPTY_TYPE] },
        bodies: { count: 1000, item: body(localsOf(50_000), branches(10, 50_000)) },
        execute: { locals: [0], code: callAll(1000) },
      }),
  },
  {
    row: 9,
    name: '50,000 operands and 30,000 branches',
    rule: 'maxOperands',
    make: () => rawPlugin({ execute: { locals: [0], code: onOperands(50_000, 30_000, BRANCH) } }),
  },
  {
    row: 9,
    name: '50,000 blocks of a hundred parameters',
    rule: 'maxLocalsTimesBranches',
    make: () =>
      rawPlugin({
        types: {
          count: 1,
          item: [0x60, 100, ...repeated(100, [0x7f]), 100, ...repeated(100, [0x7f])],
        },
        execute: {
          locals: [0],
          code: onOperands(100, 50_000, [Opcode.Block, 7, 0x41, 0, Opcode.BrIf, 0, Opcode.End]),
        },
      }),
  },
  {
    row: 11,
    name: 'a body of 1 MiB of diamonds',
    rule: 'maxBodyBytes',
    make: () => rawPlugin({ execute: { locals: localsOf(900), code: diamonds(50_000, 900) } }),
  },
  {
    row: 12,
    name: '100 br_tables of 65,520 labels',
    rule: 'maxBranchTableLabels',
    make: () => rawPlugin({ execute: { locals: [0], code: labelTables(100, 65_519) } }),
  },
  {
    row: 13,
    name: '500,000 nested blocks',
    rule: 'maxNesting',
    make: () =>
      rawPlugin({
        execute: {
          locals: [0],
          code: [...repeated(500_000, [Opcode.Block, 0x40]), ...repeated(500_000, [Opcode.End])],
        },
      }),
  },
];

/** Index of the first function after those of the contract: an empty one, in {@link atTheCaps}. */
const FIRST_FUNCTION = 6;

/** `height` operands on the stack, then `each` `count` times, then all of them dropped. */
export function onOperands(height: number, count: number, each: readonly number[]): Uint8Array {
  return Uint8Array.from([
    ...repeated(height, [0x41, 0]),
    ...repeated(count, each),
    ...repeated(height, [Opcode.Drop]),
  ]);
}

/** A block that a condition leaves. */
export const BRANCH: readonly number[] = [Opcode.Block, 0x40, 0x41, 0, Opcode.BrIf, 0, Opcode.End];

/** `if (local & 1) local = other + 1 else local = other * 3`, `count` times: each joins two values of a local. */
export function diamonds(count: number, locals: number): Uint8Array {
  const code = new ByteWriter(count * 24);
  for (let index = 0; index < count; index += 1) {
    const local = (index * 7919) % locals;
    const other = (index * 104_729) % locals;
    code.u8(0x20).u32(local).raw([0x41, 1, 0x71, Opcode.If, 0x40, 0x20]).u32(other);
    code.raw([0x41, 1, 0x6a, 0x21]).u32(local).u8(Opcode.Else).u8(0x20).u32(other);
    code.raw([0x41, 3, 0x6c, 0x21]).u32(local).u8(Opcode.End);
  }
  return code.finish();
}

/** `block`, `i32.const 0`, a table of labels, `end`; `count` times. */
export function labelTables(count: number, labels: number): Uint8Array {
  const one = new ByteWriter(labels + 16)
    .raw([Opcode.Block, 0x40, 0x41, 0, Opcode.BrTable])
    .u32(labels)
    .raw(new Uint8Array(labels + 1))
    .u8(Opcode.End)
    .finish();
  return repeated(count, [...one]);
}

/** Calls the additional functions one after the other. */
function callAll(count: number): Uint8Array {
  const code = new ByteWriter();
  for (let index = 0; index < count; index += 1) code.u8(Opcode.Call).u32(FIRST_FUNCTION + index);
  return code.finish();
}

/**
 * Functions that return at once, and that take an engine as long to compile as admission allows; each is called. Grouped by what
 * admission counts: branches over locals, branches over operands, calls over operands, and the work of an engine for a call.
 */
export const atTheCaps: Readonly<Record<string, () => Uint8Array>> = {
  'branches over locals': () => calledOnce(6, localsOf(280), diamonds(11_000, 280)),
  'branches over operands': () =>
    calledOnce(
      5,
      [0],
      onOperands(900, 2000, [
        Opcode.Block,
        0x40,
        0x20,
        0,
        0x41,
        1,
        0x71,
        Opcode.BrIf,
        0,
        Opcode.End,
      ]),
    ),
  'calls over operands': () =>
    calledOnce(5, [0], onOperands(900, 40_000, [Opcode.Call, FIRST_FUNCTION])),
  'references to functions over operands': () =>
    calledOnce(5, [0], onOperands(900, 40_000, [Opcode.RefFunc, 0, Opcode.Drop])),
};

/** `count` functions of this code, none of which reaches it, then as much cheap code as fits. */
function calledOnce(count: number, locals: ArrayLike<number>, code: Uint8Array): Uint8Array {
  // `if (local 0 == 0) return`: true, but no compiler can know.
  const leave = [0x20, 0, 0x45, Opcode.If, 0x40, Opcode.Return, Opcode.End];
  const own = locals.length === 1 ? localsOf(1) : locals;
  const cheap = body(localsOf(1), [...leave, ...diamonds(11_000, 1)]);
  const fillers = 40;
  return rawPlugin({
    functions: { count: 1 + count + fillers, item: [EMPTY_TYPE] },
    bodies: {
      count: 1,
      item: body([0], []),
      next: {
        count,
        item: body(own, [...leave, ...code]),
        next: { count: fillers, item: cheap },
      },
    },
    execute: { locals: [0], code: callAll(1 + count + fillers) },
  });
}

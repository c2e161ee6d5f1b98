/**
 * The immediates that follow an operator's code. `None` to `F64` come first because they are by far the most frequent.
 *
 * @see https://webassembly.github.io/spec/core/binary/instructions.html
 */
export enum Immediate {
  Unknown = 0,
  None = 1,
  /** One u32: an index or a label. */
  U32 = 2,
  Memarg = 3,
  I32 = 4,
  /** A block type; opens a nested block. */
  Block = 5,
  End = 6,
  I64 = 7,
  F32 = 8,
  F64 = 9,
  U32x2 = 10,
  BrTable = 11,
  /** One byte. */
  Lane = 12,
  MemargLane = 13,
  Bytes16 = 14,
  HeapType = 15,
  SelectTypes = 16,
  TryTable = 17,
  BrOnCast = 18,
  /** One u32; closes the enclosing legacy `try`. */
  Delegate = 19,
}

/** Opcodes that control-flow code needs by name. Prefixed ones are `prefix * 0x1000 + sub-opcode`. */
export const Opcode = {
  Unreachable: 0x00,
  Nop: 0x01,
  Block: 0x02,
  Loop: 0x03,
  If: 0x04,
  Else: 0x05,
  Try: 0x06,
  Catch: 0x07,
  Throw: 0x08,
  Rethrow: 0x09,
  ThrowRef: 0x0a,
  End: 0x0b,
  Br: 0x0c,
  BrIf: 0x0d,
  BrTable: 0x0e,
  Return: 0x0f,
  Call: 0x10,
  CallIndirect: 0x11,
  ReturnCall: 0x12,
  ReturnCallIndirect: 0x13,
  CallRef: 0x14,
  ReturnCallRef: 0x15,
  Delegate: 0x18,
  CatchAll: 0x19,
  Drop: 0x1a,
  Select: 0x1b,
  SelectTyped: 0x1c,
  TryTable: 0x1f,
  LocalGet: 0x20,
  LocalSet: 0x21,
  LocalTee: 0x22,
  GlobalGet: 0x23,
  GlobalSet: 0x24,
  MemorySize: 0x3f,
  MemoryGrow: 0x40,
  I32Const: 0x41,
  I64Const: 0x42,
  RefNull: 0xd0,
  RefFunc: 0xd2,
  BrOnNull: 0xd5,
  BrOnNonNull: 0xd6,
  ArrayNew: 0xfb006,
  ArrayNewDefault: 0xfb007,
  ArrayNewFixed: 0xfb008,
  ArrayNewData: 0xfb009,
  ArrayNewElem: 0xfb00a,
  ArrayFill: 0xfb010,
  ArrayCopy: 0xfb011,
  ArrayInitData: 0xfb012,
  ArrayInitElem: 0xfb013,
  BrOnCast: 0xfb018,
  BrOnCastFail: 0xfb019,
  MemoryInit: 0xfc008,
  MemoryCopy: 0xfc00a,
  MemoryFill: 0xfc00b,
  TableInit: 0xfc00c,
  TableCopy: 0xfc00e,
  TableGrow: 0xfc00f,
  TableFill: 0xfc011,
} as const;

/** A run of operators with the same immediates, given by its last operator; it begins after the previous run. */
type Run = readonly [last: number, immediate: number];

const PLAIN: readonly Run[] = [
  [0x01, Immediate.None],
  [0x04, Immediate.Block],
  [0x05, Immediate.None],
  [0x06, Immediate.Block],
  [0x09, Immediate.U32],
  [0x0a, Immediate.None],
  [0x0b, Immediate.End],
  [0x0d, Immediate.U32],
  [0x0e, Immediate.BrTable],
  [0x0f, Immediate.None],
  [0x10, Immediate.U32],
  [0x11, Immediate.U32x2],
  [0x12, Immediate.U32],
  [0x13, Immediate.U32x2],
  [0x15, Immediate.U32],
  [0x17, Immediate.Unknown],
  [0x18, Immediate.Delegate],
  [0x1b, Immediate.None],
  [0x1c, Immediate.SelectTypes],
  [0x1e, Immediate.Unknown],
  [0x1f, Immediate.TryTable],
  [0x26, Immediate.U32],
  [0x27, Immediate.Unknown],
  [0x3e, Immediate.Memarg],
  [0x40, Immediate.U32],
  [0x41, Immediate.I32],
  [0x42, Immediate.I64],
  [0x43, Immediate.F32],
  [0x44, Immediate.F64],
  [0xc4, Immediate.None],
  [0xcf, Immediate.Unknown],
  [0xd0, Immediate.HeapType],
  [0xd1, Immediate.None],
  [0xd2, Immediate.U32],
  [0xd4, Immediate.None],
  [0xd6, Immediate.U32],
  [0xff, Immediate.Unknown],
];

const GC: readonly Run[] = [
  [0x01, Immediate.U32],
  [0x05, Immediate.U32x2],
  [0x07, Immediate.U32],
  [0x0a, Immediate.U32x2],
  [0x0e, Immediate.U32],
  [0x0f, Immediate.None],
  [0x10, Immediate.U32],
  [0x13, Immediate.U32x2],
  [0x17, Immediate.HeapType],
  [0x19, Immediate.BrOnCast],
  [0x1e, Immediate.None],
];

const MISC: readonly Run[] = [
  [0x07, Immediate.None],
  [0x08, Immediate.U32x2],
  [0x09, Immediate.U32],
  [0x0a, Immediate.U32x2],
  [0x0b, Immediate.U32],
  [0x0c, Immediate.U32x2],
  [0x0d, Immediate.U32],
  [0x0e, Immediate.U32x2],
  [0x11, Immediate.U32],
  [0x12, Immediate.Unknown],
  [0x16, Immediate.None],
];

const VECTOR: readonly Run[] = [
  [0x0b, Immediate.Memarg],
  [0x0d, Immediate.Bytes16],
  [0x14, Immediate.None],
  [0x22, Immediate.Lane],
  [0x53, Immediate.None],
  [0x5b, Immediate.MemargLane],
  [0x5d, Immediate.Memarg],
  [0x113, Immediate.None],
];

const ATOMIC: readonly Run[] = [
  [0x02, Immediate.Memarg],
  [0x03, Immediate.Lane],
  [0x0f, Immediate.Unknown],
  [0x4e, Immediate.Memarg],
];

function table(runs: readonly Run[]): Uint8Array {
  const immediates = new Uint8Array(runs.at(-1)![0] + 1);
  let first = 0;
  for (const [last, immediate] of runs) {
    immediates.fill(immediate, first, last + 1);
    first = last + 1;
  }
  return immediates;
}

/** The immediates that follow each one-byte operator. */
export const PLAIN_IMMEDIATES: Uint8Array = table(PLAIN);

/** The immediates that follow prefixed operators, by prefix and sub-opcode. */
export const PREFIXED_IMMEDIATES: ReadonlyMap<number, Uint8Array> = new Map([
  [0xfb, table(GC)],
  [0xfc, table(MISC)],
  [0xfd, table(VECTOR)],
  [0xfe, table(ATOMIC)],
]);

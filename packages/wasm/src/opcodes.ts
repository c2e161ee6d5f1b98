import { FeatureMask } from './features.js';

/**
 * What follows an operator's code. `None` to `F64` come first, because they are by far the most frequent.
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

/** Opcodes that code which looks at control flow needs by name. Prefixed ones are `prefix * 0x1000 + sub-opcode`. */
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

/** A run of opcodes, first to last, with their immediates and the feature they belong to. */
type Row = readonly [first: number, last: number, immediate: number, feature?: FeatureMask];

const PLAIN: readonly Row[] = [
  [0x00, 0x01, Immediate.None],
  [0x02, 0x04, Immediate.Block],
  [0x05, 0x05, Immediate.None],
  [0x06, 0x06, Immediate.Block, FeatureMask.LegacyExceptions],
  [0x07, 0x07, Immediate.U32, FeatureMask.LegacyExceptions],
  [0x08, 0x08, Immediate.U32, FeatureMask.Exceptions],
  [0x09, 0x09, Immediate.U32, FeatureMask.LegacyExceptions],
  [0x0a, 0x0a, Immediate.None, FeatureMask.Exceptions],
  [0x0b, 0x0b, Immediate.End],
  [0x0c, 0x0d, Immediate.U32],
  [0x0e, 0x0e, Immediate.BrTable],
  [0x0f, 0x0f, Immediate.None],
  [0x10, 0x10, Immediate.U32],
  [0x11, 0x11, Immediate.U32x2],
  [0x12, 0x12, Immediate.U32, FeatureMask.TailCall],
  [0x13, 0x13, Immediate.U32x2, FeatureMask.TailCall],
  [0x14, 0x14, Immediate.U32, FeatureMask.FunctionReferences],
  [0x15, 0x15, Immediate.U32, FeatureMask.FunctionReferences],
  [0x18, 0x18, Immediate.Delegate, FeatureMask.LegacyExceptions],
  [0x19, 0x19, Immediate.None, FeatureMask.LegacyExceptions],
  [0x1a, 0x1b, Immediate.None],
  [0x1c, 0x1c, Immediate.SelectTypes, FeatureMask.ReferenceTypes],
  [0x1f, 0x1f, Immediate.TryTable, FeatureMask.Exceptions],
  [0x20, 0x24, Immediate.U32],
  [0x25, 0x26, Immediate.U32, FeatureMask.ReferenceTypes],
  [0x28, 0x3e, Immediate.Memarg],
  [0x3f, 0x40, Immediate.U32],
  [0x41, 0x41, Immediate.I32],
  [0x42, 0x42, Immediate.I64],
  [0x43, 0x43, Immediate.F32],
  [0x44, 0x44, Immediate.F64],
  [0x45, 0xbf, Immediate.None],
  [0xc0, 0xc4, Immediate.None, FeatureMask.SignExtension],
  [0xd0, 0xd0, Immediate.HeapType, FeatureMask.ReferenceTypes],
  [0xd1, 0xd1, Immediate.None, FeatureMask.ReferenceTypes],
  [0xd2, 0xd2, Immediate.U32, FeatureMask.ReferenceTypes],
  [0xd3, 0xd3, Immediate.None, FeatureMask.Gc],
  [0xd4, 0xd4, Immediate.None, FeatureMask.FunctionReferences],
  [0xd5, 0xd6, Immediate.U32, FeatureMask.FunctionReferences],
];

const GC: readonly Row[] = [
  [0x00, 0x01, Immediate.U32, FeatureMask.Gc],
  [0x02, 0x05, Immediate.U32x2, FeatureMask.Gc],
  [0x06, 0x07, Immediate.U32, FeatureMask.Gc],
  [0x08, 0x0a, Immediate.U32x2, FeatureMask.Gc],
  [0x0b, 0x0e, Immediate.U32, FeatureMask.Gc],
  [0x0f, 0x0f, Immediate.None, FeatureMask.Gc],
  [0x10, 0x10, Immediate.U32, FeatureMask.Gc],
  [0x11, 0x13, Immediate.U32x2, FeatureMask.Gc],
  [0x14, 0x17, Immediate.HeapType, FeatureMask.Gc],
  [0x18, 0x19, Immediate.BrOnCast, FeatureMask.Gc],
  [0x1a, 0x1e, Immediate.None, FeatureMask.Gc],
];

const MISC: readonly Row[] = [
  [0x00, 0x07, Immediate.None, FeatureMask.SaturatingFloatToInt],
  [0x08, 0x08, Immediate.U32x2, FeatureMask.BulkMemory],
  [0x09, 0x09, Immediate.U32, FeatureMask.BulkMemory],
  [0x0a, 0x0a, Immediate.U32x2, FeatureMask.BulkMemory],
  [0x0b, 0x0b, Immediate.U32, FeatureMask.BulkMemory],
  [0x0c, 0x0c, Immediate.U32x2, FeatureMask.BulkMemory],
  [0x0d, 0x0d, Immediate.U32, FeatureMask.BulkMemory],
  [0x0e, 0x0e, Immediate.U32x2, FeatureMask.BulkMemory],
  [0x0f, 0x11, Immediate.U32, FeatureMask.ReferenceTypes],
  [0x13, 0x16, Immediate.None, FeatureMask.WideArithmetic],
];

const VECTOR: readonly Row[] = [
  [0x00, 0x0b, Immediate.Memarg, FeatureMask.Simd],
  [0x0c, 0x0d, Immediate.Bytes16, FeatureMask.Simd],
  [0x0e, 0x14, Immediate.None, FeatureMask.Simd],
  [0x15, 0x22, Immediate.Lane, FeatureMask.Simd],
  [0x23, 0x53, Immediate.None, FeatureMask.Simd],
  [0x54, 0x5b, Immediate.MemargLane, FeatureMask.Simd],
  [0x5c, 0x5d, Immediate.Memarg, FeatureMask.Simd],
  [0x5e, 0xff, Immediate.None, FeatureMask.Simd],
  [0x100, 0x113, Immediate.None, FeatureMask.RelaxedSimd],
];

const ATOMIC: readonly Row[] = [
  [0x00, 0x02, Immediate.Memarg, FeatureMask.Threads],
  [0x03, 0x03, Immediate.Lane, FeatureMask.Threads],
  [0x10, 0x4e, Immediate.Memarg, FeatureMask.Threads],
];

/** Immediates and feature bit of each opcode of one space, indexed by (sub-)opcode. */
export interface OpcodeTable {
  readonly immediates: Uint8Array;
  readonly features: Uint32Array;
}

function table(rows: readonly Row[], size = rows.at(-1)![1] + 1): OpcodeTable {
  const immediates = new Uint8Array(size);
  const features = new Uint32Array(size);
  for (const [first, last, immediate, feature = FeatureMask.None] of rows) {
    immediates.fill(immediate, first, last + 1);
    features.fill(feature, first, last + 1);
  }
  return { immediates, features };
}

/** Operators of one byte. */
export const PLAIN_TABLE: OpcodeTable = table(PLAIN, 256);

/** Operators behind a prefix byte, by prefix. */
export const PREFIXED_TABLES: ReadonlyMap<number, OpcodeTable> = new Map([
  [0xfb, table(GC)],
  [0xfc, table(MISC)],
  [0xfd, table(VECTOR)],
  [0xfe, table(ATOMIC)],
]);

// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and immediates are numbers where they come from: bytes
import { FeatureMask } from './features.js';
import type { InstructionCursor } from './instruction-cursor.js';
import { Immediate } from './opcodes.js';

/** A range of operators, first to last, and the feature that they belong to. */
type Row = readonly [first: number, last: number, feature: FeatureMask];

const PLAIN: readonly Row[] = [
  [0x06, 0x07, FeatureMask.LegacyExceptions],
  [0x08, 0x08, FeatureMask.Exceptions],
  [0x09, 0x09, FeatureMask.LegacyExceptions],
  [0x0a, 0x0a, FeatureMask.Exceptions],
  [0x12, 0x13, FeatureMask.TailCall],
  [0x14, 0x15, FeatureMask.FunctionReferences],
  [0x18, 0x19, FeatureMask.LegacyExceptions],
  [0x1c, 0x1c, FeatureMask.ReferenceTypes],
  [0x1f, 0x1f, FeatureMask.Exceptions],
  [0x25, 0x26, FeatureMask.ReferenceTypes],
  [0xc0, 0xc4, FeatureMask.SignExtension],
  [0xd0, 0xd2, FeatureMask.ReferenceTypes],
  [0xd3, 0xd3, FeatureMask.Gc],
  [0xd4, 0xd6, FeatureMask.FunctionReferences],
];

const GC: readonly Row[] = [[0x00, 0x1e, FeatureMask.Gc]];

const MISC: readonly Row[] = [
  [0x00, 0x07, FeatureMask.SaturatingFloatToInt],
  [0x08, 0x0e, FeatureMask.BulkMemory],
  [0x0f, 0x11, FeatureMask.ReferenceTypes],
  [0x13, 0x16, FeatureMask.WideArithmetic],
];

const VECTOR: readonly Row[] = [
  [0x00, 0xff, FeatureMask.Simd],
  [0x100, 0x113, FeatureMask.RelaxedSimd],
];

const ATOMIC: readonly Row[] = [
  [0x00, 0x03, FeatureMask.Threads],
  [0x10, 0x4e, FeatureMask.Threads],
];

function table(rows: readonly Row[]): Uint32Array {
  const features = new Uint32Array(0x200);
  for (const [first, last, feature] of rows) features.fill(feature, first, last + 1);
  return features;
}

const PLAIN_FEATURES = table(PLAIN);

/** By prefix, from 0xfb on. */
const PREFIXED_FEATURES = [GC, MISC, VECTOR, ATOMIC].map(table);

/** Block types of the first version: none, numbers and vectors. */
const EMPTY = -0x40;
const LAST_NUMBER = -5;

/**
 * The features that an instruction needs, apart from its types.
 *
 * @param cursor Positioned at the instruction.
 * @returns Bits as from `featureBit`; 0 for the first version of WebAssembly.
 *
 * @example
 * ```ts
 * import { featuresOf, InstructionCursor, instructionFeatures } from '@testbench/wasm';
 *
 * const body = Uint8Array.of(0x20, 0x00, 0xc0, 0x1a, 0x0b); // local.get 0, i32.extend8_s, drop, end
 * const cursor = new InstructionCursor(body, 0, body.length);
 * let mask = 0;
 * while (cursor.next()) mask |= instructionFeatures(cursor);
 * featuresOf(mask); // => ['sign-extension']
 * ```
 */
export function instructionFeatures(cursor: InstructionCursor): number {
  const { opcode } = cursor;
  const prefix = opcode >>> 12;
  const mask =
    prefix === 0 ? PLAIN_FEATURES[opcode]! : PREFIXED_FEATURES[prefix - 0xfb]![opcode & 0xfff]!;
  switch (cursor.immediate) {
    case Immediate.Block:
    case Immediate.TryTable: {
      const { blockType } = cursor;
      if (blockType >= 0) return mask | FeatureMask.MultiValue;
      if (blockType > EMPTY && blockType < LAST_NUMBER) return mask | FeatureMask.ReferenceTypes;
      return mask;
    }
    case Immediate.Memarg:
    case Immediate.MemargLane:
      // Bit 6 of the alignment says that a memory index follows.
      if ((cursor.bytes[cursor.immediateOffset]! & 0x40) !== 0) {
        return mask | FeatureMask.MultiMemory;
      }
      return mask;
    default:
      return mask;
  }
}

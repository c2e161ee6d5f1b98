// oxlint-disable typescript/no-unsafe-enum-comparison -- operators are numbers where they come from: bytes
import type { InstructionCursor, Module } from '@testbench/wasm';

import type { HelperFunctions } from './helper-functions.js';
import { Opcode } from './operators.js';

/** The appended function that pays for the current operator's length, or that grows in its place. */
export function lengthHelper(
  { opcode, index, second }: InstructionCursor,
  helpers: HelperFunctions,
  module: Module,
): number {
  const memory64 = (at: number): boolean => module.memories[at]!.type.address64;
  const table64 = (at: number): boolean => module.tables[at]!.type.address64;
  switch (opcode) {
    case Opcode.MemoryGrow:
      return helpers.growMemory(index, memory64(index));
    case Opcode.TableGrow:
      return helpers.growTable(index, table64(index), tableElement(module, index));
    case Opcode.MemoryFill:
      return helpers.bulk('memory', memory64(index));
    case Opcode.MemoryCopy:
      return helpers.bulk('memory', memory64(index) && memory64(second));
    case Opcode.MemoryInit:
      return helpers.bulk('memory', false);
    case Opcode.TableFill:
      return helpers.bulk('table', table64(index));
    case Opcode.TableCopy:
      return helpers.bulk('table', table64(index) && table64(second));
    case Opcode.TableInit:
      return helpers.bulk('table', false);
    default:
      return helpers.bulk('array', false);
  }
}

/** The encoded element type of a table. */
function tableElement({ bytes, tables }: Module, index: number): Uint8Array {
  const { offset, initial, imported } = tables[index]!;
  // A table with an initial value begins with 0x40 0x00, an import with its kind.
  const start = offset + (imported ? 1 : initial === undefined ? 0 : 2);
  const length = bytes[start] === 0x63 || bytes[start] === 0x64 ? 2 : 1;
  let end = start + length;
  if (length === 2) {
    if (bytes[start + 1] === 0x62) end += 1;
    while ((bytes[end - 1]! & 0x80) !== 0) end += 1;
  }
  return bytes.subarray(start, end);
}

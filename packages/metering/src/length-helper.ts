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
    case Opcode.TableGrow: {
      const { start, end } = module.tables[index]!.elementType;
      return helpers.growTable(index, table64(index), module.bytes.subarray(start, end));
    }
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

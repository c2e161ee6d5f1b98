// oxlint-disable typescript/no-unsafe-enum-comparison -- operators are numbers where they come from: bytes
import type { InstructionCursor, Module } from '@testbench/wasm';

import { bulkInPieces, PIECE } from './bulk-helpers.js';
import type { HelperFunctions } from './helper-functions.js';
import { Opcode } from './operators.js';

/** An appended function that is called before an operator with a length, or instead of it. */
export interface LengthHelper {
  readonly index: number;
  readonly replaces: boolean;
}

/** The function that the current operator calls. */
export function lengthHelper(
  { opcode, index, second }: InstructionCursor,
  helpers: HelperFunctions,
  module: Module,
): LengthHelper {
  switch (opcode) {
    case Opcode.MemoryGrow:
    case Opcode.TableGrow:
      return { index: growHelper(opcode, index, helpers, module), replaces: true };
    case Opcode.MemoryFill:
      return { index: bulkInPieces(helpers, module, opcode, index, 0), replaces: true };
    case Opcode.MemoryCopy:
      // Two memories may have addresses of different widths, which is rare enough to ignore.
      if (index !== second) break;
      return { index: bulkInPieces(helpers, module, opcode, index, 0), replaces: true };
    case Opcode.MemoryInit: {
      const { start, end } = module.data[index]!.bytes;
      // There may be thousands of small ones.
      if (end - start <= PIECE) break;
      return { index: bulkInPieces(helpers, module, opcode, second, index), replaces: true };
    }
    default:
  }
  return { index: paymentHelper(opcode, index, second, helpers, module), replaces: false };
}

function growHelper(
  opcode: number,
  index: number,
  helpers: HelperFunctions,
  module: Module,
): number {
  if (opcode === Opcode.MemoryGrow) {
    return helpers.growMemory(index, module.memories[index]!.type.address64);
  }
  const { elementType, type } = module.tables[index]!;
  const element = module.bytes.subarray(elementType.start, elementType.end);
  return helpers.growTable(index, type.address64, element);
}

/** A function that pays for the length on top of the stack. */
function paymentHelper(
  opcode: number,
  index: number,
  second: number,
  helpers: HelperFunctions,
  module: Module,
): number {
  const memory64 = (at: number): boolean => module.memories[at]!.type.address64;
  const table64 = (at: number): boolean => module.tables[at]!.type.address64;
  switch (opcode) {
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

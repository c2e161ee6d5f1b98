import { Opcode } from '@testbench/wasm';

import { type FunctionCode, I32_MUL } from './function-code.ts';
import type { Piece } from './generate-program.ts';
import { DROPPED, I32, KEPT, RANDOM, SLOTS } from './program-layout.ts';

const TABLE_GET = 0x25;
const TABLE_SET = 0x26;

/** Writes an operator on the memory, and reads the resulting content. */
export function encodeMemory(
  to: FunctionCode,
  { operator, amount }: Extract<Piece, { kind: 'memory' }>,
): void {
  const { code } = to;
  const address = (): void => {
    to.random();
    code.raw([Opcode.I32Const, 8, 0x74]);
  };
  /** A length up to three times as large. */
  const length = (most: number): void => {
    to.random();
    code.raw([Opcode.I32Const, Math.min(amount, most), I32_MUL]);
  };
  switch (operator) {
    case 'fill':
      address();
      code.raw([Opcode.GlobalGet, RANDOM]);
      length(40);
      code.raw([0xfc, 11, 0]);
      break;
    case 'copy':
      address();
      address();
      length(40);
      code.raw([0xfc, 10, 0, 0]);
      break;
    case 'init':
      address();
      code.raw([Opcode.I32Const, 1]);
      length(10);
      code.raw([0xfc, 8, KEPT, 0]);
      break;
    case 'init-dropped':
      address();
      code.raw([Opcode.I32Const, 0, Opcode.I32Const, 0, 0xfc, 8, DROPPED, 0]);
      break;
    case 'drop':
      code.raw([0xfc, 9, DROPPED]);
      break;
    case 'grow':
      to.random();
      code.raw([Opcode.MemoryGrow, 0]);
      to.consume([I32]);
  }
  address();
  code.raw([0x28, 2, amount]);
  to.consume([I32]);
}

/** Writes an operator on a table, among the entries of one type, so that indirect calls still find that type. */
export function encodeElements(
  to: FunctionCode,
  { operator, table, callee }: Extract<Piece, { kind: 'elements' }>,
): void {
  const { code, layout } = to;
  const target = layout.own(callee);
  const first = SLOTS * layout.types[target]!;
  if (['fill', 'grow', 'move'].includes(operator) && !layout.program.moves) return;
  switch (operator) {
    case 'copy':
      code.raw([Opcode.I32Const, first + 1, Opcode.I32Const, first]);
      to.random();
      code.raw([0xfc, 14, table, callee % 2]);
      break;
    case 'init':
      code.raw([Opcode.I32Const, first, Opcode.I32Const, first + 1]);
      to.random();
      code.raw([0xfc, 12, KEPT, table]);
      break;
    case 'init-dropped':
      code.raw([Opcode.I32Const, first, Opcode.I32Const, 0, Opcode.I32Const, 0]);
      code.raw([0xfc, 12, DROPPED, table]);
      break;
    case 'drop':
      code.raw([0xfc, 13, DROPPED]);
      break;
    case 'fill':
      code.raw([Opcode.I32Const, first, Opcode.RefFunc, target]);
      to.random();
      code.raw([0xfc, 17, table]);
      break;
    case 'grow':
      code.raw([Opcode.RefFunc, target]);
      to.random();
      code.raw([0xfc, 15, table]);
      to.consume([I32]);
      break;
    case 'move':
      code.raw([Opcode.I32Const, first, Opcode.I32Const, first + 1]);
      code.raw([TABLE_GET, table, TABLE_SET, table]);
  }
}

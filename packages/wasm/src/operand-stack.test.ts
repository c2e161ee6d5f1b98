import { describe, expect, it } from 'vitest';

import { ByteWriter } from './byte-writer.js';
import { HEADER } from './check-header.js';
import { decodeModule } from './decode-module.js';
import { InstructionCursor } from './instruction-cursor.js';
import { OperandStack } from './operand-stack.js';

/** Types: 0 is `() -> ()`, 1 `(i32, i32) -> i32`, 2 `() -> (i32 x 3)`. The function has type 0. */
function heightsOf(code: readonly number[]): number[] {
  const section = (id: number, bytes: readonly number[]): Uint8Array =>
    new ByteWriter().section(id, new ByteWriter().raw(bytes)).finish();
  const body = [0, ...code, 0x0b];
  const module = decodeModule(
    Uint8Array.from([
      ...HEADER,
      ...section(1, [3, 0x60, 0, 0, 0x60, 2, 0x7f, 0x7f, 1, 0x7f, 0x60, 0, 3, 0x7f, 0x7f, 0x7f]),
      ...section(3, [2, 0, 1]),
      ...section(10, [2, body.length, ...body, 4, 0, 0x20, 0, 0x0b]),
    ]),
  );
  const { code: start, end } = module.bodies[0]!;
  const cursor = new InstructionCursor(module.bytes, start, end);
  const stack = new OperandStack(module);
  stack.reset();
  const heights: number[] = [];
  while (cursor.next()) {
    stack.step(cursor);
    heights.push(stack.height);
  }
  return heights;
}

describe('OperandStack', () => {
  it.each([
    {
      name: 'constants and an addition',
      code: [0x41, 1, 0x41, 2, 0x6a, 0x1a],
      heights: [1, 2, 1, 0, 0],
    },
    { name: 'locals', code: [0x20, 0, 0x22, 0, 0x21, 0], heights: [1, 1, 0, 0] },
    { name: 'memory', code: [0x41, 0, 0x28, 2, 0, 0x41, 0, 0x36, 2, 0], heights: [1, 1, 2, 0, 0] },
    { name: 'select', code: [0x41, 0, 0x41, 0, 0x41, 0, 0x1b, 0x1a], heights: [1, 2, 3, 1, 0, 0] },
    { name: 'a call', code: [0x41, 0, 0x41, 0, 0x10, 1, 0x1a], heights: [1, 2, 1, 0, 0] },
    {
      name: 'a block with a result',
      code: [0x41, 0, 0x02, 0x7f, 0x41, 0, 0x0b, 0x6a, 0x1a],
      heights: [1, 1, 2, 2, 1, 0, 0],
    },
    {
      name: 'a block of a type with parameters and results',
      code: [0x41, 0, 0x41, 0, 0x02, 1, 0x1a, 0x0b, 0x1a],
      heights: [1, 2, 2, 1, 1, 0, 0],
    },
    {
      name: 'three results',
      code: [0x02, 2, 0x00, 0x0b, 0x1a, 0x1a, 0x1a],
      heights: [0, 0, 3, 2, 1, 0, 0],
    },
    {
      name: 'both arms of an if',
      code: [0x41, 0, 0x04, 0x7f, 0x41, 0, 0x05, 0x41, 0, 0x0b, 0x1a],
      heights: [1, 0, 1, 0, 1, 1, 0, 0],
    },
    {
      name: 'what is never reached',
      code: [0x41, 0, 0x02, 0x40, 0x41, 0, 0x0c, 0, 0x6a, 0x6a, 0x1a, 0x0b, 0x1a],
      heights: [1, 1, 2, 1, 1, 1, 1, 1, 0, 0],
    },
    {
      name: 'memory.fill',
      code: [0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 11, 0],
      heights: [1, 2, 3, 0, 0],
    },
  ])('follows $name', ({ code, heights }) => {
    expect(heightsOf(code)).toEqual(heights);
  });
});

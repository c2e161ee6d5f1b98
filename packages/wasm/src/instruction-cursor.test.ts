import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ByteWriter } from './byte-writer.js';
import { InstructionCursor, walkInstructions } from './instruction-cursor.js';
import { DecodeError } from './decode-error.js';
import { HEADER } from './check-header.js';
import { inspectModule } from './inspect-module.js';
import { Opcode } from './opcodes.js';

const at = (...bytes: number[]): InstructionCursor =>
  new InstructionCursor(Uint8Array.from(bytes), 0, bytes.length);

describe('InstructionCursor', () => {
  it.each([
    { name: 'i32.const', bytes: [0x41, 0x80, 0x80, 0x80, 0x80, 0x78], index: -(2 ** 31) },
    { name: 'call', bytes: [0x10, 0xff, 0xff, 0xff, 0xff, 0x0f], index: 2 ** 32 - 1 },
    { name: 'i32.load', bytes: [0x28, 0x02, 0x90, 0x01], index: 2, second: 144, memory: 0 },
    { name: 'i32.load, memory 3', bytes: [0x28, 0x42, 0x03, 0x08], index: 2, second: 8, memory: 3 },
    { name: 'memory.copy', bytes: [0xfc, 0x0a, 0x01, 0x02], index: 1, second: 2 },
    { name: 'v128.const', bytes: [0xfd, 0x0c, ...Array<number>(16).fill(0x0b)] },
    { name: 'v128.load8_lane', bytes: [0xfd, 0x54, 0x00, 0x00, 0x0f] },
    { name: 'i32x4 relaxed', bytes: [0xfd, 0x80, 0x02] },
    { name: 'atomic.fence', bytes: [0xfe, 0x03, 0x00] },
    { name: 'br_on_cast', bytes: [0xfb, 0x18, 0x01, 0x02, 0x6e, 0x70], index: 2 },
    { name: 'select (ref null 1)', bytes: [0x1c, 0x01, 0x63, 0x01] },
    { name: 'ref.null exact', bytes: [0xd0, 0x62, 0x01] },
    { name: 'br_table', bytes: [0x0e, 0x02, 0x00, 0x01, 0x02], index: 2 },
    { name: 'i64.const', bytes: [0x42, ...Array<number>(9).fill(0x80), 0x7f] },
  ])('steps over $name exactly', ({ bytes, ...expected }) => {
    const { name, ...fields } = expected;
    const cursor = at(...bytes, 0x0b);
    expect(name).toBeTruthy();
    expect(cursor.next()).toBe(true);
    expect(cursor.position).toBe(bytes.length);
    expect(cursor).toMatchObject(fields);
    expect(cursor.next()).toBe(true);
    expect(cursor.next()).toBe(false);
  });

  it('reports branch targets and catch clauses', () => {
    const labels: number[] = [];
    const branch = at(0x0e, 2, 7, 8, 9, 0x0b);
    branch.next();
    branch.forEachLabel((label) => labels.push(label));
    expect(labels).toEqual([7, 8, 9]);
    const clauses: number[][] = [];
    const attempt = at(0x1f, 0x40, 2, 0, 5, 1, 3, 4, 0x0b, 0x0b);
    attempt.next();
    attempt.forEachCatch((kind, label) => clauses.push([kind, label]));
    expect(clauses).toEqual([
      [0, 1],
      [3, 4],
    ]);
  });

  it.each([
    { bytes: [0x27], code: 'DECODE_UNKNOWN', offset: 0 },
    { bytes: [0xfc, 0x7f], code: 'DECODE_UNKNOWN', offset: 0 },
    { bytes: [0x20], code: 'DECODE_TRUNCATED', offset: 1 },
    { bytes: [0x43, 0, 0], code: 'DECODE_TRUNCATED', offset: 3 },
    // A try_table whose block type is missing.
    { bytes: [0x1f], code: 'DECODE_TRUNCATED', offset: 1 },
    { bytes: [0x20, 0x80, 0x80, 0x80, 0x80, 0x10], code: 'DECODE_OVERLONG' },
    { bytes: [0x41, 0x80, 0x80, 0x80, 0x80, 0x40], code: 'DECODE_OVERLONG' },
    { bytes: [0x01], code: 'DECODE_TRUNCATED', offset: 1 },
    { bytes: [0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f], code: 'DECODE_TRUNCATED' },
  ])('rejects $bytes with $code', ({ bytes, ...fields }) => {
    const source = Uint8Array.from(bytes);
    expect(() => walkInstructions(source, 0, source.length, () => undefined)).toThrow(
      expect.objectContaining(fields),
    );
  });

  it('ends where any mixture of constants, blocks and ends says', () => {
    const instruction = fc.oneof(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((value) => ({ code: 0x41, value })),
      fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((value) => ({ code: 0x20, value })),
    );
    fc.assert(
      fc.property(fc.array(instruction), (list) => {
        const writer = new ByteWriter();
        for (const { code, value } of list) {
          writer.u8(code);
          if (code === 0x41) writer.signed(value);
          else writer.u32(value);
        }
        const source = writer.u8(Opcode.End).finish();
        const values: number[] = [];
        const end = walkInstructions(source, 0, source.length, ({ opcode, index }) => {
          if (opcode !== Opcode.End) values.push(index);
        });
        expect(end).toBe(source.length);
        expect(values).toEqual(list.map(({ value }) => value));
      }),
    );
  });
});

function errorOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

const randomModule = fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
  const bytes = Uint8Array.from([...HEADER, ...tail]);
  const error = errorOf(() => inspectModule(bytes));
  return error === undefined || (error instanceof DecodeError && error.offset <= bytes.length);
});

describe('random bytes', () => {
  it('throw typed errors only, with an offset inside the bytes', () => {
    expect(() => fc.assert(randomModule, { numRuns: 5000 })).not.toThrow();
  });
});

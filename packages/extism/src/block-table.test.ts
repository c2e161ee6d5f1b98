import { describe, expect, it } from 'vitest';

import { BlockTable } from './block-table.js';
import { MAX_KEPT_BLOCKS, MAX_KEPT_BYTES } from './limits.js';

describe('BlockTable', () => {
  it('gives a block by its number, until it is cleared', () => {
    const table = new BlockTable();
    const number = table.add(Uint8Array.of(7));
    expect(table.get(number)).toEqual(Uint8Array.of(7));
    table.clear();
    expect(() => table.get(number)).toThrow(RangeError);
    expect(table.add(Uint8Array.of(8))).not.toBe(number);
  });

  it.each([
    ['bytes', MAX_KEPT_BYTES / 2, 3],
    ['number', 0, MAX_KEPT_BLOCKS + 1],
  ])('drops the oldest where the %s of blocks is too large', (_what, bytes, count) => {
    const table = new BlockTable();
    const numbers = Array.from({ length: count }, () => table.add(new Uint8Array(bytes)));
    expect(() => table.get(numbers[0]!)).toThrow(RangeError);
    expect(table.get(numbers[1]!).length).toBe(bytes);
    expect(table.get(numbers.at(-1)!).length).toBe(bytes);
  });
});

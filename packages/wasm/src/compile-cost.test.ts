import { describe, expect, it } from 'vitest';

import { ByteWriter } from './byte-writer.js';
import { HEADER } from './check-header.js';
import { inspectModule } from './inspect-module.js';

const LOOP = [0x03, 0x40, 0x20, 0, 0x0d, 0, 0x0b];
const ZERO_TEST = [0x20, 0, 0x04, 0x40, 0x20, 0, 0x21, 1, 0x0b];

/** Estimated microseconds for a number of functions `(i32) -> ()` with a local and `count` times the same code. */
function costUs(each: readonly number[], count: number, functions = 1): number {
  const code = new ByteWriter().raw([1, 1, 0x7f]);
  for (let left = count; left > 0; left -= 1) code.raw(each);
  code.u8(0x0b);
  const types = new ByteWriter().u32(functions);
  const bodies = new ByteWriter().u32(functions);
  for (let left = functions; left > 0; left -= 1) {
    types.u8(0);
    bodies.u32(code.length).raw(code.view());
  }
  const module = new ByteWriter().raw(HEADER);
  module.section(1, new ByteWriter().raw([1, 0x60, 1, 0x7f, 0])).section(3, types);
  return inspectModule(module.section(10, bodies).finish()).counts.compileUs;
}

describe('compileUs', () => {
  it.each([
    { what: 'calls', each: [0x10, 0x00], least: 100, most: 300 },
    { what: 'calls by a table', each: [0x41, 0, 0x11, 0, 0], least: 900, most: 1200 },
    { what: 'i64.trunc_f64_u', each: [0x20, 0, 0xb1, 0x1a], least: 800, most: 1100 },
    { what: 'i64.trunc_sat_f64_u', each: [0x20, 0, 0xfc, 7, 0x1a], least: 900, most: 1200 },
    { what: 'i8x16.popcnt', each: [0x20, 0, 0xfd, 0x62, 0x1a], least: 600, most: 900 },
    { what: 'additions', each: [0x20, 0, 0x20, 1, 0x6a, 0x21, 1], least: 50, most: 150 },
    { what: 'labels', each: [0x0e, 9, ...Array(10).fill(0)], least: 500, most: 2500 },
  ])('is $least to $most for a thousand $what', ({ each, least, most }) => {
    const us = costUs(each, 1000);
    expect(us).toBeGreaterThan(least);
    expect(us).toBeLessThan(most);
  });

  it('adds up over functions', () => {
    const one = costUs(LOOP, 30);
    expect(costUs(LOOP, 30, 1000) / one).toBeCloseTo(1000, -2);
    expect(one).toBeGreaterThan(20);
  });

  // Only the contents of one function are compared with each other.
  it.each([
    { what: 'loops', each: LOOP },
    { what: 'accesses of tables', each: [0x41, 0, 0x25, 0, 0x1a] },
    { what: 'branches on zero', each: ZERO_TEST },
  ])('grows with the square of $what in a function', ({ each }) => {
    const together = costUs(each, 20_000);
    expect(together).toBeGreaterThan(1_000_000);
    expect(together / costUs(each, 20_000 / 200, 200)).toBeGreaterThan(10);
  });

  it.each([
    { name: 'a comparison', each: [0x20, 0, 0x41, 1, 0x71, 0x04, 0x40, 0x20, 0, 0x21, 1, 0x0b] },
    { name: 'a back edge', each: LOOP },
    {
      name: 'a loop that turns while the same is not zero',
      each: [0x20, 0, 0x04, 0x40, ...LOOP, 0x0b],
    },
  ])('takes $name for no branch on zero', ({ each }) => {
    expect(costUs(each, 4000)).toBeLessThan(costUs(ZERO_TEST, 4000) / 4);
  });
});

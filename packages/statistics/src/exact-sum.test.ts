import { describe, expect, it } from 'vitest';

import { ExactSum } from './exact-sum.js';
import { seededIntegers } from './random.js';

function sumOf(values: readonly number[]): number {
  const sum = new ExactSum();
  for (const value of values) sum.add(value);
  return sum.value;
}

/** The exact sum in integer multiples of 2^-1074, rounded by the engine's parser. */
function byIntegers(values: readonly number[]): number {
  const bits = new DataView(new ArrayBuffer(8));
  let total = 0n;
  for (const value of values) {
    bits.setFloat64(0, value);
    const exponent = (bits.getUint32(0) >>> 20) & 0x7ff;
    let mantissa = bits.getBigUint64(0) & 0xf_ffff_ffff_ffffn;
    if (exponent > 0) mantissa |= 1n << 52n;
    const shifted = mantissa << BigInt(Math.max(0, exponent - 1));
    total += value < 0 ? -shifted : shifted;
  }
  // 5^1074 / 10^1074 is 2^-1074.
  return Number(`${total * 5n ** 1074n}e-1074`);
}

describe('ExactSum', () => {
  it.each([
    { values: [], sum: 0 },
    { values: [-0], sum: 0 },
    { values: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], sum: 1 },
    { values: [1e100, 1, -1e100], sum: 1 },
    { values: [2 ** 53, 1, 1], sum: 2 ** 53 + 2 },
    { values: [2 ** 53, 1, 2 ** -1000], sum: 2 ** 53 + 2 },
    { values: [2 ** 960, 2 ** 960, -(2 ** 960)], sum: 2 ** 960 },
    { values: [5e-324, 5e-324], sum: 1e-323 },
  ])('sums $values to $sum', ({ values, sum }) => {
    expect(sumOf(values)).toBe(sum);
  });

  it('gives the nearest number to the exact sum, in any order and over any cut', () => {
    const below = seededIntegers(3);
    for (let round = 0; round < 200; round += 1) {
      const values = Array.from({ length: 1 + below(60) }, () => {
        const size = 2 ** (below(120) - 60) * (below(10) === 0 ? 2 ** (below(1600) - 800) : 1);
        return (below(2 ** 31) - 2 ** 30) * size;
      });
      const expected = byIntegers(values);
      expect(sumOf(values)).toBe(expected);
      expect(sumOf(values.toReversed())).toBe(expected);
      const parts = [new ExactSum(), new ExactSum(), new ExactSum()];
      for (const value of values) parts[below(3)]!.add(value);
      const merged = new ExactSum();
      for (const part of parts) merged.merge(part);
      expect(merged.value).toBe(expected);
    }
  });

  it('can be merged with itself', () => {
    const sum = new ExactSum();
    for (const value of [0.1, 0.2, 1e30]) sum.add(value);
    sum.merge(sum);
    expect(sum.value).toBe(sumOf([0.1, 0.2, 1e30, 0.1, 0.2, 1e30]));
  });

  it.each([Number.NaN, Infinity, -Infinity, 1e300, -1e300])('refuses %d', (value) => {
    const sum = new ExactSum();
    sum.add(1);
    expect(() => sum.add(value)).toThrow(
      expect.objectContaining({ code: 'STATISTICS_INVALID_ARGUMENT' }),
    );
    expect(sum.value).toBe(1);
  });
});

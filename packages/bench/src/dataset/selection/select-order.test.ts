import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { RandomNumbers } from './random-numbers.js';
import { selectOrder } from './select-order.js';

// All numbers here come from an implementation of the same words in Python, with Python's hashlib and integers.
describe('RandomNumbers', () => {
  it('gives the numbers of xoshiro128**', () => {
    const random = new RandomNumbers('x');
    expect(Array.from({ length: 6 }, () => random.next())).toEqual([
      2_070_353_667, 2_914_394_479, 3_394_129_898, 3_277_379_417, 2_682_778_144, 2_782_530_477,
    ]);
  });

  it('gives every number below a bound about as often', () => {
    const random = new RandomNumbers('fair');
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let draw = 0; draw < 70_000; draw += 1) counts[random.below(7)]! += 1;
    // Chi-square with 6 degrees of freedom: above 22.5 for one seed in a thousand, and this seed stays the same.
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(22.5);
  });
});

describe('selectOrder()', () => {
  it.each([
    { count: 10, selection: { shuffle: { seed: 0 } }, order: [2, 8, 1, 6, 3, 7, 5, 9, 4, 0] },
    {
      count: 1319,
      selection: { sample: { n: 8, seed: 7 } },
      order: [142, 406, 416, 482, 833, 962, 985, 1294],
    },
    // The records of a smaller sample are among those of a larger one.
    {
      count: 1319,
      selection: { sample: { n: 5, seed: 7 } },
      order: [142, 482, 833, 962, 1294],
    },
    {
      count: 100,
      selection: { sample: { n: 5, seed: 1 }, shuffle: { seed: 3 } },
      order: [88, 81, 43, 17, 30],
    },
    { count: 3, selection: { sample: { n: 5, seed: 1 } }, order: [0, 1, 2] },
    { count: 0, selection: { shuffle: { seed: 1 } }, order: [] },
  ])('gives the same on every machine: $selection of $count', ({ count, selection, order }) => {
    expect([...selectOrder(count, selection)!]).toEqual(order);
  });

  it('gives the same of many', () => {
    const order = selectOrder(100_000, { shuffle: { seed: 42 } })!;
    expect(createHash('sha256').update(order.join(',')).digest('hex')).toBe(
      'e86721a4f44355a0fc0daae3ee1349b358a41483ac7e844ff36b903fcd7859d5',
    );
    expect(order.toSorted().every((record, index) => record === index)).toBe(true);
  });

  it('leaves the order alone without a wish', () => {
    expect(selectOrder(5, {})).toBeUndefined();
  });
});

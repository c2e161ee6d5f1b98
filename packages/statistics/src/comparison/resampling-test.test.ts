import { describe, expect, it } from 'vitest';

import { randomSwaps, resamplingTest } from './resampling-test.js';

describe('resamplingTest()', () => {
  it('counts what is as large as the observed difference, and sacreBLEU only what is larger', () => {
    const swapped = [0.2, -0.2, 0.1, 0.3, 0];
    expect(resamplingTest(-0.2, swapped)).toEqual({ p: 4 / 6, count: 3, trials: 5 });
    expect(resamplingTest(-0.2, swapped, { method: 'sacrebleu-ar' }).p).toBe(2 / 6);
    // One record differs: each swap has the same difference.
    expect(
      resamplingTest(
        0.01,
        Array.from({ length: 99 }, () => 0.01),
      ).p,
    ).toBe(1);
  });

  it('holds bootstrap differences against their mean, as sacreBLEU does', () => {
    // The mean size is 0.2; minus that, they are 0.2, 0, 0, −0.2: one is above 0.15.
    const drawn = [0.4, 0.2, -0.2, 0];
    expect(resamplingTest(0.15, drawn, { method: 'sacrebleu-bs' })).toMatchObject({ p: 2 / 5 });
  });

  it('takes what rounding leaves for equal', () => {
    expect(resamplingTest(0.1 + 0.2, [0.3]).p).toBe(1);
    expect(resamplingTest(0.3, [0.1 + 0.2], { method: 'sacrebleu-ar' }).p).toBe(0.5);
  });

  it.each([
    [Number.NaN, [1], {}],
    [1, [], {}],
    [1, [Number.NaN], {}],
    [1, [1], { method: 'x' }],
    [1, [1], { methods: 'x' }],
  ])('refuses %s, %j and %j', (difference, resampled, options) => {
    expect(() => resamplingTest(difference, resampled, options as never)).toThrow(
      expect.objectContaining({ name: 'StatisticsError' }),
    );
  });
});

describe('randomSwaps()', () => {
  it('swaps each record in about half of all rounds, the same from the same seed', () => {
    const counts = Array.from({ length: 70 }, () => 0);
    for (const swaps of randomSwaps(70, { count: 2000, seed: 3 })) {
      for (const [k, swap] of swaps.entries()) counts[k]! += swap;
    }
    // Four standard deviations are 89.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(100);
    const first = (seed: number): string => [...randomSwaps(40, { count: 1, seed })].join();
    expect(first(1)).toBe(first(1));
    expect(first(1)).not.toBe(first(2));
  });

  it('refuses no records', () => {
    expect(() => randomSwaps(0)).toThrow(
      expect.objectContaining({ code: 'STATISTICS_INVALID_ARGUMENT' }),
    );
  });
});

import { describe, expect, it } from 'vitest';

import { bootstrapInterval } from './bootstrap-interval.js';
import { meanInterval } from './mean-interval.js';
import { proportionInterval } from './proportion-interval.js';
import { resample } from './resample.js';

describe('bootstrapInterval', () => {
  it('comes close to the interval of the normal distribution where that holds', () => {
    const values = Array.from({ length: 400 }, (_, k) => (k * 7919) % 101);
    const normal = meanInterval(values, { method: 'normal' });
    const resamples = resample(values.length, { count: 4000, seed: 7 });
    const { lower, upper } = bootstrapInterval({ values }, { resamples, method: 'bca' });
    const width = normal.upper! - normal.lower!;
    expect(Math.abs(lower! - normal.lower!)).toBeLessThan(width * 0.1);
    expect(Math.abs(upper! - normal.upper!)).toBeLessThan(width * 0.1);
  });

  it('gives no interval by bca where nothing varies, as there is another one that does', () => {
    const values = [1, 1, 1, 1, 1];
    const options = { resamples: [...resample(5, { count: 50 })].map((list) => Array.from(list)) };
    expect(bootstrapInterval({ values }, { ...options, method: 'bca' })).toEqual({
      estimate: 1,
      stderr: 0,
      lower: null,
      upper: null,
    });
    expect(bootstrapInterval({ values }, options)).toMatchObject({ lower: 1, upper: 1 });
    expect(proportionInterval(5, 5).lower).toBeLessThan(0.6);
  });

  it('refuses what it cannot compute from', () => {
    expect(() => bootstrapInterval({ values: [] }, { resamples: [[]] })).toThrow(
      expect.objectContaining({ code: 'STATISTICS_INVALID_ARGUMENT' }),
    );
    expect(() =>
      bootstrapInterval({ values: [1, 2], denominators: [1] }, { resamples: [[0]] }),
    ).toThrow(expect.objectContaining({ code: 'STATISTICS_LENGTHS_DIFFER' }));
    expect(() =>
      bootstrapInterval({ values: [1], denominators: [0] }, { resamples: [[0]] }),
    ).toThrow(expect.objectContaining({ code: 'STATISTICS_ZERO_DENOMINATOR' }));
  });
});

describe('resample', () => {
  it('draws the same from the same seed, and other records from another', () => {
    const draw = (seed: number) => Array.from([...resample(50, { count: 1, seed })][0]!);
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
    expect(draw(0).slice(0, 8)).toEqual([44, 16, 44, 43, 14, 5, 38, 25]);
  });

  it('draws every record about equally often', () => {
    const counts = Array.from({ length: 7 }, () => 0);
    for (const indices of resample(7, { count: 10_000, seed: 1 })) {
      for (let k = 0; k < indices.length; k += 1) counts[indices[k]!]! += 1;
    }
    // Five standard deviations of a binomial with 70,000 trials.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(463);
  });

  it('draws whole clusters', () => {
    const clusters = ['a', 'a', 'b', 'c', 'c', 'c'];
    for (const indices of resample(6, { count: 200, clusters })) {
      const drawn = Array.from(indices);
      const of = (index: number) => drawn.filter((other) => other === index).length;
      expect(of(0)).toBe(of(1));
      expect(new Set([of(3), of(4), of(5)]).size).toBe(1);
      expect(of(0) + of(2) + of(3)).toBe(3);
    }
  });
});

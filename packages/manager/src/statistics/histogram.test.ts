import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Histogram } from './histogram.js';

describe('Histogram', () => {
  it('has nothing to tell at first', () => {
    expect(new Histogram().summary()).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, max: 0 });
  });

  it('tells percentiles within a tenth of the exact ones', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.002, max: 100_000, noNaN: true }), { minLength: 1 }),
        (durations) => {
          const histogram = new Histogram();
          for (const duration of durations) histogram.record(duration);
          const sorted = durations.toSorted((a, b) => a - b);
          const summary = histogram.summary();
          for (const [name, share] of [
            ['p50', 0.5],
            ['p90', 0.9],
            ['p99', 0.99],
          ] as const) {
            const exact = sorted[Math.ceil(share * sorted.length) - 1]!;
            expect(summary[name] / exact).toBeGreaterThan(0.9);
            expect(summary[name] / exact).toBeLessThan(1.1);
          }
          expect(summary.max).toBe(sorted.at(-1));
        },
      ),
    );
  });
});

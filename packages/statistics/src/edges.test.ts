import { describe, expect, it } from 'vitest';

import { cohenKappa } from './agreement/index.js';
import { brierScore, calibrationError, logLoss } from './classification/index.js';
import { studentQuantile, studentTwoSided } from './distributions/index.js';
import { meanInterval, quantile, resample, signTest, wilcoxonTest } from './index.js';
import { powerOf } from './power/index.js';

const invalid = expect.objectContaining({ code: 'STATISTICS_INVALID_ARGUMENT' });

describe('statistics at their edges', () => {
  it('finds the power of two records, where a t of 63.7 decides', () => {
    // scipy 1.17.1: nct.sf(t, 1, ncp) + nct.cdf(-t, 1, ncp), and the same by scipy's quad over χ².
    const of = (sd: number, delta: number) =>
      powerOf({ test: 'paired_mean', sd }, 2, delta, { alpha: 0.01 });
    expect(of(1.4993016531123269, 2.6115732565159115)).toBeCloseTo(0.030920936272, 10);
    expect(of(1.6527461588333001, 2.2897851963981823)).toBeCloseTo(0.02478864545, 10);
  });

  it.each([
    [1e-13, 1],
    [1e-11, 3],
    [3e-12, 30],
    [1e-9, 1e6],
  ])('keeps all digits of a quantile of t at %d with %d degrees of freedom', (p, df) => {
    const t = studentQuantile(p, df);
    expect(t).toBeLessThan(0);
    expect(studentTwoSided(t, df) / (2 * p)).toBeCloseTo(1, 10);
    expect(studentQuantile(0.25, df)).toBeCloseTo(-studentQuantile(0.75, df), 12);
  });

  it('says nothing of no record', () => {
    expect(brierScore([], [])).toBeNull();
    expect(logLoss([], [])).toBeNull();
    expect(calibrationError([], [])).toEqual({ ece: null, mce: null });
    expect(cohenKappa([], [])).toMatchObject({ n: 0, kappa: null, observed: null, expected: null });
  });

  it('refuses NaN, which would spoil an order without a word', () => {
    const spoilt = [0.5, Number.NaN, 0.25];
    expect(() => quantile(spoilt, 0.5)).toThrow(invalid);
    expect(() => meanInterval(spoilt)).toThrow(invalid);
    expect(() => signTest(spoilt, [0, 0, 0])).toThrow(invalid);
    expect(() => calibrationError([0.5], [1], { bins: 2.5 })).toThrow(invalid);
    expect(() => resample(3, { count: 1.5 })).toThrow(invalid);
  });

  it('ranks many differences as few ones', () => {
    const a = Array.from({ length: 20_000 }, (_, index) => ((index * 7919) % 1000) / 1000);
    const b = a.map((value, index) => (index % 3 === 0 ? value : (value * 0.9 * 1000) / 1000));
    const { nNonzero, wPlus, wMinus } = wilcoxonTest(a, b);
    expect(wPlus + wMinus).toBe((nNonzero * (nNonzero + 1)) / 2);
  });
});

import { describe, expect, it } from 'vitest';

import { adjustPValues } from './adjust-p-values.js';
import { discordantPairs, mcnemarTest } from './mcnemar.js';
import { pairedDifference } from './paired-difference.js';
import { welchTest } from './unpaired.js';
import { wilcoxonTest } from './wilcoxon.js';

const invalid = expect.objectContaining({ code: 'STATISTICS_INVALID_ARGUMENT' });

describe('comparisons', () => {
  it('have no number for what cannot be known', () => {
    expect(pairedDifference([1], [0])).toMatchObject({ meanDifference: 1, stderr: null, p: null });
    expect(pairedDifference([null], [0])).toMatchObject({ n: 0, dropped: 1, meanDifference: null });
    expect(welchTest([], [1, 2])).toMatchObject({ meanDifference: null, p: null });
    expect(mcnemarTest({ n10: 0, n01: 0 }, { method: 'chi2' }).p).toBeNull();
    expect(mcnemarTest({ n10: 0, n01: 0 }).p).toBe(1);
  });

  it('do not take rounding for a difference', () => {
    const a = [0.3, 0.5, 0.7];
    const b = [0.2, 0.4, 0.6];
    expect(pairedDifference(a, b)).toMatchObject({ t: null, p: null });
    expect(wilcoxonTest(a, b)).toMatchObject({ wPlus: 6, wMinus: 0, p: 0.25 });
  });

  it('are symmetric: who is called a does not change p', () => {
    const a = [0.61, 0.72, 0.55, 0.9, 0.43, 0.77, 0.3];
    const b = [0.58, 0.69, 0.6, 0.81, 0.4, 0.7, 0.3];
    for (const test of [pairedDifference, wilcoxonTest, welchTest]) {
      expect(test(a, b).p).toBeCloseTo(test(b, a).p!, 14);
    }
  });

  it('keep their digits where p is tiny, and where there are many records', () => {
    const tiny = mcnemarTest({ n10: 0, n01: 1000 }, { method: 'exact' });
    expect(tiny.p! / 2 ** -999).toBeCloseTo(1, 11);
    const { p } = mcnemarTest({ n10: 500_500, n01: 499_500 }, { method: 'exact' });
    // By the normal distribution with a correction for continuity: z = 999 / √1,000,000.
    expect(p).toBeCloseTo(0.317_792, 5);
  });

  it('refuse what is no score, and lists that do not belong together', () => {
    expect(() => discordantPairs([0.5], [1])).toThrow(invalid);
    expect(() => mcnemarTest({ n10: -1, n01: 0 })).toThrow(invalid);
    expect(() => pairedDifference([1, 2], [1, 2], { confidence: 95 })).toThrow(invalid);
    expect(() => pairedDifference([1], [1, 2])).toThrow(
      expect.objectContaining({ code: 'STATISTICS_LENGTHS_DIFFER' }),
    );
    expect(() => adjustPValues([1.1])).toThrow(
      expect.objectContaining({ code: 'STATISTICS_INVALID_P' }),
    );
  });
});

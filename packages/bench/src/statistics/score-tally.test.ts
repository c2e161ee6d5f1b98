import { describe, expect, it } from 'vitest';

import { ScoreTally } from './score-tally.js';

function tallyOf(scores: readonly number[]): ScoreTally {
  const tally = new ScoreTally();
  for (const score of scores) tally.add(score);
  return tally;
}

function binary(successes: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => (index < successes ? 1 : 0));
}

describe('ScoreTally', () => {
  it('has no mean and no interval without scores', () => {
    const tally = new ScoreTally();
    expect(tally.count).toBe(0);
    expect(tally.mean).toBeUndefined();
    expect(tally.standardDeviation).toBeUndefined();
    expect(tally.interval()).toBeUndefined();
  });

  // numpy mean and std(ddof=1), scipy.stats.t.ppf(0.975, 6)
  it('gives mean, deviation and Student interval of mixed scores', () => {
    const tally = tallyOf([0.2, 0.4, 0.4, 0.9, 1, 0, 0.55]);
    expect(tally.mean).toBeCloseTo(0.4928571428571429, 14);
    expect(tally.standardDeviation).toBeCloseTo(0.358734548364771, 14);
    const interval = tally.interval()!;
    expect(interval.method).toBe('student');
    expect(interval.low).toBeCloseTo(0.16108302102719058, 12);
    expect(interval.high).toBeCloseTo(0.8246312646870952, 12);
  });

  // scipy.stats.binomtest(k, n).proportion_ci(method='wilson'), SciPy 1.17.1
  it.each([
    [0, 10, 0, 0.27753279986288926],
    [10, 10, 0.7224672001371109, 1],
    [1, 1, 0.20654931437723745, 1],
    [50, 100, 0.4038315303659956, 0.5961684696340044],
    [286, 1319, 0.19543139440558893, 0.2398750854306672],
    [742, 1319, 0.5356326528399583, 0.5890988475978164],
  ])('gives the Wilson interval of %d right among %d', (successes, count, low, high) => {
    const tally = tallyOf(binary(successes, count));
    const interval = tally.interval()!;
    expect(tally.mean).toBe(successes / count);
    expect(interval.method).toBe('wilson');
    expect(interval.low).toBeCloseTo(low, 12);
    expect(interval.high).toBeCloseTo(high, 12);
  });

  it('cuts the Student interval to [0, 1]', () => {
    const interval = tallyOf([0.5, 1, 1]).interval()!;
    expect(interval).toMatchObject({ method: 'student', high: 1 });
    expect(interval.low).toBeLessThan(0.5);
  });

  it('has no Student interval of a single score', () => {
    const tally = tallyOf([0.5]);
    expect(tally.mean).toBe(0.5);
    expect(tally.interval()).toBeUndefined();
  });

  it('keeps its digits over a million scores with a tiny spread', () => {
    const tally = new ScoreTally();
    for (let index = 0; index < 1_000_000; index += 1)
      tally.add(index % 2 === 0 ? 0.5 : 0.5 + 1e-9);
    expect(tally.mean).toBeCloseTo(0.5 + 0.5e-9, 10);
    expect(tally.standardDeviation! / 0.5e-9).toBeCloseTo(1, 4);
  });
});

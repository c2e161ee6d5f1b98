import { describe, expect, it } from 'vitest';

import { AdaptiveLimit, type AttemptSign, fixedLimit } from './concurrency-limit.js';

const learnAll = (
  limit: AdaptiveLimit,
  sign: AttemptSign,
  count: number,
  now = 0,
  isFull = true,
): void => {
  for (let index = 0; index < count; index += 1) limit.learn(sign, limit.cuts, now, isFull);
};

describe('AdaptiveLimit', () => {
  it('begins with 20, or with the most that it may have', () => {
    expect(new AdaptiveLimit(200).limit).toBe(20);
    expect(new AdaptiveLimit(7).limit).toBe(7);
  });

  it('adds one with each answer at first, and with each round once it knows a limit', () => {
    const limit = new AdaptiveLimit(200);
    learnAll(limit, 'answered', 11);
    expect(limit.limit).toBe(31);
    expect(limit.learn('refused', 0, 0, true)).toBe('cut');
    expect(limit.limit).toBe(25);
    // Rests.
    learnAll(limit, 'answered', 1000, 14_999);
    expect(limit.limit).toBe(25);
    learnAll(limit, 'answered', 24, 15_000);
    expect(limit.limit).toBe(25);
    learnAll(limit, 'answered', 1, 15_000);
    expect(limit.limit).toBe(26);
  });

  it('never grows beyond its maximum, nor while places are free', () => {
    const limit = new AdaptiveLimit(22);
    learnAll(limit, 'answered', 100, 0, false);
    expect(limit.limit).toBe(20);
    learnAll(limit, 'answered', 100);
    expect(limit.limit).toBe(22);
  });

  it('cuts once for all that were sent before', () => {
    const limit = new AdaptiveLimit(200);
    const { cuts } = limit;
    for (let index = 0; index < 20; index += 1) limit.learn('refused', cuts, 0, true);
    expect(limit.limit).toBe(16);
  });

  it('cuts again during its rest only in a storm', () => {
    const limit = new AdaptiveLimit(200);
    expect(limit.learn('refused', 0, 0, true)).toBe('cut');
    learnAll(limit, 'answered', 8, 1);
    expect(limit.learn('refused', limit.cuts, 1, true)).toBe('kept');
    expect(limit.learn('refused', limit.cuts, 1, true)).toBe('kept');
    expect(limit.limit).toBe(16);
    // The third of eleven.
    expect(limit.learn('refused', limit.cuts, 1, true)).toBe('storm');
    expect(limit.limit).toBe(13);
  });

  it('falls to one place, and no further', () => {
    const limit = new AdaptiveLimit(200);
    for (let round = 0; round < 100; round += 1) learnAll(limit, 'refused', 1, round * 20_000);
    expect(limit.limit).toBe(1);
  });

  it('ends the round without an increase when the server is in trouble', () => {
    const limit = new AdaptiveLimit(200);
    limit.learn('troubled', 0, 0, true);
    expect(limit.limit).toBe(20);
    learnAll(limit, 'answered', 19);
    limit.learn('troubled', 0, 0, true);
    learnAll(limit, 'answered', 19);
    expect(limit.limit).toBe(20);
    learnAll(limit, 'answered', 1);
    expect(limit.limit).toBe(21);
  });

  it('learns nothing from a wrong request', () => {
    const limit = new AdaptiveLimit(200);
    learnAll(limit, 'neutral', 100);
    expect(limit.limit).toBe(20);
  });
});

describe('fixedLimit()', () => {
  it('stays', () => {
    const limit = fixedLimit(64);
    limit.learn('refused', 0, 0, true);
    expect(limit.limit).toBe(64);
  });
});

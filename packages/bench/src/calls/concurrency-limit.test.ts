import { describe, expect, it } from 'vitest';

import {
  AdaptiveLimit,
  type AttemptSign,
  fixedLimit,
  type Lesson,
  type LimitSight,
} from './concurrency-limit.js';

const learnAll = (
  limit: AdaptiveLimit,
  sign: AttemptSign,
  count: number,
  more: Partial<LimitSight> = {},
): void => {
  for (let index = 0; index < count; index += 1) learn(limit, sign, more);
};

const learn = (limit: AdaptiveLimit, sign: AttemptSign, more: Partial<LimitSight> = {}): Lesson =>
  limit.learn(sign, limit.cuts, { now: 0, inFlight: limit.limit, mayGrow: true, ...more });

describe('AdaptiveLimit', () => {
  it('begins with 20, or with the most that it may have', () => {
    expect(new AdaptiveLimit(200).limit).toBe(20);
    expect(new AdaptiveLimit(7).limit).toBe(7);
  });

  it('adds one with every fifth answer at first, and with each round once it knows a limit', () => {
    const limit = new AdaptiveLimit(200);
    learnAll(limit, 'answered', 55);
    expect(limit.limit).toBe(31);
    expect(learn(limit, 'refused')).toBe('cut');
    expect(limit.limit).toBe(25);
    // The limit rests.
    learnAll(limit, 'answered', 1000, { now: 14_999 });
    expect(limit.limit).toBe(25);
    learnAll(limit, 'answered', 24, { now: 15_000 });
    expect(limit.limit).toBe(25);
    learnAll(limit, 'answered', 1, { now: 15_000 });
    expect(limit.limit).toBe(26);
  });

  it('never grows beyond its maximum, nor while places are free', () => {
    const limit = new AdaptiveLimit(22);
    learnAll(limit, 'answered', 100, { mayGrow: false });
    expect(limit.limit).toBe(20);
    learnAll(limit, 'answered', 100);
    expect(limit.limit).toBe(22);
  });

  it('cuts once for all that were sent before', () => {
    const limit = new AdaptiveLimit(200);
    const { cuts } = limit;
    for (let index = 0; index < 20; index += 1) {
      limit.learn('refused', cuts, { now: 0, inFlight: 20, mayGrow: true });
    }
    expect(limit.limit).toBe(16);
  });

  it('cuts again during its rest only in a storm', () => {
    const limit = new AdaptiveLimit(200);
    expect(learn(limit, 'refused')).toBe('cut');
    learnAll(limit, 'answered', 11, { now: 1 });
    expect(learn(limit, 'refused', { now: 1 })).toBe('kept');
    expect(learn(limit, 'refused', { now: 1 })).toBe('kept');
    expect(limit.limit).toBe(16);
    // The third of 14.
    expect(learn(limit, 'refused', { now: 1 })).toBe('storm');
    expect(limit.limit).toBe(13);
  });

  it('cuts more while calls wait to be made again', () => {
    const limit = new AdaptiveLimit(200);
    learnAll(limit, 'answered', 150);
    expect(limit.limit).toBe(50);
    learn(limit, 'refused', { inFlight: 30 });
    expect(limit.limit).toBe(32);
  });

  it('falls to one place, and no further', () => {
    const limit = new AdaptiveLimit(200);
    for (let round = 0; round < 100; round += 1) {
      learnAll(limit, 'refused', 1, { now: round * 20_000 });
    }
    expect(limit.limit).toBe(1);
  });

  it('ends the round without an increase when the server is in trouble', () => {
    const limit = new AdaptiveLimit(200);
    learn(limit, 'troubled');
    expect(limit.limit).toBe(20);
    learnAll(limit, 'answered', 19);
    learn(limit, 'troubled');
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
    limit.learn('refused', 0, { now: 0, inFlight: 64, mayGrow: true });
    expect(limit.limit).toBe(64);
  });
});

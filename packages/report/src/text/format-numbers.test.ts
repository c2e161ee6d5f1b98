import { describe, expect, it } from 'vitest';

import {
  describeMethods,
  formatCount,
  formatDifference,
  formatDifferenceInterval,
  formatP,
} from './format-numbers.js';

describe('formatCount()', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_234_567.8, '1,234,568'],
  ])('writes %d as %s', (count, expected) => {
    expect(formatCount(count)).toBe(expected);
  });
});

describe('formatDifference()', () => {
  it.each([
    [0.2, 'binary', '+20.0 pp'],
    [-0.2, 'binary', '−20.0 pp'],
    [-0.0001, 'binary', '0.0 pp'],
    [-0.0001, 'graded', '0.000'],
    [0.0056, 'graded', '+0.006'],
    [null, 'graded', '–'],
  ] as const)('writes %d of %s scores as %s', (difference, scale, expected) => {
    expect(formatDifference(difference, { scale })).toBe(expected);
  });

  it('names the unit of an interval once', () => {
    const interval = { low: -0.1, high: 0.2, confidence: 0.95, method: 'student' } as const;
    expect(formatDifferenceInterval(interval, { scale: 'binary' })).toBe('−10.0 to +20.0 pp');
  });
});

describe('formatP()', () => {
  it.each([
    [0.1795, '0.18'],
    [0.00012, '0.00012'],
    [0.00001, '< 0.0001'],
    [null, '–'],
  ])('writes %d as %s', (p, expected) => {
    expect(formatP(p)).toBe(expected);
  });
});

describe('describeMethods()', () => {
  it('names each method once, with what its clusters are', () => {
    const ends = { low: 0, high: 1, confidence: 0.95 };
    const clustered = { ...ends, method: 'clustered', clusteredBy: 'group', clusters: 12 } as const;
    const wilson = { ...ends, method: 'wilson' } as const;
    expect(describeMethods([wilson, null, wilson, clustered], 0.95)).toBe(
      "Intervals at 95 %: Wilson's; Student's t, clustered by group (12 clusters)",
    );
  });

  it('says that there are none', () => {
    expect(describeMethods([null], 0.95)).toBe('No intervals: too few scores');
  });
});

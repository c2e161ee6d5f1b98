import { describe, expect, it } from 'vitest';

import { formatBytes, formatDuration } from './format-value.js';

describe('formatDuration()', () => {
  it.each([
    [0.1234, '0.123 ms'],
    [12.34, '12.3 ms'],
    [1500, '1.50 s'],
    [125_900, '2 min 5 s'],
  ])('writes %d ms as %s', (milliseconds, expected) => {
    expect(formatDuration(milliseconds)).toBe(expected);
  });
});

describe('formatBytes()', () => {
  it.each([
    [0, '0 B'],
    [1536, '1.5 KiB'],
    [64 * 1024 * 1024, '64 MiB'],
    [5 * 1024 ** 4, '5120 GiB'],
  ])('writes %d as %s', (bytes, expected) => {
    expect(formatBytes(bytes)).toBe(expected);
  });
});

import { describe, expect, it } from 'vitest';

import { systemRandom } from './random.js';

describe('systemRandom()', () => {
  it('fills targets of every size, with other bytes each time', () => {
    const seen = new Set<string>();
    // Sizes below and above the pool size, so that the pool is used up and refilled in between.
    for (const size of [8, 1000, 1024, 1025, 4096, 65_536, 8, 1024, 1024, 1024, 1024, 16]) {
      const target = new Uint8Array(size);
      systemRandom(target);
      expect(target.some((byte) => byte !== 0)).toBe(true);
      // Also checks the end: 8 random bytes are all zero once in 2^64.
      seen.add(target.subarray(0, 8).join()).add(target.subarray(size - 8).join());
    }
    expect(seen.size).toBeGreaterThanOrEqual(22);
  });

  it('takes an empty target', () => {
    expect(() => systemRandom(new Uint8Array())).not.toThrow();
  });
});

import { hostRandom } from './host.js';

/** A number in [0, 1). */
export type Random = () => number;

/** Four 32-bit numbers, from the host. */
export function randomSeed(): readonly number[] {
  const seed = [hostRandom(0), hostRandom(0), hostRandom(0), hostRandom(0)];
  // The only state that the generator never leaves.
  return seed.every((word) => word === 0) ? [1, 0, 0, 0] : seed;
}

/** xoshiro128++ by Blackman and Vigna. */
export function createRandom(seed: readonly number[]): Random {
  let [a, b, c, d] = seed as [number, number, number, number];
  const next = (): number => {
    const sum = (a + d) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + a) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  return () => ((next() >>> 5) * 0x4000000 + (next() >>> 6)) / 0x20000000000000;
}

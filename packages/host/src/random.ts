import { randomFillSync } from 'node:crypto';

import { ConfigNode } from '@testbench/types/config';

/** Fills `target` with random bytes; at most 65,536 at a time. */
export type RandomSource = (target: Uint8Array) => void;

/** Bytes that are drawn ahead; a request for a quarter of them or more is served directly. */
const POOL_BYTES = 4096;
const pool = new Uint8Array(POOL_BYTES);
let poolUsed = POOL_BYTES;

/** Random bytes from the operating system. Small requests are served from a pool: each system call takes microseconds. */
export const systemRandom: RandomSource = (target) => {
  const { length } = target;
  if (length > POOL_BYTES / 4) {
    randomFillSync(target);
    return;
  }
  if (poolUsed + length > POOL_BYTES) {
    randomFillSync(pool);
    poolUsed = 0;
  }
  target.set(pool.subarray(poolUsed, poolUsed + length));
  // Used bytes must not be revealed later.
  pool.fill(0, poolUsed, poolUsed + length);
  poolUsed += length;
};

/**
 * Makes a reproducible source: the same seed gives the same bytes. For tests and repeatable runs; not for secrets.
 *
 * The generator is sfc32 by Chris Doty-Humphrey (PractRand), with 128 bits of state.
 *
 * @param seed A whole number from 0 to 2^53 - 1.
 * @param stream The number of the seed's stream, a whole number from 0 to 2^53 - 1; streams differ from the first byte on.
 *   @default 0
 * @throws {ConfigError} `CONFIG_INVALID` for any other seed.
 *
 * @example
 * ```ts
 * import { seededRandom } from '@testbench/host';
 *
 * const first = new Uint8Array(4);
 * const second = new Uint8Array(4);
 * seededRandom(7)(first);
 * seededRandom(7)(second);
 * first.join() === second.join(); // => true
 * ```
 */
export function seededRandom(seed: number, stream = 0): RandomSource {
  new ConfigNode(seed, 'random.seed').wholeNumber(0);
  let a = stream | 0;
  let b = seed >>> 0;
  let c = Math.floor(seed / 2 ** 32);
  // The stream's high part, which is 0 for the first 2^32 streams.
  let counter = (Math.floor(stream / 2 ** 32) + 1) | 0;
  const next = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result;
  };
  // The seed fills only part of the state; these rounds spread it.
  for (let round = 0; round < 15; round += 1) next();
  return (target) => {
    for (let index = 0; index < target.length; index += 4) {
      const word = next();
      for (let byte = 0; byte < 4 && index + byte < target.length; byte += 1) {
        target[index + byte] = word >>> (8 * byte);
      }
    }
  };
}

/** Reused for every number: creating a buffer and a view for each would take longer than everything else. */
const scratch = new Uint8Array(4);

/**
 * Draws a whole number uniformly from [0, max), without the bias that `% max` would have.
 *
 * @param max From 1 to 2^32 - 1; 0 stands for 2^32, any 32-bit number.
 */
export function drawBelow(random: RandomSource, max: number): number {
  const limit = max === 0 ? 2 ** 32 : 2 ** 32 - (2 ** 32 % max);
  for (;;) {
    random(scratch);
    const [low, second, third, high] = scratch;
    const value = low! + second! * 2 ** 8 + third! * 2 ** 16 + high! * 2 ** 24;
    if (value < limit) return max === 0 ? value : value % max;
  }
}

import { createHash } from 'node:crypto';

/**
 * Random numbers that are the same on every machine and in every version: xoshiro128** 1.1 of Blackman and Vigna, its four words of state the
 * first 16 bytes, in little endian, of the SHA-256 of a text.
 *
 * Only integers of 32 bits are involved, which are exact everywhere.
 *
 * @see https://prng.di.unimi.it/xoshiro128starstar.c
 */
export class RandomNumbers {
  readonly #state: Uint32Array;

  constructor(seed: string) {
    const digest = createHash('sha256').update(seed).digest();
    this.#state = Uint32Array.from([0, 4, 8, 12], (at) => digest.readUInt32LE(at));
    // The only state that returns nothing but zeros.
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1;
  }

  /** The next 32 bits. */
  next(): number {
    const state = this.#state;
    const scrambled = Math.imul(rotateLeft(Math.imul(state[1]!, 5), 7), 9) >>> 0;
    const shifted = state[1]! << 9;
    state[2]! ^= state[0]!;
    state[3]! ^= state[1]!;
    state[1]! ^= state[2]!;
    state[0]! ^= state[3]!;
    state[2]! ^= shifted;
    state[3] = rotateLeft(state[3]!, 11);
    return scrambled;
  }

  /** A whole number from 0 (inclusive) to `bound` (exclusive), all equally likely: values that would make some likelier are drawn again. */
  below(bound: number): number {
    const fair = 2 ** 32 - (2 ** 32 % bound);
    let drawn = this.next();
    while (drawn >= fair) drawn = this.next();
    return drawn % bound;
  }
}

function rotateLeft(word: number, bits: number): number {
  return ((word << bits) | (word >>> (32 - bits))) >>> 0;
}

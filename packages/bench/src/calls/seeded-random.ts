/**
 * Makes a source of numbers from 0 (inclusive) to 1 (exclusive), always the same for the same seed. Not for secrets.
 *
 * @param seed A whole number; its lower 32 bits count.
 * @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32: mulberry32, in the public domain
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

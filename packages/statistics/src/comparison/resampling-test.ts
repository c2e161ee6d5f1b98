import { requireCount, present } from '../arguments.js';
import { oneOf, numberFrom, readOptions, wholeNumberFrom } from '../options.js';
import { seededIntegers } from '../random.js';

/**
 * How resampled differences become a p-value.
 *
 * - `randomization`: differences after swapping; those at least as large as the observed one count. Its level never exceeds the requested one.
 * - `sacrebleu-ar`: the same, but counted as by sacreBLEU's `--paired-ar`: only larger ones. If many swaps give the same difference, for example
 *   when two systems differ on a few records only, its p is far too small.
 * - `sacrebleu-bs`: differences of a paired bootstrap, counted as by sacreBLEU's `--paired-bs`: by how much their sizes exceed their mean.
 */
export type ResamplingMethod = 'randomization' | 'sacrebleu-ar' | 'sacrebleu-bs';

/** Result of a resampling test. */
export interface ResamplingTest {
  /** Two-sided: (count + 1) / (trials + 1). */
  readonly p: number;
  /** Number of resampled differences that count as evidence against a difference. */
  readonly count: number;
  readonly trials: number;
}

/** Sums of the same numbers in a different order differ by at most this much, relative to their size. */
const ROUNDING = 1e-12;

/**
 * Tests a difference of two systems' scores of a whole set, such as BLEU, from differences of resampled sets.
 *
 * @param difference The observed difference.
 * @param resampled One difference for each swap of {@link randomSwaps}, or for each resample of a paired bootstrap.
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 * @see Noreen (1989), Computer-Intensive Methods for Testing Hypotheses; Phipson and Smyth (2010), doi:10.2202/1544-6115.1585; Koehn
 *   (2004) and sacreBLEU's significance.py for the other two
 *
 * @example
 * ```ts
 * import { resamplingTest } from '@testbench/statistics';
 *
 * resamplingTest(0.5, [0.5, -0.25, 0]).p; // => 0.5
 * resamplingTest(0.5, [0.5, -0.25, 0], { method: 'sacrebleu-ar' }).p; // => 0.25
 * ```
 */
export function resamplingTest(
  difference: number,
  resampled: readonly number[],
  options?: { readonly method?: ResamplingMethod },
): ResamplingTest {
  const { method = 'randomization' } = readOptions(options, {
    method: oneOf('randomization', 'sacrebleu-ar', 'sacrebleu-bs'),
  });
  requireCount('resampled.length', resampled.length, 1);
  const observed = Math.abs(present([difference])[0]!);
  const sizes = present(resampled).map(Math.abs);
  const mean =
    method === 'sacrebleu-bs' ? sizes.reduce((sum, size) => sum + size, 0) / sizes.length : 0;
  const least = observed * (1 - ROUNDING);
  const counts = (size: number): boolean =>
    method === 'randomization' ? size >= least : size - mean > observed * (1 + ROUNDING);
  const count = sizes.filter(counts).length;
  return { p: (count + 1) / (sizes.length + 1), count, trials: sizes.length };
}

/** Options for drawing swaps. */
export interface SwapOptions {
  /** Number of swaps. @default 10000 */
  readonly count?: number;
  /** The same seed gives the same swaps everywhere. @default 0 */
  readonly seed?: number;
}

/**
 * Draws repeatedly which records two systems swap, for a paired randomization test: each record with probability one half.
 *
 * @param n Number of records.
 * @returns A list of 0 and 1 for each swap, in memory that is reused for the next.
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 *
 * @example
 * ```ts
 * import { randomSwaps } from '@testbench/statistics';
 *
 * const [first] = randomSwaps(8, { count: 1 });
 * first?.length; // => 8
 * ```
 */
export function randomSwaps(n: number, options?: SwapOptions): Generator<Uint8Array, void, void> {
  const { count = 10_000, seed = 0 } = readOptions(options, {
    count: wholeNumberFrom(1),
    seed: numberFrom(0),
  });
  requireCount('n', n, 1);
  return draw(n, count, seededIntegers(seed));
}

function* draw(
  n: number,
  count: number,
  below: (bound: number) => number,
): Generator<Uint8Array, void, void> {
  const swaps = new Uint8Array(n);
  for (let round = 0; round < count; round += 1) {
    let bits = 0;
    for (let k = 0; k < n; k += 1) {
      // Only 30 of the 32 bits of a word are used: `below` gives numbers that are safe to shift.
      if (k % 30 === 0) bits = below(2 ** 30);
      swaps[k] = bits & 1;
      bits >>>= 1;
    }
    yield swaps;
  }
}

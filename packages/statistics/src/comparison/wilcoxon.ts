import { completePairs, type Score } from '../arguments.js';
import { normalTwoSided } from '../distributions/normal.js';
import { sum } from '../moments.js';
import { FLAG, oneOf, readOptions } from '../options.js';

/** Options of Wilcoxon's test. */
export interface WilcoxonOptions {
  /** `wilcox` leaves out records without a difference; `pratt` ranks them, and then leaves out their ranks. @default 'wilcox' */
  readonly zeroMethod?: 'wilcox' | 'pratt';
  /** `exact`: over all signs of the actual ranks, ties included. @default 'exact' up to 50 differences, else 'normal' */
  readonly mode?: 'exact' | 'normal';
  /** Correction for continuity, with `normal`. @default true */
  readonly correction?: boolean;
}

/** Wilcoxon's signed-rank test of a − b. */
export interface WilcoxonResult {
  readonly n: number;
  /** Records with a difference. */
  readonly nNonzero: number;
  /** Sum of the ranks of positive differences. */
  readonly wPlus: number;
  readonly wMinus: number;
  /** The smaller of the two. */
  readonly statistic: number;
  /** With `normal`; null without differences. */
  readonly z: number | null;
  /** Two-sided; null with `normal` and no differences. */
  readonly p: number | null;
}

const EXACT_UP_TO = 50;

/**
 * Wilcoxon's signed-rank test, for paired scores with more than two values.
 *
 * Differences are ranked after rounding to 12 digits, so that 0.3 − 0.2 and 0.2 − 0.1 tie.
 *
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`.
 * @see Wilcoxon (1945), doi:10.2307/3001968; Pratt (1959), doi:10.1080/01621459.1959.10501526
 */
export function wilcoxonTest(
  a: readonly Score[],
  b: readonly Score[],
  given?: WilcoxonOptions,
): WilcoxonResult {
  const options = readOptions(given, {
    zeroMethod: oneOf('wilcox', 'pratt'),
    mode: oneOf('exact', 'normal'),
    correction: FLAG,
  });
  const pairs = completePairs(a, b);
  const differences = Float64Array.from(pairs.a, (value, index) =>
    Number((value - pairs.b[index]!).toPrecision(12)),
  );
  const { zeroMethod = 'wilcox' } = options;
  const sizes = differences.map(Math.abs).sort();
  const zeros = zeroMethod === 'wilcox' ? firstAbove(sizes, 0) : 0;
  const ranked = sizes.subarray(zeros);
  const nNonzero = sizes.length - firstAbove(sizes, 0);
  let [wPlus, wMinus] = [0, 0];
  for (const difference of differences) {
    if (difference > 0) wPlus += midRank(ranked, difference);
    else if (difference < 0) wMinus += midRank(ranked, -difference);
  }
  const n = differences.length;
  const counts = { n, nNonzero, wPlus, wMinus, statistic: Math.min(wPlus, wMinus) };
  const kept = ranksAbove(ranked, 0);
  const mode = options.mode ?? (nNonzero <= EXACT_UP_TO ? 'exact' : 'normal');
  if (mode === 'exact') return { ...counts, z: null, p: exactP(Array.from(kept), wPlus) };
  const z = normalZ(kept, wPlus, options.correction ?? true);
  return { ...counts, z, p: z === null ? null : normalTwoSided(z) };
}

/** Index of the first value above a bound. */
function firstAbove(sorted: Float64Array, bound: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Rank, from 1, of a value in the list; equal values share their mean rank. Ranks are multiples of one half, so sums of them are exact. */
function midRank(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return (low + 1 + firstAbove(sorted, value)) / 2;
}

/** Ranks of the values above a bound, smallest first. */
function ranksAbove(sorted: Float64Array, bound: number): Float64Array {
  const ranks = new Float64Array(sorted.length);
  const from = firstAbove(sorted, bound);
  for (let start = 0; start < sorted.length;) {
    const end = firstAbove(sorted, sorted[start]!);
    ranks.fill((start + 1 + end) / 2, start, end);
    start = end;
  }
  return ranks.subarray(from);
}

/** Over all 2^m signs of the ranks, which are multiples of one half. */
function exactP(ranks: readonly number[], wPlus: number): number {
  const doubled = ranks.map((rank) => Math.round(rank * 2));
  const total = doubled.reduce((all, rank) => all + rank, 0);
  // Shares, not counts, which would exceed the integers that a double represents exactly.
  let shares = new Float64Array(total + 1);
  shares[0] = 1;
  let reach = 0;
  for (const rank of doubled) {
    const next = new Float64Array(total + 1);
    for (let w = 0; w <= reach; w += 1) {
      next[w]! += shares[w]! / 2;
      next[w + rank]! += shares[w]! / 2;
    }
    shares = next;
    reach += rank;
  }
  const place = Math.round(wPlus * 2);
  const below = sum(shares.subarray(0, place + 1));
  const above = sum(shares.subarray(place));
  return Math.min(1, 2 * Math.min(below, above));
}

function normalZ(ranks: Float64Array, wPlus: number, correction: boolean): number | null {
  const expected = sum(ranks) / 2;
  const spread = Math.sqrt(sum(ranks.map((rank) => rank * rank)) / 4);
  if (spread === 0) return null;
  const distance = wPlus - expected;
  const moved = correction ? Math.sign(distance) * Math.max(0, Math.abs(distance) - 0.5) : distance;
  return moved / spread;
}

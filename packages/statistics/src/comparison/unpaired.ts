import {
  CONFIDENCE,
  type IntervalOptions,
  invalid,
  present,
  requireCount,
  type Score,
} from '../arguments.js';
import { hypergeometricProbability } from '../distributions/hypergeometric.js';
import { normalTwoSided } from '../distributions/normal.js';
import { studentTwoSided } from '../distributions/student.js';
import { around } from '../intervals/mean-interval.js';
import { proportionInterval } from '../intervals/proportion-interval.js';
import { mean, orNull, variance } from '../moments.js';
import { oneOf, readOptions, SHARE } from '../options.js';

/** Difference of the means of two groups of different records, a − b; unknown values are null. */
export interface WelchResult {
  readonly nA: number;
  readonly nB: number;
  readonly meanDifference: number | null;
  readonly stderr: number | null;
  readonly t: number | null;
  /** By Welch and Satterthwaite; not rounded. */
  readonly df: number | null;
  /** Two-sided. */
  readonly p: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * Welch's t test: means of two groups whose variances may differ.
 *
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 * @see Welch (1947), doi:10.1093/biomet/34.1-2.28
 */
export function welchTest(
  a: readonly Score[],
  b: readonly Score[],
  options?: IntervalOptions,
): WelchResult {
  const { confidence = CONFIDENCE } = readOptions(options, { confidence: SHARE });
  const [left, right] = [present(a), present(b)];
  const counts = { nA: left.length, nB: right.length };
  const meanDifference = orNull(mean(left) - mean(right));
  const [va, vb] = [variance(left) / left.length, variance(right) / right.length];
  const stderr = Math.sqrt(va + vb);
  if (meanDifference === null || Number.isNaN(stderr)) {
    const unknown = { stderr: null, t: null, df: null, p: null, lower: null, upper: null };
    return { ...counts, meanDifference, ...unknown };
  }
  if (stderr === 0) {
    const bounds = { lower: meanDifference, upper: meanDifference };
    return { ...counts, meanDifference, stderr, t: null, df: null, p: null, ...bounds };
  }
  const df = (va + vb) ** 2 / (va ** 2 / (left.length - 1) + vb ** 2 / (right.length - 1));
  const t = meanDifference / stderr;
  return {
    ...counts,
    meanDifference,
    stderr,
    t,
    df,
    p: studentTwoSided(t, df),
    ...around(meanDifference, stderr, confidence, df),
  };
}

/** Successes of two groups of different records. */
export interface TwoProportions {
  readonly successesA: number;
  readonly nA: number;
  readonly successesB: number;
  readonly nB: number;
}

/**
 * The z test of two proportions; `z` and `p` are null if there is no variance.
 *
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 */
export function twoProportionTest(
  counts: TwoProportions,
  options?: { readonly variance?: 'pooled' | 'unpooled' },
): { readonly difference: number | null; readonly z: number | null; readonly p: number | null } {
  const { variance: kind = 'pooled' } = readOptions(options, {
    variance: oneOf('pooled', 'unpooled'),
  });
  const { successesA, nA, successesB, nB } = checked(counts);
  const [pa, pb] = [successesA / nA, successesB / nB];
  const difference = orNull(pa - pb);
  if (difference === null) return { difference, z: null, p: null };
  const pooled = (successesA + successesB) / (nA + nB);
  const spread =
    kind === 'pooled'
      ? pooled * (1 - pooled) * (1 / nA + 1 / nB)
      : (pa * (1 - pa)) / nA + (pb * (1 - pb)) / nB;
  const z = spread === 0 ? null : difference / Math.sqrt(spread);
  return { difference, z, p: z === null ? null : normalTwoSided(z) };
}

/**
 * Newcombe's hybrid score interval of the difference of two proportions.
 *
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 * @see Newcombe (1998), method 10, doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I
 */
export function newcombeInterval(
  counts: TwoProportions,
  options?: IntervalOptions,
): {
  readonly difference: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
} {
  const { successesA, nA, successesB, nB } = checked(counts);
  const a = proportionInterval(successesA, nA, options);
  const b = proportionInterval(successesB, nB, options);
  if (a.estimate === null || b.estimate === null) {
    return { difference: null, lower: null, upper: null };
  }
  const difference = a.estimate - b.estimate;
  return {
    difference,
    lower: difference - Math.hypot(a.estimate - a.lower!, b.upper! - b.estimate),
    upper: difference + Math.hypot(a.upper! - a.estimate, b.estimate - b.lower!),
  };
}

/**
 * Fisher's exact test of a two-by-two table of counts.
 *
 * @param options.alternative The alternative for the first cell: different, `less` or `greater`. @default 'two-sided'
 * @returns p; the two-sided one covers all tables that are not more probable than this one. `oddsRatio` is the sample's: null for 0/0, infinite for x/0.
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 * @see Fisher (1922), doi:10.2307/2340521
 */
export function fisherTest(
  table: readonly [readonly [number, number], readonly [number, number]],
  options?: { readonly alternative?: 'two-sided' | 'less' | 'greater' },
): { readonly p: number; readonly oddsRatio: number | null } {
  const { alternative = 'two-sided' } = readOptions(options, {
    alternative: oneOf('two-sided', 'less', 'greater'),
  });
  const [[n11, n12], [n21, n22]] = table;
  for (const count of [n11, n12, n21, n22]) requireCount('count', count);
  const draw = { population: n11 + n12 + n21 + n22, good: n11 + n21, drawn: n11 + n12 };
  const limit = hypergeometricProbability(n11, draw) * (1 + 1e-7);
  let p = 0;
  for (let k = 0; k <= Math.min(draw.good, draw.drawn); k += 1) {
    const probability = hypergeometricProbability(k, draw);
    const counts = { less: k <= n11, greater: k >= n11, 'two-sided': probability <= limit };
    if (counts[alternative]) p += probability;
  }
  const [top, bottom] = [n11 * n22, n12 * n21];
  const oddsRatio = bottom > 0 ? top / bottom : top > 0 ? Infinity : null;
  return { p: Math.min(1, p), oddsRatio };
}

function checked(counts: TwoProportions): TwoProportions {
  for (const [name, count] of Object.entries(counts)) requireCount(name, count as number);
  if (counts.successesA > counts.nA)
    throw invalid('successesA', `at most ${counts.nA}`, counts.successesA);
  if (counts.successesB > counts.nB)
    throw invalid('successesB', `at most ${counts.nB}`, counts.successesB);
  return counts;
}

import { CONFIDENCE, completePairs, type Score } from '../arguments.js';
import { studentTwoSided } from '../distributions/student.js';
import { around, MEAN_OPTIONS, type MeanIntervalOptions } from '../intervals/mean-interval.js';
import {
  clusteredInterval,
  type ClusteredInterval,
  type ClusteredOptions,
  type ClusterName,
} from '../intervals/clustered-interval.js';
import { mean, orNull, pearson, variance } from '../moments.js';
import { readOptions } from '../options.js';

/** Difference of two systems on the same records, a − b; unknown values are null. */
export interface PairedDifference {
  /** Records with both scores. */
  readonly n: number;
  /** Records that lack one of them. */
  readonly dropped: number;
  readonly meanDifference: number | null;
  readonly stderr: number | null;
  readonly df: number | null;
  /** Null if all differences are equal. */
  readonly t: number | null;
  /** Two-sided. */
  readonly p: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * Compares two systems record by record: the mean difference with its interval, and Student's paired t test.
 *
 * @param a Null for a record without a score. Both lists are in the same order.
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`, `STATISTICS_INVALID_ARGUMENT`.
 * @see Miller (2024), Adding Error Bars to Evals, arXiv:2411.00640
 *
 * @example
 * ```ts
 * import { pairedDifference } from '@testbench/statistics';
 *
 * const a = [1, 1, 0, 1, 1, 0, 1, 0, 1, 1];
 * const b = [1, 0, 0, 1, 0, 0, 1, 1, 0, 1];
 * const { meanDifference, p } = pairedDifference(a, b);
 * [meanDifference?.toFixed(1), p?.toFixed(3)]; // => ['0.2', '0.343']
 * ```
 */
export function pairedDifference(
  a: readonly Score[],
  b: readonly Score[],
  options?: MeanIntervalOptions,
): PairedDifference {
  const { confidence = CONFIDENCE, method } = readOptions(options, MEAN_OPTIONS);
  const pairs = completePairs(a, b);
  const differences = pairs.a.map((value, index) => value - pairs.b[index]!);
  const n = differences.length;
  const counts = { n, dropped: a.length - n };
  const unknown = { stderr: null, df: null, t: null, p: null, lower: null, upper: null };
  if (n === 0) return { ...counts, meanDifference: null, ...unknown };
  const meanDifference = mean(differences);
  if (n === 1) return { ...counts, meanDifference, ...unknown };
  const stderr = Math.sqrt(variance(differences) / n);
  const df = method === 'normal' ? null : n - 1;
  // Rounding residue of equal differences is not variance.
  const isConstant = stderr <= 10 * Number.EPSILON * Math.abs(meanDifference);
  const t = isConstant ? null : meanDifference / stderr;
  return {
    ...counts,
    meanDifference,
    stderr,
    df,
    t: df === null ? null : t,
    p: df === null || t === null ? null : studentTwoSided(t, df),
    ...around(meanDifference, stderr, confidence, df),
  };
}

/**
 * The same with a standard error clustered by the records' groups.
 *
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`, `STATISTICS_INVALID_ARGUMENT`.
 */
export function clusteredDifference(
  a: readonly Score[],
  b: readonly Score[],
  clusters: readonly ClusterName[],
  options?: ClusteredOptions,
): ClusteredInterval {
  const differences = a.map((value, index) => {
    const other = b[index];
    return value === null || other === null || other === undefined ? null : value - other;
  });
  return clusteredInterval(differences, clusters, options);
}

/** Benefit of pairing. */
export interface PairingGain {
  readonly n: number;
  /** Pearson's, of the two systems' scores; null if one of them is constant. */
  readonly correlation: number | null;
  readonly stderrPaired: number | null;
  readonly stderrUnpaired: number | null;
  /** Share of the variance that pairing removes: 1 − var(a − b) / (var a + var b). */
  readonly varianceReduction: number | null;
}

/**
 * How much the variance of the difference of two systems shrinks because both answered the same records.
 *
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`.
 */
export function pairingGain(a: readonly Score[], b: readonly Score[]): PairingGain {
  const pairs = completePairs(a, b);
  const n = pairs.a.length;
  const [va, vb] = [variance(pairs.a), variance(pairs.b)];
  const vd = variance(pairs.a.map((value, index) => value - pairs.b[index]!));
  return {
    n,
    correlation: pearson(pairs.a, pairs.b),
    stderrPaired: orNull(Math.sqrt(vd / n)),
    stderrUnpaired: orNull(Math.sqrt((va + vb) / n)),
    varianceReduction: orNull(1 - vd / (va + vb)),
  };
}

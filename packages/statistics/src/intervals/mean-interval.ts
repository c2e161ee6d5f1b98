import { CONFIDENCE, type IntervalOptions, present, type Score } from '../arguments.js';
import { normalQuantile } from '../distributions/normal.js';
import { studentQuantile } from '../distributions/student.js';
import { mean, variance } from '../moments.js';
import { oneOf, type OptionChecks, readOptions, SHARE } from '../options.js';

/** Options of an interval around a mean. */
export interface MeanIntervalOptions extends IntervalOptions {
  /**
   * `t`: Student's, with n − 1 degrees of freedom. `normal`: the normal distribution's, as in Miller (2024).
   *
   * @default 't'
   */
  readonly method?: 't' | 'normal';
}

/** Shared by all functions with these options. */
export const MEAN_OPTIONS: OptionChecks<MeanIntervalOptions> = {
  confidence: SHARE,
  method: oneOf('t', 'normal'),
};

/** A mean, its spread and its interval; unknown values are null. */
export interface MeanInterval {
  /** Number of values that are not missing. */
  readonly n: number;
  readonly mean: number | null;
  /** Standard deviation with n − 1 in the denominator. */
  readonly sd: number | null;
  readonly stderr: number | null;
  /** Degrees of freedom; null with the normal method, and for fewer than two values. */
  readonly df: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * Mean with a two-sided confidence interval, treating values as independent draws.
 *
 * A single value has no interval: null, not the value itself, which would be false certainty.
 *
 * @param values Null for a record without a score; those are left out.
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 * @see Student (1908), The probable error of a mean
 * @see Miller (2024), Adding Error Bars to Evals, arXiv:2411.00640
 *
 * @example
 * ```ts
 * import { meanInterval } from '@testbench/statistics';
 *
 * const { mean, lower, upper } = meanInterval([0.2, 0.4, 0.9, 0.7, 0.55]);
 * [mean, lower, upper].map((value) => value?.toFixed(3)); // => ['0.550', '0.216', '0.884']
 * ```
 */
export function meanInterval(
  values: readonly Score[],
  options?: MeanIntervalOptions,
): MeanInterval {
  const { confidence = CONFIDENCE, method } = readOptions(options, MEAN_OPTIONS);
  const numbers = present(values);
  const n = numbers.length;
  if (n === 0) {
    return { n, mean: null, sd: null, stderr: null, df: null, lower: null, upper: null };
  }
  const centre = mean(numbers);
  if (n === 1) {
    return { n, mean: centre, sd: null, stderr: null, df: null, lower: null, upper: null };
  }
  const sd = Math.sqrt(variance(numbers));
  const stderr = sd / Math.sqrt(n);
  const df = method === 'normal' ? null : n - 1;
  return { n, mean: centre, sd, stderr, df, ...around(centre, stderr, confidence, df) };
}

/** The symmetric interval around an estimate, by Student's t, or without degrees of freedom by the normal distribution. */
export function around(
  centre: number,
  stderr: number,
  confidence: number,
  df: number | null,
): { readonly lower: number; readonly upper: number } {
  const p = 0.5 + confidence / 2;
  const margin = stderr * (df === null ? normalQuantile(p) : studentQuantile(p, df));
  return { lower: centre - margin, upper: centre + margin };
}

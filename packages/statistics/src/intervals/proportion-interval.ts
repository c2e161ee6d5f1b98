import { CONFIDENCE, type IntervalOptions, invalid, requireCount } from '../arguments.js';
import { betaQuantile } from '../distributions/beta.js';
import { normalQuantile } from '../distributions/normal.js';
import { oneOf, readOptions, SHARE } from '../options.js';

/** Intervals of a proportion. */
export type ProportionMethod = 'wilson' | 'wilson_cc' | 'clopper_pearson' | 'agresti_coull';

/** A share of successes with its interval; all null without trials. */
export interface ProportionInterval {
  readonly estimate: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * Interval of a share of successes.
 *
 * - `wilson`: the score interval, the default: it keeps its coverage for few records and near 0 and 1.
 * - `wilson_cc`: the same with a correction for continuity of 0.5/n: wider.
 * - `clopper_pearson`: its coverage is never below the nominal level; it is wider than necessary.
 * - `agresti_coull`: Wilson's centre with the textbook width, clipped to [0, 1].
 *
 * @param successes From 0 to n; half points, which result from ties, are allowed.
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 * @see Wilson (1927), doi:10.1080/01621459.1927.10502953
 * @see Clopper and Pearson (1934), doi:10.1093/biomet/26.4.404
 * @see Brown, Cai and DasGupta (2001), doi:10.1214/ss/1009213286; Newcombe (1998) for `wilson_cc`
 *
 * @example
 * ```ts
 * import { proportionInterval } from '@testbench/statistics';
 *
 * proportionInterval(0, 10).upper?.toFixed(4); // => '0.2775'
 * ```
 */
export function proportionInterval(
  successes: number,
  n: number,
  options?: IntervalOptions & { readonly method?: ProportionMethod },
): ProportionInterval {
  const { confidence = CONFIDENCE, method = 'wilson' } = readOptions(options, {
    confidence: SHARE,
    method: oneOf('wilson', 'wilson_cc', 'clopper_pearson', 'agresti_coull'),
  });
  requireCount('n', n);
  requireCount('successes', successes);
  if (successes > n) throw invalid('successes', `at most n, ${n}`, successes);
  if (n === 0) return { estimate: null, lower: null, upper: null };
  const estimate = successes / n;
  const { lower, upper } = METHODS[method](successes, n, confidence);
  return { estimate, lower, upper };
}

type Bounds = { readonly lower: number; readonly upper: number };

const METHODS: Readonly<
  Record<ProportionMethod, (successes: number, n: number, confidence: number) => Bounds>
> = {
  wilson(x, n, confidence) {
    const z = normalQuantile(0.5 + confidence / 2);
    const p = x / n;
    const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
    const margin = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
    // At 0 and n the bound is exact; rounding would miss it in the last digit.
    return {
      lower: x === 0 ? 0 : Math.max(0, centre - margin),
      upper: x === n ? 1 : Math.min(1, centre + margin),
    };
  },
  wilson_cc(x, n, confidence) {
    const z = normalQuantile(0.5 + confidence / 2);
    const p = x / n;
    const z2 = z * z;
    const low = z2 - 2 - 1 / n + 4 * p * (n * (1 - p) + 1);
    const high = z2 + 2 - 1 / n + 4 * p * (n * (1 - p) - 1);
    const scale = 2 * (n + z2);
    return {
      lower: x === 0 ? 0 : Math.max(0, (2 * x + z2 - 1 - z * Math.sqrt(low)) / scale),
      upper: x === n ? 1 : Math.min(1, (2 * x + z2 + 1 + z * Math.sqrt(high)) / scale),
    };
  },
  clopper_pearson(x, n, confidence) {
    const tail = (1 - confidence) / 2;
    return {
      lower: x === 0 ? 0 : betaQuantile(tail, x, n - x + 1),
      upper: x === n ? 1 : betaQuantile(1 - tail, x + 1, n - x),
    };
  },
  agresti_coull(x, n, confidence) {
    const z = normalQuantile(0.5 + confidence / 2);
    const size = n + z * z;
    const p = (x + (z * z) / 2) / size;
    const margin = z * Math.sqrt((p * (1 - p)) / size);
    return { lower: Math.max(0, p - margin), upper: Math.min(1, p + margin) };
  },
};

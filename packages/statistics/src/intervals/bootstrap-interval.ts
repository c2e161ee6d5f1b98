import { CONFIDENCE, invalid, requireSameLength } from '../arguments.js';
import { normalLowerTail, normalQuantile } from '../distributions/normal.js';
import { StatisticsError } from '../errors.js';
import { mean, orNull, sum, variance } from '../moments.js';
import { quantileOf, sortedValues } from '../quantiles.js';
import { ITERABLE, oneOf, readOptions, SHARE } from '../options.js';

/** Data that a bootstrap resamples: one entry per record, sums for a ratio. */
export interface BootstrapData {
  /** Values; or the numerators of a ratio of sums. */
  readonly values: readonly number[];
  /** Denominators: if given, the statistic is the sum of values divided by the sum of these. */
  readonly denominators?: readonly number[];
}

/** Options of a bootstrap. */
export interface BootstrapOptions {
  readonly confidence?: number;
  /** `bca` corrects for bias and skew. @default 'percentile' */
  readonly method?: 'percentile' | 'bca';
  /** Records of each resample, by index: one list per resample. */
  readonly resamples: Iterable<ArrayLike<number>>;
}

/** An estimate with its interval from resamples; unknown values are null. */
export interface BootstrapInterval {
  readonly estimate: number | null;
  readonly stderr: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
}

/**
 * Confidence interval of a mean or of a ratio of sums from resampled records. Corpus scores are resampled as ratios of sums: by
 * the sums of each record, which add up exactly.
 *
 * If all resamples give the same value, `percentile` returns that value and `bca` returns null: show another kind of interval then
 * (such as {@link proportionInterval}), since such a sample does not prove that there is no uncertainty.
 *
 * @throws {StatisticsError} `STATISTICS_ZERO_DENOMINATOR`, `STATISTICS_LENGTHS_DIFFER`, `STATISTICS_INVALID_ARGUMENT`.
 * @see Efron (1987), Better bootstrap confidence intervals, doi:10.1080/01621459.1987.10478410
 *
 * @example
 * ```ts
 * import { bootstrapInterval, resample } from '@testbench/statistics';
 *
 * const values = [1, 0, 1, 1, 0, 1, 1, 0, 1, 1];
 * const { estimate, lower, upper } = bootstrapInterval(
 *   { values },
 *   { resamples: resample(values.length, { count: 2000, seed: 1 }) },
 * );
 * [estimate, lower! < 0.7, upper! > 0.7]; // => [0.7, true, true]
 * ```
 */
export function bootstrapInterval(
  { values, denominators }: BootstrapData,
  options: BootstrapOptions,
): BootstrapInterval {
  const { confidence = CONFIDENCE, method } = readOptions<BootstrapOptions>(options, {
    confidence: SHARE,
    method: oneOf('percentile', 'bca'),
    resamples: ITERABLE,
  });
  if (denominators !== undefined) requireSameLength(values, denominators, 'sums');
  if (values.length === 0) throw invalid('values', 'at least one', values.length);
  const statistic = (indices: ArrayLike<number>): number => {
    let top = 0;
    let bottom = 0;
    for (let k = 0; k < indices.length; k += 1) {
      const index = indices[k]!;
      top += values[index]!;
      bottom += denominators === undefined ? 1 : denominators[index]!;
    }
    return divide(top, bottom);
  };
  const estimate = divide(
    sum(values),
    denominators === undefined ? values.length : sum(denominators),
  );
  const replicates = Array.from(options.resamples, statistic);
  if (replicates.length === 0) throw invalid('resamples', 'at least one', 0);
  const stderr = orNull(Math.sqrt(variance(replicates)));
  const tail = (1 - confidence) / 2;
  const limits =
    method === 'bca'
      ? bcaLevels(estimate, replicates, jackknife(values, denominators), tail)
      : [tail, 1 - tail];
  if (limits === undefined) return { estimate, stderr, lower: null, upper: null };
  const sorted = sortedValues(replicates);
  return {
    estimate,
    stderr,
    lower: quantileOf(sorted, limits[0]!),
    upper: quantileOf(sorted, limits[1]!),
  };
}

/** The statistic with each record left out in turn; undefined if one of these is not defined. */
function jackknife(
  values: readonly number[],
  denominators: readonly number[] | undefined,
): number[] | undefined {
  if (values.length < 2) return undefined;
  const top = sum(values);
  const bottom = denominators === undefined ? values.length : sum(denominators);
  const left = values.map(
    (value, index) => (top - value) / (bottom - (denominators?.[index] ?? 1)),
  );
  return left.every(Number.isFinite) ? left : undefined;
}

/** Quantile levels from bias correction and acceleration; undefined without variance. */
function bcaLevels(
  estimate: number,
  replicates: readonly number[],
  left: readonly number[] | undefined,
  tail: number,
): [number, number] | undefined {
  if (left === undefined) return undefined;
  const below = replicates.filter((value) => value < estimate).length;
  const upTo = replicates.filter((value) => value <= estimate).length;
  const bias = normalQuantile((below + upTo) / (2 * replicates.length));
  if (!Number.isFinite(bias) || replicates.every((value) => value === replicates[0])) {
    return undefined;
  }
  const centre = mean(left);
  const distances = left.map((value) => centre - value);
  const cubes = sum(distances.map((value) => value ** 3));
  const squared = sum(distances.map((value) => value ** 2));
  if (squared === 0) return undefined;
  const acceleration = cubes / (6 * squared ** 1.5);
  const level = (z: number): number =>
    normalLowerTail(bias + (bias + z) / (1 - acceleration * (bias + z)));
  const z = normalQuantile(tail);
  return [level(z), level(-z)];
}

function divide(top: number, bottom: number): number {
  if (bottom !== 0) return top / bottom;
  throw new StatisticsError(
    'STATISTICS_ZERO_DENOMINATOR',
    'Cannot compute a ratio of sums: the denominators come to 0',
  );
}

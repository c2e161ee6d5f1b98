import { invalid, present, requireProbability, type Score } from './arguments.js';
import { mean } from './moments.js';

/**
 * Quantile of type 7: linear between neighbours at (n − 1) p; null for no values.
 *
 * @throws {StatisticsError} `STATISTICS_INVALID_P`.
 * @see Hyndman and Fan (1996), doi:10.1080/00031305.1996.10473566
 */
export function quantile(values: readonly Score[], p: number): number | null {
  requireProbability('p', p);
  return quantileOf(sortedValues(values), p);
}

/** The values that are not missing, smallest first. */
export function sortedValues(values: readonly Score[]): number[] {
  return present(values).toSorted((a, b) => a - b);
}

/** The same for values that are already sorted. */
export function quantileOf(sorted: readonly number[], p: number): number | null {
  if (sorted.length === 0) return null;
  const place = (sorted.length - 1) * p;
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low === high ? low : low + (place - below) * (high - low);
}

/** Durations, in the unit of the input; all null without values. */
export interface LatencySummary {
  readonly n: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** Mean, minimum, maximum and quantiles of type 7 of durations. */
export function latencySummary(values: readonly Score[]): LatencySummary {
  const sorted = sortedValues(values);
  const at = (p: number): number | null => quantileOf(sorted, p);
  return {
    n: sorted.length,
    mean: sorted.length === 0 ? null : mean(sorted),
    min: sorted[0] ?? null,
    max: sorted.at(-1) ?? null,
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
  };
}

/** exp of the mean of logarithms; 0 if any value is 0, null if any is negative or there are none. */
export function geometricMean(values: readonly Score[]): number | null {
  const numbers = present(values);
  if (numbers.length === 0 || numbers.some((value) => value < 0)) return null;
  if (numbers.includes(0)) return 0;
  return Math.exp(mean(numbers.map((value) => Math.log(value))));
}

/**
 * Mean without the smallest and the largest values.
 *
 * @param proportion Share that is cut at each end, rounded down to whole values; from one half on, the median is left.
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 */
export function trimmedMean(values: readonly Score[], proportion: number): number | null {
  if (!(proportion >= 0)) throw invalid('proportion', 'a number from 0', proportion);
  const sorted = sortedValues(values);
  if (sorted.length === 0) return null;
  if (proportion >= 0.5) return quantileOf(sorted, 0.5);
  const cut = Math.floor(sorted.length * proportion);
  return mean(sorted.slice(cut, sorted.length - cut));
}

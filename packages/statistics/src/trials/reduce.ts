import { invalid } from '../arguments.js';
import { compareLabels, type Label } from '../labels.js';
import { mean, tally } from '../moments.js';
import { quantile } from '../quantiles.js';

/** How the repeats of one record become one score. */
export type Reducer = 'mean' | 'median' | 'mode' | 'max' | 'min';

/** The reducers, in display order. */
export const REDUCERS: readonly Reducer[] = ['mean', 'median', 'mode', 'max', 'min'];

/**
 * Reduces the repeats of one record to one score.
 *
 * The median of an even number of values is the mean of the two in the middle. Of equally frequent values, `mode` takes the lowest;
 * texts are ordered by code point. True is 1 and false 0, except for `mode`.
 *
 * @param values Null for a repeat without a score; those are left out.
 * @returns Null if nothing is left.
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT` for a text, except in `mode`.
 *
 * @example
 * ```ts
 * import { reduceTrials } from '@testbench/statistics/trials';
 *
 * reduceTrials([1, 0, 1, 1, 0], 'mean'); // => 0.6
 * reduceTrials(['b', 'a', 'b', 'a'], 'mode'); // => 'a'
 * ```
 */
export function reduceTrials(values: readonly (Label | null)[], reducer: 'mode'): Label | null;
export function reduceTrials(values: readonly (Label | null)[], reducer: Reducer): number | null;
export function reduceTrials(values: readonly (Label | null)[], reducer: Reducer): Label | null {
  const given = values.filter((value): value is Label => value !== null);
  if (given.length === 0) return null;
  if (reducer === 'mode') return mode(given);
  const numbers = given.map((value) => {
    if (typeof value === 'string') throw invalid('score', 'a number', value);
    return Number(value);
  });
  switch (reducer) {
    case 'mean':
      return mean(numbers);
    case 'median':
      return quantile(numbers, 0.5);
    case 'max':
      return numbers.reduce((a, b) => Math.max(a, b));
    case 'min':
      return numbers.reduce((a, b) => Math.min(a, b));
    default:
      throw invalid('reducer', REDUCERS.join(', '), reducer);
  }
}

function mode(values: readonly Label[]): Label {
  const counts = [...tally(values)];
  const most = Math.max(...counts.map(([, count]) => count));
  return counts
    .filter(([, count]) => count === most)
    .map(([value]) => value)
    .sort(compareLabels)[0]!;
}

import { invalid } from '../arguments.js';
import { categoriesOf, type Label } from '../labels.js';
import { oneOf, readOptions } from '../options.js';

/** Level of measurement, which determines the distance between two values. */
export type MeasurementLevel = 'nominal' | 'ordinal' | 'interval' | 'ratio';

/**
 * Krippendorff's alpha: agreement of any number of raters, with missing values allowed.
 *
 * @param units For each item, the values that its raters gave, null for none; items with fewer than two are left out.
 * @returns Null if there is nothing to compare, or if all values are equal.
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT` for a text where a level needs numbers.
 * @see Krippendorff (2011), Computing Krippendorff's alpha-reliability
 *
 * @example
 * ```ts
 * import { krippendorffAlpha } from '@testbench/statistics/agreement';
 *
 * const units = [[1, 1, null, 1], [2, 2, 3, 2], [3, 3, 3, 3], [1, 2, 3, 4]];
 * krippendorffAlpha(units, { level: 'interval' })?.toFixed(3); // => '0.447'
 * ```
 */
export function krippendorffAlpha(
  units: readonly (readonly (Label | null)[])[],
  options?: { readonly level?: MeasurementLevel },
): number | null {
  const { level = 'nominal' } = readOptions(options, {
    level: oneOf('nominal', 'ordinal', 'interval', 'ratio'),
  });
  const pairable = units
    .map((unit) => unit.filter((value): value is Label => value !== null))
    .filter((unit) => unit.length > 1);
  const values = categoriesOf(pairable.flat());
  if (values.length < 2) return null;
  const place = new Map(values.map((value, index) => [value, index]));
  const k = values.length;
  const coincidences = values.map(() => values.map(() => 0));
  for (const unit of pairable) {
    const counts = values.map(() => 0);
    for (const value of unit) counts[place.get(value)!]! += 1;
    for (let c = 0; c < k; c += 1) {
      if (counts[c] === 0) continue;
      for (let d = 0; d < k; d += 1) {
        const pairs = counts[c]! * (counts[d]! - (c === d ? 1 : 0));
        coincidences[c]![d]! += pairs / (unit.length - 1);
      }
    }
  }
  const totals = coincidences.map((row) => row.reduce((all, count) => all + count, 0));
  const n = totals.reduce((all, count) => all + count, 0);
  const distance = distances(level, values, totals);
  let observed = 0;
  let expected = 0;
  for (let c = 0; c < k; c += 1) {
    for (let d = 0; d < k; d += 1) {
      if (c === d) continue;
      const squared = distance(c, d);
      observed += coincidences[c]![d]! * squared;
      expected += totals[c]! * totals[d]! * squared;
    }
  }
  return expected === 0 ? null : 1 - ((n - 1) * observed) / expected;
}

/** The squared distance between two values, given their positions. */
function distances(
  level: MeasurementLevel,
  values: readonly Label[],
  totals: readonly number[],
): (c: number, d: number) => number {
  if (level === 'nominal') return () => 1;
  if (level === 'ordinal') {
    const upTo = [0];
    for (const total of totals) upTo.push(upTo.at(-1)! + total);
    return (c, d) => {
      const [low, high] = c < d ? [c, d] : [d, c];
      const between = upTo[high + 1]! - upTo[low]!;
      return (between - (totals[low]! + totals[high]!) / 2) ** 2;
    };
  }
  const numbers = values.map((value) => {
    if (typeof value === 'string') throw invalid('value', 'a number for this level', value);
    return Number(value);
  });
  return (c, d) => {
    const [x, y] = [numbers[c]!, numbers[d]!];
    if (level === 'interval') return (x - y) ** 2;
    return x + y === 0 ? 0 : ((x - y) / (x + y)) ** 2;
  };
}

import { requireProbability } from '../arguments.js';
import { sum } from '../moments.js';
import { oneOf, readOptions, SHARE } from '../options.js';

/** Corrections for multiple tests. */
export type Adjustment = 'bonferroni' | 'holm' | 'hochberg' | 'bh' | 'by';

/**
 * Adjusts p-values for their number.
 *
 * `bonferroni`, `holm` and `hochberg` bound the probability of any false alarm; `bh` and `by` the expected share of false discoveries among
 * all. Holm's is the default: it needs no assumption, and is never worse than Bonferroni's.
 *
 * @param values Null for a test that could not be computed: it stays null and is not counted.
 * @returns Adjusted p-values in the order given, at most 1; `reject` is true for those of at most `alpha`.
 * @throws {StatisticsError} `STATISTICS_INVALID_P`.
 * @see Holm (1979); Hochberg (1988), doi:10.1093/biomet/75.4.800; Benjamini and Hochberg (1995); Benjamini and Yekutieli (2001)
 */
export function adjustPValues(
  values: readonly (number | null)[],
  options?: { readonly method?: Adjustment; readonly alpha?: number },
): { readonly adjusted: (number | null)[]; readonly reject: (boolean | null)[] } {
  const { method = 'holm', alpha = 0.05 } = readOptions(options, {
    method: oneOf('bonferroni', 'holm', 'hochberg', 'bh', 'by'),
    alpha: SHARE,
  });
  const order = values.flatMap((value, index) => {
    if (value === null) return [];
    requireProbability('p-value', value);
    return [index];
  });
  order.sort((i, j) => values[i]! - values[j]!);
  const m = order.length;
  const harmonic = sum(order.map((_, index) => 1 / (index + 1)));
  const factors: Readonly<Record<Adjustment, (rank: number) => number>> = {
    bonferroni: () => m,
    holm: (rank) => m - rank + 1,
    hochberg: (rank) => m - rank + 1,
    bh: (rank) => m / rank,
    by: (rank) => (harmonic * m) / rank,
  };
  const adjusted: (number | null)[] = values.map(() => null);
  const scaled = order.map((index, k) => Math.min(1, values[index]! * factors[method](k + 1)));
  if (method === 'holm') {
    for (let k = 1; k < m; k += 1) scaled[k] = Math.max(scaled[k]!, scaled[k - 1]!);
  } else if (method !== 'bonferroni') {
    for (let k = m - 2; k >= 0; k -= 1) scaled[k] = Math.min(scaled[k]!, scaled[k + 1]!);
  }
  for (const [k, index] of order.entries()) adjusted[index] = scaled[k]!;
  return { adjusted, reject: adjusted.map((value) => (value === null ? null : value <= alpha)) };
}

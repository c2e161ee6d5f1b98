import { completePairs, invalid, requireCount, type Score } from '../arguments.js';
import { binomialLowerTail, binomialProbability } from '../distributions/binomial.js';
import { chiSquareUpperTail } from '../distributions/chi-square.js';
import { evenSplitP } from './sign-test.js';
import { oneOf, readOptions } from '../options.js';

/** Variants of McNemar's test. */
export type McNemarMethod = 'exact' | 'midp' | 'chi2' | 'chi2_cc';

/** Records on which exactly one of two systems was right. */
export interface Discordant {
  /** a right, b wrong. */
  readonly n10: number;
  /** a wrong, b right. */
  readonly n01: number;
}

/** McNemar's test of two systems that are right or wrong on the same records. */
export interface McNemarResult extends Discordant {
  /** With `chi2` and `chi2_cc`; null without differences. */
  readonly statistic: number | null;
  /** Two-sided. */
  readonly p: number | null;
}

/**
 * McNemar's test: whether two systems that answered the same records differ in how often they are right.
 *
 * - `midp`: the default: finds nearly as many true differences as `chi2`, and its false alarms hardly ever exceed the nominal level.
 * - `exact`: false alarms never exceed the nominal level; finds fewer differences.
 * - `chi2`, `chi2_cc`: the approximations, without and with a correction for continuity.
 *
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 * @see McNemar (1947), doi:10.1007/BF02295996
 * @see Fagerland, Lydersen and Laake (2013), doi:10.1186/1471-2288-13-91, for mid-p
 *
 * @example
 * ```ts
 * import { mcnemarTest } from '@testbench/statistics';
 *
 * mcnemarTest({ n10: 10, n01: 3 }, { method: 'exact' }).p; // => 0.09228515625
 * ```
 */
export function mcnemarTest(
  { n10, n01 }: Discordant,
  options?: { readonly method?: McNemarMethod },
): McNemarResult {
  const { method = 'midp' } = readOptions(options, {
    method: oneOf('exact', 'midp', 'chi2', 'chi2_cc'),
  });
  requireCount('n10', n10);
  requireCount('n01', n01);
  const total = n10 + n01;
  const least = Math.min(n10, n01);
  if (method === 'exact') return { n10, n01, statistic: null, p: evenSplitP(n10, n01) };
  if (method === 'midp') {
    const p =
      total === 0
        ? 1
        : 2 * binomialLowerTail(least - 1, total, 0.5) + binomialProbability(least, total, 0.5);
    return { n10, n01, statistic: null, p: Math.min(1, p) };
  }
  if (total === 0) return { n10, n01, statistic: null, p: null };
  const distance = Math.abs(n10 - n01);
  const moved = method === 'chi2_cc' ? Math.max(distance - 1, 0) : distance;
  const statistic = (moved * moved) / total;
  return { n10, n01, statistic, p: chiSquareUpperTail(statistic, 1) };
}

/**
 * Counts the records on which exactly one of two systems was right.
 *
 * @param a 0 or 1, or null for no score.
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`; `STATISTICS_INVALID_ARGUMENT` for a score that is neither 0 nor 1.
 */
export function discordantPairs(a: readonly Score[], b: readonly Score[]): Discordant {
  const pairs = completePairs(a, b);
  let n10 = 0;
  let n01 = 0;
  for (const [index, left] of pairs.a.entries()) {
    const right = pairs.b[index]!;
    for (const value of [left, right]) {
      if (value !== 0 && value !== 1) throw invalid('score', '0 or 1', value);
    }
    if (left > right) n10 += 1;
    else if (left < right) n01 += 1;
  }
  return { n10, n01 };
}

import { requireCount, requireProbability } from '../arguments.js';
import { betaTails } from './beta.js';
import { normalQuantile } from './normal.js';
import { solveIncreasing } from './solve.js';

/**
 * Two-sided p-value of Student's t.
 *
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 */
export function studentTwoSided(t: number, df: number): number {
  requireCount('df', df, Number.MIN_VALUE);
  if (!Number.isFinite(t)) return Number.isNaN(t) ? Number.NaN : 0;
  const t2 = t * t;
  if (t2 === Infinity) return 0;
  return betaTails(df / (df + t2), t2 / (df + t2), df / 2, 0.5).lower;
}

/**
 * Quantile of Student's t distribution.
 *
 * @param df Degrees of freedom; need not be an integer.
 * @throws {StatisticsError} `STATISTICS_INVALID_P`, `STATISTICS_INVALID_ARGUMENT`.
 */
export function studentQuantile(p: number, df: number): number {
  requireProbability('p', p);
  requireCount('df', df, Number.MIN_VALUE);
  if (p === 0.5) return 0;
  // For a small p, 1 − p would keep only a few digits.
  const tail = 2 * Math.min(p, 1 - p);
  const sign = p < 0.5 ? -1 : 1;
  if (tail === 0) return sign * Infinity;
  let high = Math.max(1, -normalQuantile(tail / 2));
  while (studentTwoSided(high, df) > tail) high *= 2;
  return sign * solveIncreasing((t) => tail - studentTwoSided(t, df), 0, high);
}

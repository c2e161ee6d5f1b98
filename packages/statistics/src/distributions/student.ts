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
 * @param df Degrees of freedom; need not be whole.
 * @throws {StatisticsError} `STATISTICS_INVALID_P`, `STATISTICS_INVALID_ARGUMENT`.
 */
export function studentQuantile(p: number, df: number): number {
  requireProbability('p', p);
  requireCount('df', df, Number.MIN_VALUE);
  if (p < 0.5) return -studentQuantile(1 - p, df);
  if (p === 0.5) return 0;
  if (p === 1) return Infinity;
  const tail = 2 * (1 - p);
  let high = Math.max(1, normalQuantile(p));
  while (studentTwoSided(high, df) > tail) high *= 2;
  return solveIncreasing((t) => tail - studentTwoSided(t, df), 0, high);
}

import { requireCount, requireProbability } from '../arguments.js';
import { binomialTerm } from './terms.js';

/** Probability of exactly k successes in n; k from 0 to n. */
export function binomialProbability(k: number, n: number, p: number): number {
  if (n > SMALL || !Number.isInteger(k) || !Number.isInteger(n)) {
    return binomialTerm(k, n, p, 1 - p);
  }
  // Few enough factors to multiply: exact for a fair coin.
  let ways = 1;
  for (let i = 1; i <= k; i += 1) ways = (ways * (n - k + i)) / i;
  return ways * p ** k * (1 - p) ** (n - k);
}

const SMALL = 50;

/**
 * Probability of at most k successes in n.
 *
 * @throws {StatisticsError} `STATISTICS_INVALID_P`, `STATISTICS_INVALID_ARGUMENT`.
 */
export function binomialLowerTail(k: number, n: number, p: number): number {
  requireProbability('p', p);
  requireCount('n', n);
  if (k < 0) return 0;
  if (k >= n) return 1;
  if (p === 0) return 1;
  if (p === 1) return 0;
  const odds = (1 - p) / p;
  const isLow = k <= n * p;
  // Sums over the shorter tail, where the terms get smaller.
  let place = isLow ? Math.floor(k) : Math.floor(k) + 1;
  let term = binomialProbability(place, n, p);
  let total = 0;
  while (term > 0 && place >= 0 && place <= n) {
    total += term;
    if (term < total * 1e-18) break;
    term *= isLow ? (place / (n - place + 1)) * odds : (n - place) / (place + 1) / odds;
    place += isLow ? -1 : 1;
  }
  return Math.min(1, isLow ? total : 1 - total);
}

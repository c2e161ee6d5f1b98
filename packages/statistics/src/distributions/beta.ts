import { requireCount, requireProbability } from '../arguments.js';
import { solveIncreasing } from './solve.js';
import { binomialTerm } from './terms.js';

/** Both tails of a distribution at a point, computed separately, since 1 − tail would lose a tiny one. */
export interface Tails {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Both tails of the beta distribution at x.
 *
 * @param y 1 − x, passed separately since it may be tiny.
 * @see Press et al. (2007), Numerical Recipes, 6.4, for the continued fraction
 */
export function betaTails(x: number, y: number, a: number, b: number): Tails {
  if (x <= 0) return { lower: 0, upper: 1 };
  if (y <= 0) return { lower: 1, upper: 0 };
  const factor = ((a * b) / (a + b)) * binomialTerm(a, a + b, x, y);
  if (x < (a + 1) / (a + b + 2)) {
    const lower = (factor * fraction(x, a, b)) / a;
    return { lower, upper: 1 - lower };
  }
  const upper = (factor * fraction(y, b, a)) / b;
  return { lower: 1 - upper, upper };
}

/** By Lentz's method. */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m < 100_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const step = d * c;
    result *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return result;

  function nonZero(value: number): number {
    return Math.abs(value) < tiny ? tiny : value;
  }
}

/**
 * Quantile of the beta distribution.
 *
 * @throws {StatisticsError} `STATISTICS_INVALID_P`, `STATISTICS_INVALID_ARGUMENT`.
 */
export function betaQuantile(p: number, a: number, b: number): number {
  requireProbability('p', p);
  requireCount('a', a, Number.MIN_VALUE);
  requireCount('b', b, Number.MIN_VALUE);
  if (p === 0 || p === 1) return p;
  return solveIncreasing(
    (x) => {
      const { lower, upper } = betaTails(x, 1 - x, a, b);
      return p < 0.5 ? lower - p : 1 - p - upper;
    },
    0,
    1,
  );
}

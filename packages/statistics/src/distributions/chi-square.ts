import { requireCount } from '../arguments.js';
import { poissonTerm } from './terms.js';

/**
 * Share of the chi-square distribution above x.
 *
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`.
 */
export function chiSquareUpperTail(x: number, df: number): number {
  requireCount('df', df, Number.MIN_VALUE);
  if (!(x > 0)) return 1;
  if (x === Infinity) return 0;
  return gammaUpperTail(df / 2, x / 2);
}

/** Regularised incomplete gamma function Q(a, x). @see Press et al. (2007), Numerical Recipes, 6.2 */
function gammaUpperTail(a: number, x: number): number {
  // x^a e^(−x) / Γ(a)
  const factor = poissonTerm(a, x) * a;
  if (x < a + 1) {
    let term = 1 / a;
    let total = term;
    for (let k = 1; k < 100_000; k += 1) {
      term *= x / (a + k);
      total += term;
      if (term < total * 1e-17) break;
    }
    return 1 - factor * total;
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let result = d;
  for (let k = 1; k < 100_000; k += 1) {
    const step = -k * (k - a);
    b += 2;
    d = 1 / (step * d + b);
    c = b + step / c;
    const ratio = d * c;
    result *= ratio;
    if (Math.abs(ratio - 1) < 1e-16) break;
  }
  return factor * result;
}

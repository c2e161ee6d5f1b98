/** The 0.975 quantile of the normal distribution. */
export const NORMAL_QUANTILE = 1.959963984540054;

// From here on the expansion is exact to the last digits of a double.
const EXPANSION_FROM = 200;

/**
 * Finds the 0.975 quantile of Student's t distribution: the factor of a two-sided 95 % interval.
 *
 * Right to at least 11 digits.
 *
 * @param degreesOfFreedom A whole number from 1.
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3, 26.7.4 and 26.7.5.
 */
export function studentQuantile(degreesOfFreedom: number): number {
  if (degreesOfFreedom >= EXPANSION_FROM) return expandQuantile(degreesOfFreedom);
  let low = NORMAL_QUANTILE;
  let high = 13; // One degree of freedom needs 12.706, all others less.
  // Each step halves the interval; 53 of them use up a double's precision.
  for (let step = 0; step < 53; step += 1) {
    const middle = (low + high) / 2;
    if (centralProbability(middle, degreesOfFreedom) < 0.95) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Probability that |T| <= t: a finite sum for whole degrees of freedom (26.7.3 for odd ones, 26.7.4 for even ones). */
function centralProbability(t: number, degreesOfFreedom: number): number {
  const angle = Math.atan(t / Math.sqrt(degreesOfFreedom));
  const cosineSquared = Math.cos(angle) ** 2;
  const odd = degreesOfFreedom % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let sum = degreesOfFreedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < degreesOfFreedom; k += 2) {
    term *= ((k - 1) / k) * cosineSquared;
    sum += term;
  }
  const scaled = Math.sin(angle) * sum;
  return odd ? (2 / Math.PI) * (angle + scaled) : scaled;
}

/** The quantile as a series in 1/n around the normal one (26.7.5). */
function expandQuantile(degreesOfFreedom: number): number {
  const x = NORMAL_QUANTILE;
  const g1 = (x ** 3 + x) / 4;
  const g2 = (5 * x ** 5 + 16 * x ** 3 + 3 * x) / 96;
  const g3 = (3 * x ** 7 + 19 * x ** 5 + 17 * x ** 3 - 15 * x) / 384;
  const g4 = (79 * x ** 9 + 776 * x ** 7 + 1482 * x ** 5 - 1920 * x ** 3 - 945 * x) / 92_160;
  const inverse = 1 / degreesOfFreedom;
  return x + inverse * (g1 + inverse * (g2 + inverse * (g3 + inverse * g4)));
}

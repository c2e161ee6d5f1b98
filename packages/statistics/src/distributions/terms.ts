/** ln √(2π). */
const LN_SQRT_TWO_PI = 0.918_938_533_204_672_8;

/** Coefficients of Lanczos's approximation with g = 607/128. @see Godfrey (2001) */
const LANCZOS = [
  0.999_999_999_999_997_1, 57.156_235_665_862_92, -59.597_960_355_475_49, 14.136_097_974_741_746,
  -0.491_913_816_097_620_2, 3.399_464_998_481_189e-5, 4.652_362_892_704_858e-5,
  -9.837_447_530_487_956e-5, 1.580_887_032_249_125e-4, -2.102_644_417_241_049e-4,
  2.174_396_181_152_126_5e-4, -1.643_181_065_367_639e-4, 8.441_822_398_385_275e-5,
  -2.619_083_840_158_141e-5, 3.689_918_265_953_162e-6,
];

/** Natural logarithm of the gamma function, for positive arguments. */
export function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const z = x - 1;
  const series = LANCZOS.reduce((total, c, k) => (k === 0 ? c : total + c / (z + k)), 0);
  const t = z + 607 / 128 + 0.5;
  return LN_SQRT_TWO_PI + (z + 0.5) * Math.log(t) - t + Math.log(series);
}

/**
 * Remainder of Stirling's formula for ln n!.
 *
 * @see Loader (2000), Fast and accurate computation of binomial probabilities
 */
function stirlingError(n: number): number {
  if (n <= 15) return lnGamma(n + 1) - (n + 0.5) * Math.log(n) + n - LN_SQRT_TWO_PI;
  const n2 = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / n2) / n2) / n2) / n2) / n;
}

/** x ln(x/m) + m − x, without the cancellation where x is near m. */
function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  let total = (x - m) * v;
  let term = 2 * x * v;
  for (let k = 3; k < 1000; k += 2) {
    term *= v * v;
    const next = total + term / k;
    if (next === total) break;
    total = next;
  }
  return total;
}

/**
 * Γ(n+1) / (Γ(x+1) Γ(n−x+1)) · p^x · q^(n−x), also for fractional x and n, to nearly full precision.
 *
 * @param q 1 − p, passed separately since it may be tiny.
 */
export function binomialTerm(x: number, n: number, p: number, q: number): number {
  if (p === 0) return x === 0 ? 1 : 0;
  if (q === 0) return x === n ? 1 : 0;
  if (x === 0) return Math.exp(n * (p > 0.1 ? Math.log(q) : Math.log1p(-p)));
  if (x === n) return Math.exp(n * (q > 0.1 ? Math.log(p) : Math.log1p(-q)));
  if (x < 0 || x > n) return 0;
  const exponent =
    stirlingError(n) -
    stirlingError(x) -
    stirlingError(n - x) -
    deviance(x, n * p) -
    deviance(n - x, n * q);
  return Math.exp(exponent - LN_SQRT_TWO_PI + 0.5 * Math.log(n / x / (n - x)));
}

/** m^x e^(−m) / Γ(x+1), to nearly full precision. */
export function poissonTerm(x: number, m: number): number {
  if (m === 0) return x === 0 ? 1 : 0;
  if (x === 0) return Math.exp(-m);
  return Math.exp(-stirlingError(x) - deviance(x, m) - LN_SQRT_TWO_PI - 0.5 * Math.log(x));
}

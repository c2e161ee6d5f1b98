import { requireProbability } from '../arguments.js';
import { chiSquareUpperTail } from './chi-square.js';

const ROOT = Math.SQRT2;

/** Share of the standard normal distribution above z. */
export function normalUpperTail(z: number): number {
  const tail = chiSquareUpperTail(z * z, 1) / 2;
  return z >= 0 ? tail : 1 - tail;
}

/** Share of the standard normal distribution below z. */
export function normalLowerTail(z: number): number {
  return normalUpperTail(-z);
}

/** Two-sided p-value of a z. */
export function normalTwoSided(z: number): number {
  return chiSquareUpperTail(z * z, 1);
}

/** Density of the standard normal distribution. */
function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / (ROOT * Math.sqrt(Math.PI));
}

/**
 * Quantile of the standard normal distribution; ∓infinity at 0 and 1.
 *
 * @throws {StatisticsError} `STATISTICS_INVALID_P`.
 * @see Acklam (2003) for the initial value, which Halley's method refines to full precision
 */
export function normalQuantile(p: number): number {
  requireProbability('p', p);
  if (p === 0.5) return 0;
  if (p > 0.5) return p === 1 ? Infinity : -lowerQuantile(1 - p);
  return p === 0 ? -Infinity : lowerQuantile(p);
}

const A = [
  -3.969_683_028_665_376e1, 2.209_460_984_245_205e2, -2.759_285_104_469_687e2,
  1.383_577_518_672_69e2, -3.066_479_806_614_716e1, 2.506_628_277_459_239,
];
const B = [
  -5.447_609_879_822_406e1, 1.615_858_368_580_409e2, -1.556_989_798_598_866e2,
  6.680_131_188_771_972e1, -1.328_068_155_288_572e1, 1,
];
const C = [
  -7.784_894_002_430_293e-3, -3.223_964_580_411_365e-1, -2.400_758_277_161_838,
  -2.549_732_539_343_734, 4.374_664_141_464_968, 2.938_163_982_698_783,
];
const D = [
  7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416,
  1,
];

/** For p below a half. */
function lowerQuantile(p: number): number {
  let z: number;
  if (p < 0.024_25) {
    const q = Math.sqrt(-2 * Math.log(p));
    z = polynomial(C, q) / polynomial(D, q);
  } else {
    const q = p - 0.5;
    z = (polynomial(A, q * q) * q) / polynomial(B, q * q);
  }
  for (let round = 0; round < 2; round += 1) {
    const step = (normalLowerTail(z) - p) / normalDensity(z);
    z -= step / (1 + (z * step) / 2);
  }
  return z;
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((total, c) => total * x + c, 0);
}

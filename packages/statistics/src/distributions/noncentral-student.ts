import { lnGamma } from './terms.js';
import { normalLowerTail, normalUpperTail } from './normal.js';

/** Points and weights of the ten-point Gauss-Legendre rule, for the half above zero. */
const POINTS = [
  0.148_874_338_981_631_22, 0.433_395_394_129_247_2, 0.679_409_568_299_024_4,
  0.865_063_366_688_984_5, 0.973_906_528_517_171_7,
];
const WEIGHTS = [
  0.295_524_224_714_752_9, 0.269_266_719_309_996_4, 0.219_086_362_515_982_04,
  0.149_451_349_150_580_6, 0.066_671_344_308_688_14,
];
const PANELS = 40;

/**
 * Probability that |t| exceeds `critical` if t has a noncentral t distribution: the power of a two-sided test, both tails counted.
 *
 * It is the mean, over the distribution of the estimated deviation s, of the normal probability beyond ±critical · s.
 */
export function noncentralStudentBeyond(
  critical: number,
  df: number,
  noncentrality: number,
): number {
  // Density of s = √(χ²/df), by its logarithm.
  const scale = Math.LN2 + (df / 2) * Math.log(df / 2) - lnGamma(df / 2);
  const density = (s: number): number =>
    s <= 0 ? 0 : Math.exp(scale + (df - 1) * Math.log(s) - (df * s * s) / 2);
  const spread = 1 / Math.sqrt(2 * df);
  const low = Math.max(0, 1 - 12 * spread);
  const high = 1 + 12 * spread + (df < 4 ? 8 : 0);
  const beyond = (s: number): number =>
    normalUpperTail(critical * s - noncentrality) + normalLowerTail(-critical * s - noncentrality);
  // The probability may fall from 1 to 0 within a small part of the whole range: with two records at 1 %, within a thirtieth.
  const turn = Math.abs(noncentrality) / critical;
  const ends = [turn - 9 / critical, turn + 9 / critical].filter((s) => s > low && s < high);
  const parts = [low, ...ends, high];
  let total = 0;
  for (let part = 1; part < parts.length; part += 1) {
    total += integrate((s) => density(s) * beyond(s), parts[part - 1]!, parts[part]!);
  }
  return Math.min(1, total);
}

function integrate(f: (x: number) => number, low: number, high: number): number {
  const width = (high - low) / PANELS;
  let total = 0;
  for (let panel = 0; panel < PANELS; panel += 1) {
    const centre = low + (panel + 0.5) * width;
    for (const [k, point] of POINTS.entries()) {
      const step = (point * width) / 2;
      total += WEIGHTS[k]! * (f(centre - step) + f(centre + step));
    }
  }
  return (total * width) / 2;
}

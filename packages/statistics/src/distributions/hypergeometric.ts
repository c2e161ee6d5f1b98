import { binomialTerm } from './terms.js';

/** Drawing without replacement. */
export interface Draw {
  /** Size of the population. */
  readonly population: number;
  /** Number of good items in it. */
  readonly good: number;
  /** Number of items drawn. */
  readonly drawn: number;
}

/** Probability of exactly k good items. */
export function hypergeometricProbability(k: number, { population, good, drawn }: Draw): number {
  const bad = population - good;
  if (k < Math.max(0, drawn - bad) || k > Math.min(good, drawn)) return 0;
  if (drawn === 0 || drawn === population) return 1;
  const p = drawn / population;
  const q = (population - drawn) / population;
  return (
    (binomialTerm(k, good, p, q) * binomialTerm(drawn - k, bad, p, q)) /
    binomialTerm(drawn, population, p, q)
  );
}

/** Probability of more than k good items. */
export function hypergeometricUpperTail(k: number, draw: Draw): number {
  const { population, good, drawn } = draw;
  const least = Math.max(0, drawn - (population - good));
  const most = Math.min(good, drawn);
  const above = sumTerms(Math.max(least, Math.floor(k) + 1), most, draw);
  if (above < 0.5) return above;
  return 1 - sumTerms(least, Math.min(most, Math.floor(k)), draw);
}

function sumTerms(from: number, to: number, draw: Draw): number {
  let total = 0;
  for (let k = from; k <= to; k += 1) total += hypergeometricProbability(k, draw);
  return total;
}

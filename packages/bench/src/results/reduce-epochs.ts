import type { Reducer } from '../config/benchmark-config.js';

/** Reduces the scores of one case over all epochs to one score. */
export interface EpochReducer {
  /** @param scores At least one, each from 0 to 1. */
  (scores: readonly number[]): number;
}

/**
 * Makes the function for a reducer's name.
 *
 * `pass@k` is the probability that at least one of k answers is right (Chen et al. 2021, arXiv:2107.03374, equation 1), `pass^k` that all k are
 * (Yao et al. 2024, arXiv:2406.12045), both estimated from all epochs without bias; `at-least-k` and `majority` are 1 or 0. `mode` is the
 * most frequent score; the lowest of them if there are several.
 *
 * @param rightFrom A score from which an answer counts as right.
 *
 * @example
 * ```ts
 * import { epochReducer } from '@testbench/bench/results';
 *
 * epochReducer('pass@2')([1, 0, 0, 0]); // => 0.5
 * epochReducer('median')([0.2, 0.9, 0.4]); // => 0.4
 * ```
 */
export function epochReducer(name: Reducer, rightFrom = 1): EpochReducer {
  const rightOf = (scores: readonly number[]): number =>
    scores.filter((score) => score >= rightFrom).length;
  const kOf = (prefix: string): number => Number(name.slice(prefix.length));
  switch (name) {
    case 'mean':
      return meanOf;
    case 'median':
      return medianOf;
    case 'mode':
      return modeOf;
    case 'min':
      return (scores) => Math.min(...scores);
    case 'max':
      return (scores) => Math.max(...scores);
    case 'majority':
      return (scores) => (rightOf(scores) * 2 > scores.length ? 1 : 0);
    default:
      break;
  }
  if (name.startsWith('pass@')) {
    const k = kOf('pass@');
    return (scores) => 1 - shareOfDraws(scores.length - rightOf(scores), scores.length, k);
  }
  if (name.startsWith('pass^')) {
    const k = kOf('pass^');
    return (scores) => shareOfDraws(rightOf(scores), scores.length, k);
  }
  const k = kOf('at-least-');
  return (scores) => (rightOf(scores) >= k ? 1 : 0);
}

/** Share of the ways to draw k of n that contain only members of a part: C(part, k) / C(n, k). With fewer than k epochs, all are drawn. */
function shareOfDraws(part: number, n: number, k: number): number {
  const draws = Math.min(k, n);
  let share = 1;
  for (let drawn = 0; drawn < draws; drawn += 1) share *= Math.max(0, part - drawn) / (n - drawn);
  return share;
}

function meanOf(scores: readonly number[]): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function medianOf(scores: readonly number[]): number {
  const sorted = scores.toSorted((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function modeOf(scores: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const score of scores) counts.set(score, (counts.get(score) ?? 0) + 1);
  let [mode, most] = [Number.POSITIVE_INFINITY, 0];
  for (const [score, count] of counts) {
    if (count > most || (count === most && score < mode)) [mode, most] = [score, count];
  }
  return mode;
}

import { requireSameLength } from '../arguments.js';
import { midRanks, sum } from '../moments.js';

/**
 * Area under the receiver operating characteristic: how often a positive record has the higher score, ties counted half.
 *
 * @param truth 1 or true for a positive record.
 * @returns Null if there is only one class.
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`.
 * @see Hanley and McNeil (1982), doi:10.1148/radiology.143.1.7063747
 */
export function rocAuc(
  truth: readonly (number | boolean)[],
  score: readonly number[],
): number | null {
  requireSameLength(truth, score, 'scores');
  const ranks = midRanks(score);
  const positive = truth.filter((value) => Number(value) === 1).length;
  const negative = truth.length - positive;
  if (positive === 0 || negative === 0) return null;
  const rankSum = sum(ranks.filter((_, index) => Number(truth[index]) === 1));
  return (rankSum - (positive * (positive + 1)) / 2) / (positive * negative);
}

/**
 * Average precision over the thresholds given by the scores, without interpolation; equal scores are one threshold.
 *
 * @returns Null if no record is positive.
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`.
 */
export function averagePrecision(
  truth: readonly (number | boolean)[],
  score: readonly number[],
): number | null {
  requireSameLength(truth, score, 'scores');
  const positive = truth.filter((value) => Number(value) === 1).length;
  if (positive === 0) return null;
  const order = score.map((_, index) => index).sort((i, j) => score[j]! - score[i]!);
  let hits = 0;
  let before = 0;
  let total = 0;
  for (const [place, index] of order.entries()) {
    hits += Number(Number(truth[index]) === 1);
    const next = order[place + 1];
    if (next !== undefined && score[next] === score[index]) continue;
    total += ((hits - before) / positive) * (hits / (place + 1));
    before = hits;
  }
  return total;
}

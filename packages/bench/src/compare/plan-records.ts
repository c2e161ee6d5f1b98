import { meanInterval, StatisticsError } from '@testbench/statistics';
import {
  detectableDifference,
  detectableForMcNemar,
  requiredRecords,
  requiredRecordsForMcNemar,
} from '@testbench/statistics/power';

import type { MetricScale } from '../summary/run-summary.js';
import type { Flips, Planning } from './run-comparison.js';

/** The parameters for planning a comparison. */
export interface PlanningGoal {
  readonly alpha: number;
  readonly power: number;
  /** The cost of clusters, as a multiple of the records; null without clusters. */
  readonly designEffect: number | null;
}

/** How many records would show a difference as large as the observed one, and which difference the present number of records would show. */
export function planRecords(
  { a, b }: { readonly a: readonly number[]; readonly b: readonly number[] },
  scale: MetricScale,
  { gained, lost }: Pick<Flips, 'gained' | 'lost'>,
  { alpha, power, designEffect }: PlanningGoal,
): Planning | null {
  const n = a.length;
  if (n < 2) return null;
  const { mean, sd } = meanInterval(b.map((value, index) => value - a[index]!));
  // Clusters that vary less than independent records do so by luck; a plan must not count on that.
  const cost = Math.max(1, designEffect ?? 1);
  const goal = { alpha, power };
  const needed = ifThereIs(() =>
    scale === 'binary'
      ? requiredRecordsForMcNemar({ p10: lost / n, p01: gained / n }, goal)
      : requiredRecords({ test: 'paired_mean', sd: sd! }, mean!, goal),
  );
  const records = n / cost;
  const detectable = ifThereIs(() =>
    scale === 'binary'
      ? detectableForMcNemar((lost + gained) / n, records, goal)
      : detectableDifference({ test: 'paired_mean', sd: sd! }, records, goal),
  );
  return {
    alpha,
    power,
    recordsNeeded: needed === null ? null : Math.ceil(needed.nCeil * cost),
    // Scores are from 0 to 1, so a larger difference is impossible.
    detectableDifference:
      detectable !== null && detectable > 0 && detectable <= 1 ? detectable : null,
  };
}

/** Null where statistics give no answer, such as for a difference of 0. */
function ifThereIs<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof StatisticsError) return null;
    throw error;
  }
}

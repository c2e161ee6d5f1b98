import type { BenchmarkProgress } from '@testbench/bench';
import { formatCount } from '@testbench/report/terminal';

import { formatMoney, formatTimeLeft } from './format-value.js';

/** One part of a progress line. */
export interface ProgressPart {
  readonly kind: 'title' | 'percent' | 'count' | 'rate' | 'flight' | 'failed' | 'cost' | 'left';
  readonly text: string;
  /** The highest is dropped first if space is short. */
  readonly rank: number;
}

/** Minimum time for a meaningful rate. */
const LEAST_MS = 100;

/**
 * Describes the progress of a run.
 *
 * @param elapsedMs Time this process has worked on it.
 */
export function describeProgress(
  progress: BenchmarkProgress,
  elapsedMs: number,
): readonly ProgressPart[] {
  const { records, earlierRecords, totalRecords, fraction, inFlight, failedRows, cost } = progress;
  const made = records - earlierRecords;
  const aSecond = elapsedMs < LEAST_MS ? 0 : made / (elapsedMs / 1000);
  const parts: ProgressPart[] = [
    { kind: 'percent', text: `${Math.floor(fraction * 100)} %`.padStart(5), rank: 0 },
    {
      kind: 'count',
      text: `${formatCount(records)} of ${formatCount(totalRecords)} records`,
      rank: 3,
    },
  ];
  if (aSecond > 0) parts.push({ kind: 'rate', text: formatRate(aSecond), rank: 6 });
  if (inFlight > 0) {
    parts.push({ kind: 'flight', text: `${formatCount(inFlight)} in flight`, rank: 7 });
  }
  if (failedRows > 0) {
    parts.push({ kind: 'failed', text: `${formatCount(failedRows)} failed`, rank: 1 });
  }
  if (cost > 0) parts.push({ kind: 'cost', text: `cost ${formatMoney(cost)}`, rank: 5 });
  if (aSecond > 0 && records < totalRecords) {
    const leftMs = ((totalRecords - records) / aSecond) * 1000;
    parts.push({ kind: 'left', text: `${formatTimeLeft(leftMs)} left`, rank: 2 });
  }
  return parts;
}

/** Slow rates are given per minute. */
function formatRate(aSecond: number): string {
  if (aSecond >= 10) return `${formatCount(aSecond)}/s`;
  if (aSecond >= 1) return `${aSecond.toFixed(1)}/s`;
  return `${(aSecond * 60).toFixed(1)}/min`;
}

import type { PairedRecords } from '../compare/pair-records.js';
import type { MetricColumn } from '../summary/score-table.js';
import type { NamedRecord } from './check-losses.js';

/**
 * What became of records that must not get worse.
 *
 * @param names Ids, or indices as texts.
 * @param rightFrom The score from which an answer is right; null if every lower score is worse.
 */
export function followRecords(
  names: readonly string[],
  [a, b]: readonly [MetricColumn, MetricColumn],
  { places, records }: PairedRecords,
  rightFrom: number | null,
): NamedRecord[] {
  const positions = new Map(records.keys.map((key, position) => [key, position]));
  return [...new Set(names)].map((record) => {
    const position = positions.get(record);
    if (position === undefined) return { record, state: 'unknown' };
    const [left, right] = places[position]!;
    const [before, after] = [a.values.at(left), b.values.at(right)];
    const least = rightFrom ?? before;
    // Of a record that was wrong before, or had no score, nothing was lost. One that has no score any more broke.
    const isWorse = before >= least && !(after >= least);
    return { record, state: isWorse ? 'worse' : 'fine' };
  });
}

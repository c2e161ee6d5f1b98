import type { PairedRecords } from '../compare/pair-records.js';
import type { MetricColumn } from '../summary/score-table.js';
import type { NamedRecord } from './check-losses.js';

/**
 * The state of records that must not get worse.
 *
 * @param names Ids, or indices as texts.
 * @param rightFrom The score from which an answer is right; null if every lower score is worse.
 */
export function followRecords(
  names: readonly string[],
  [a, b]: readonly [MetricColumn, MetricColumn],
  { a: left, b: right, records }: PairedRecords,
  rightFrom: number | null,
): NamedRecord[] {
  const wanted = new Set(names);
  const positions = new Map<string, number>();
  for (let position = 0; position < records.count && wanted.size > 0; position += 1) {
    const key = records.keyAt(position);
    if (wanted.has(key)) positions.set(key, position);
  }
  return [...wanted].map((record) => {
    const position = positions.get(record);
    if (position === undefined) return { record, state: 'unknown' };
    const [before, after] = [a.values.at(left[position]!), b.values.at(right[position]!)];
    const least = rightFrom ?? before;
    // A record that was wrong before, or had no score, lost nothing. One that no longer has a score got worse.
    const isWorse = before >= least && !(after >= least);
    return { record, state: isWorse ? 'worse' : 'fine' };
  });
}

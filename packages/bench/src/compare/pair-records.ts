import type { RecordColumns, ScoreTable } from '../summary/score-table.js';
import { notComparable } from './not-comparable.js';

/** Records that are in both runs, in the order of the first. */
export interface PairedRecords {
  readonly pairedBy: 'id' | 'index';
  /** Places in the tables of a and b. */
  readonly places: readonly (readonly [a: number, b: number])[];
  /** The records that are in both; groups and clusters as the second run has them, or else the first. */
  readonly records: RecordColumns;
}

/**
 * Finds the records that both runs have: by their ids, or in the same data set by their index.
 *
 * @throws {BenchError} `BENCH_NOT_COMPARABLE` if the data sets differ and a record has no id, if an id occurs twice, or if nothing is in both.
 */
export function pairRecords(a: ScoreTable, b: ScoreTable): PairedRecords {
  const isSameData = a.facts.dataset.digest === b.facts.dataset.digest;
  const [left, right] = [a.facts.run, b.facts.run];
  if (!isSameData && !(a.records.hasIds && b.records.hasIds)) {
    throw notComparable(
      left,
      right,
      'their data sets differ, and records without an id cannot be found again; name the field of the id in "dataset.fields.id"',
    );
  }
  const byId = a.records.hasIds && b.records.hasIds;
  const keysOf = ({ keys, indices }: RecordColumns): readonly (string | number)[] =>
    byId ? keys : indices;
  const places = new Map<string | number, number>();
  for (const [place, key] of keysOf(b.records).entries()) {
    if (places.has(key)) throw twice(left, right, key);
    places.set(key, place);
  }
  const seen = new Set<string | number>();
  const found: [number, number][] = [];
  for (const [place, key] of keysOf(a.records).entries()) {
    if (seen.has(key)) throw twice(left, right, key);
    seen.add(key);
    const other = places.get(key);
    if (other !== undefined) found.push([place, other]);
  }
  if (found.length === 0) throw notComparable(left, right, 'no record is in both');
  return {
    pairedBy: byId ? 'id' : 'index',
    places: found,
    records: {
      keys: found.map(([place]) => a.records.keys[place]!),
      indices: found.map(([place]) => a.records.indices[place]!),
      groups: found.map(([place, other]) => b.records.groups[other] ?? a.records.groups[place]),
      clusters: found.map(
        ([place, other]) => b.records.clusters[other] ?? a.records.clusters[place],
      ),
      hasIds: byId,
    },
  };
}

function twice(a: string, b: string, key: string | number): Error {
  return notComparable(a, b, `the record ${JSON.stringify(key)} occurs twice in one of them`);
}

import { indexRecords, nameOf, type RecordColumns } from '../summary/record-columns.js';
import type { ScoreTable } from '../summary/score-table.js';
import { NameColumn } from '../summary/text-pool.js';
import { notComparable } from './not-comparable.js';

/** Records that are in both runs, in the order of the first run. */
export interface PairedRecords {
  readonly pairedBy: 'id' | 'index';
  /** Indices in the tables of a and b. */
  readonly a: Uint32Array;
  readonly b: Uint32Array;
  /** The records that are in both; groups and clusters come from the second run, or else from the first. */
  readonly records: RecordColumns;
}

/**
 * Finds the records that both runs have: by their ids, or, within the same data set, by their index.
 *
 * @throws {BenchError} `BENCH_NOT_COMPARABLE` if the data sets differ and a record has no id, if an id occurs twice, or if no record is in both.
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
  const pairedBy = byId ? 'id' : 'index';
  const fail = (key: string): Error => twice(left, right, byId ? key : Number(key));
  const places = indexRecords(b.records, pairedBy, fail);
  // A run compared with itself has every record once, and its records were checked already.
  if (a.records !== b.records) indexRecords(a.records, pairedBy, fail);
  const found = { a: new Uint32Array(a.records.count), b: new Uint32Array(a.records.count) };
  let count = 0;
  for (let place = 0; place < a.records.count; place += 1) {
    const other = places.find(nameOf(a.records, pairedBy, place));
    if (other === undefined) continue;
    found.a[count] = place;
    found.b[count] = other;
    count += 1;
  }
  if (count === 0) throw notComparable(left, right, 'no record is in both');
  const [ofA, ofB] = [found.a.subarray(0, count), found.b.subarray(0, count)];
  const both = (column: 'groups' | 'clusters'): NameColumn => {
    const names = new NameColumn();
    for (let pair = 0; pair < count; pair += 1) {
      names.add(b.records[column].at(ofB[pair]!) ?? a.records[column].at(ofA[pair]!));
    }
    return names;
  };
  return {
    pairedBy,
    a: ofA,
    b: ofB,
    records: {
      count,
      hasIds: byId,
      groups: both('groups'),
      clusters: both('clusters'),
      keyAt: (pair) => a.records.keyAt(ofA[pair]!),
      indexAt: (pair) => a.records.indexAt(ofA[pair]!),
    },
  };
}

function twice(a: string, b: string, key: string | number): Error {
  return notComparable(a, b, `the record ${JSON.stringify(key)} occurs twice in one of them`);
}

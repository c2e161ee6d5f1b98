import { NumberColumn } from './number-column.js';
import { NameColumn, PlaceIndex, TextList } from './text-pool.js';

/** The records of a run: their names, groups and clusters. */
export interface RecordColumns {
  readonly count: number;
  /** True if every record has an id by which it can be found in other data too. */
  readonly hasIds: boolean;
  readonly groups: NameColumn;
  /** Values of the column that names clusters, if there is one. */
  readonly clusters: NameColumn;
  /** The id, or else the index as a text. */
  keyAt(place: number): string;
  indexAt(place: number): number;
}

/** Records that are added one by one: some twenty bytes each, plus the text of ids. */
export class RecordList implements RecordColumns {
  readonly groups = new NameColumn();
  readonly clusters = new NameColumn();
  /** Undefined as long as records are in the order of their indices, from 0. */
  #indices: NumberColumn | undefined;
  #count = 0;
  /** Undefined as long as all records are named by their index. */
  #ids: TextList | undefined;
  #areAllNamed = true;
  #isAnyNamed: boolean;

  /** @param isAnyNamed True if the plan names the id field: then an id may look like an index. */
  constructor(isAnyNamed: boolean) {
    this.#isAnyNamed = isAnyNamed;
  }

  get count(): number {
    return this.#count;
  }

  get hasIds(): boolean {
    return this.#areAllNamed && this.#isAnyNamed;
  }

  add(record: {
    readonly index: number;
    readonly id: string | undefined;
    readonly group: string | undefined;
    readonly cluster: string | undefined;
  }): void {
    const { index, id, group, cluster } = record;
    const key = id ?? String(index);
    if (this.#ids === undefined && key !== String(index)) this.#useIds();
    this.#ids?.add(key);
    // Rows of data without ids have the index instead, which identifies a record only within the same data.
    this.#areAllNamed &&= id !== undefined;
    this.#isAnyNamed ||= id !== String(index);
    if (this.#indices === undefined && index !== this.#count) this.#useIndices();
    this.#indices?.add(index);
    this.#count += 1;
    this.groups.add(group);
    this.clusters.add(cluster);
  }

  keyAt(place: number): string {
    return this.#ids?.at(place) ?? String(this.indexAt(place));
  }

  indexAt(place: number): number {
    return this.#indices === undefined ? place : this.#indices.at(place);
  }

  /** An index that two records have. */
  firstTwice(): number | undefined {
    return this.#indices?.firstTwice();
  }

  #useIndices(): void {
    this.#indices = new NumberColumn();
    for (let place = 0; place < this.#count; place += 1) this.#indices.add(place);
  }

  #useIds(): void {
    this.#ids = new TextList();
    for (let place = 0; place < this.count; place += 1) this.#ids.add(String(this.indexAt(place)));
  }
}

/**
 * Places by the keys of records, or by their indices.
 *
 * @param twice Creates the error for a key that occurs twice.
 */
export function indexRecords(
  records: Pick<RecordColumns, 'count' | 'keyAt' | 'indexAt'>,
  by: 'id' | 'index',
  twice: (key: string) => Error,
): PlaceIndex {
  const at = (place: number): string => nameOf(records, by, place);
  const index = new PlaceIndex(at);
  for (let place = 0; place < records.count; place += 1) {
    const key = at(place);
    if (index.find(key) !== undefined) throw twice(key);
    index.add(key, place);
  }
  return index;
}

/** The key by which a record is found. */
export function nameOf(
  records: Pick<RecordColumns, 'keyAt' | 'indexAt'>,
  by: 'id' | 'index',
  place: number,
): string {
  return by === 'id' ? records.keyAt(place) : String(records.indexAt(place));
}

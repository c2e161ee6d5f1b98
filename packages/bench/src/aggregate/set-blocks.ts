import { ownValue } from '../own-value.js';
import type { ResultRow } from '../results/result-row.js';
import { CLUSTER_COLUMN } from '../summary/cluster-column.js';
import { type ClusterBy, clusterName } from '../summary/clusters.js';
import { LEAST_CLUSTERS } from '../summary/limits.js';
import { ClusterBlocks } from './cluster-blocks.js';
import { type BlockTable, SumBlocks } from './sum-blocks.js';

/** What is drawn from a set. */
export interface DrawnBlocks {
  readonly table: BlockTable;
  /** What groups the records into clusters; undefined if they are drawn one by one. */
  readonly clusteredBy?: string;
}

/** Sums of a set's records for its bootstrap: by record, and by cluster. */
export class SetBlocks {
  readonly #by: ClusterBy;
  readonly #records = new SumBlocks();
  readonly #byColumn = new ClusterBlocks();
  /** The same object as long as no record has a column or a group: then each record is a cluster in both, and adding it twice would take time. */
  #byGroup: ClusterBlocks;
  /** A column or group that no record has is ignored. */
  #hasColumn = false;
  #hasGroup = false;

  /** @param by As in a summary. */
  constructor(by: ClusterBy) {
    this.#by = by;
    this.#byGroup = by === 'auto' ? this.#byColumn : new ClusterBlocks();
  }

  /** Numbers kept. */
  get numbers(): number {
    return this.#records.numbers + this.#byColumn.numbers + this.#byGroup.numbers;
  }

  /** The largest number of blocks kept of one kind. */
  get count(): number {
    return this.#parts().reduce((most, { count }) => Math.max(most, count), 0);
  }

  /** Adds all results of one record; its epochs stay together. */
  add(row: ResultRow, results: readonly Readonly<Record<string, number>>[]): void {
    this.#records.add(results);
    if (this.#by === 'none') return;
    const { index, group, columns } = row;
    const isByColumn = this.#by !== 'group';
    const name = isByColumn ? clusterName(ownValue(columns ?? {}, this.#column)) : undefined;
    this.#hasColumn ||= name !== undefined;
    if (this.#by === 'auto' && (name ?? group) !== undefined) this.#split();
    if (isByColumn) this.#byColumn.add(keyOf(name, index), results);
    if (this.#by !== 'auto' && this.#by !== 'group') return;
    this.#hasGroup ||= group !== undefined;
    if (!isByColumn || !this.#isShared) this.#byGroup.add(keyOf(group, index), results);
  }

  merge(other: SetBlocks): void {
    this.#records.merge(other.#records);
    if (!other.#isShared) this.#split();
    this.#byColumn.merge(other.#byColumn);
    if (!this.#isShared) this.#byGroup.merge(other.#byGroup);
    this.#hasColumn ||= other.#hasColumn;
    this.#hasGroup ||= other.#hasGroup;
  }

  /** Doubles the size of the blocks of the kind that has the most. */
  halve(): void {
    const { count } = this;
    for (const part of new Set(this.#parts()))
      if (part.count > 1 && part.count > count / 2) part.halve();
  }

  drawn(): DrawnBlocks {
    if (this.#hasColumn && this.#byColumn.isWorthDrawing(2)) {
      return { table: this.#byColumn.table(), clusteredBy: this.#column };
    }
    const least = this.#by === 'auto' ? LEAST_CLUSTERS : 2;
    if (this.#hasGroup && this.#byGroup.isWorthDrawing(least)) {
      return { table: this.#byGroup.table(), clusteredBy: 'group' };
    }
    return { table: this.#records.table() };
  }

  get #column(): string {
    return this.#by === 'auto' ? CLUSTER_COLUMN : this.#by;
  }

  get #isShared(): boolean {
    return this.#byColumn === this.#byGroup;
  }

  #split(): void {
    if (this.#isShared) this.#byGroup = this.#byColumn.copy();
  }

  #parts(): readonly (SumBlocks | ClusterBlocks)[] {
    return [this.#records, this.#byColumn, this.#byGroup];
  }
}

/** A record without a name is its own cluster; the prefix keeps it apart from names. */
function keyOf(name: string | undefined, index: number): string {
  return name === undefined ? `record ${index}` : `:${name}`;
}

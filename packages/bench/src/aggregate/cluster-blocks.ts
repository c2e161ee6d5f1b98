import { MAX_BLOCKS } from './limits.js';
import { type Block, type BlockTable, indexOfName, tableOf } from './sum-blocks.js';

interface Cluster {
  records: number;
  n: number;
  readonly sums: Map<number, number>;
}

/**
 * Sums of records by cluster, for a bootstrap that draws whole clusters. Each cluster is kept separately while there is room;
 * beyond that, clusters are merged by a hash of their names: which ones are merged does not depend on their scores, so drawing such
 * parts gives the same spread as drawing clusters.
 */
export class ClusterBlocks {
  readonly #names = new Map<string, number>();
  /** By name; once there is no more room, by the number of a part. */
  #clusters = new Map<string | number, Cluster>();
  /** 0 while each cluster is kept separately. */
  #parts = 0;
  #numbers = 0;
  #records = 0;
  #isAnyShared = false;

  /** Numbers kept. */
  get numbers(): number {
    return this.#numbers;
  }

  /** What is drawn: clusters, or parts of several. */
  get count(): number {
    return this.#clusters.size;
  }

  /** True if records come in clusters at all, and there are at least this many. */
  isWorthDrawing(least: number): boolean {
    return this.#isAnyShared && this.count >= least;
  }

  /** Adds all results of one record. */
  add(name: string, results: readonly Readonly<Record<string, number>>[]): void {
    const cluster = this.#clusterOf(name);
    for (const metrics of results) {
      for (const key of Object.keys(metrics)) {
        this.#addNumber(cluster, indexOfName(this.#names, key), metrics[key]!);
      }
    }
    cluster.n += results.length;
    cluster.records += 1;
    this.#records += 1;
    if (cluster.records > 1 && this.#parts === 0) this.#isAnyShared = true;
    if (this.#parts === 0 && this.#clusters.size > MAX_BLOCKS) this.halve();
  }

  /** Adds the clusters of another instance. */
  merge(other: ClusterBlocks): void {
    while (this.#parts !== other.#parts) {
      if (this.#parts === 0 || (other.#parts !== 0 && other.#parts < this.#parts)) this.halve();
      else other.halve();
    }
    const keys = [...other.#names.keys()].map((name) => indexOfName(this.#names, name));
    for (const [name, { records, n, sums }] of other.#clusters) {
      const cluster = this.#clusters.get(name) ?? this.#open(name);
      for (const [key, value] of sums) this.#addNumber(cluster, keys[key]!, value);
      cluster.n += n;
      cluster.records += records;
      if (cluster.records > 1 && this.#parts === 0) this.#isAnyShared = true;
    }
    this.#records += other.#records;
    this.#isAnyShared ||= other.#isAnyShared;
    if (this.#parts === 0 && this.#clusters.size > MAX_BLOCKS) this.halve();
  }

  /** An independent copy. */
  copy(): ClusterBlocks {
    const copy = new ClusterBlocks();
    for (const [name, index] of this.#names) copy.#names.set(name, index);
    for (const [name, { records, n, sums }] of this.#clusters) {
      copy.#clusters.set(name, { records, n, sums: new Map(sums) });
    }
    copy.#parts = this.#parts;
    copy.#numbers = this.#numbers;
    copy.#records = this.#records;
    copy.#isAnyShared = this.#isAnyShared;
    return copy;
  }

  /** Merges clusters into half as many parts. */
  halve(): void {
    const before = this.#clusters;
    this.#parts = this.#parts === 0 ? MAX_BLOCKS / 2 : Math.max(1, this.#parts / 2);
    this.#clusters = new Map();
    this.#numbers = 0;
    for (const [name, { records, n, sums }] of before) {
      const part = typeof name === 'string' ? this.#partOf(name) : name % this.#parts;
      const cluster = this.#clusters.get(part) ?? this.#open(part);
      for (const [key, value] of sums) this.#addNumber(cluster, key, value);
      cluster.n += n;
      cluster.records += records;
    }
  }

  /** In the order of names, which does not depend on the order of arrival. */
  table(): BlockTable {
    const blocks = [...this.#clusters]
      .map(([name, cluster]) => [String(name), cluster] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([, { n, sums }]): Block => ({
        n,
        metrics: [...sums.keys()],
        values: [...sums.values()],
      }));
    return tableOf([...this.#names.keys()], blocks, this.#records / Math.max(1, blocks.length));
  }

  #clusterOf(name: string): Cluster {
    const key = this.#parts === 0 ? name : this.#partOf(name);
    return this.#clusters.get(key) ?? this.#open(key);
  }

  #open(key: string | number): Cluster {
    const cluster = { records: 0, n: 0, sums: new Map<number, number>() };
    this.#clusters.set(key, cluster);
    return cluster;
  }

  /** FNV-1a with a final mix: the same on every machine, so that a seed gives the same interval. */
  #partOf(name: string): number {
    let hash = 0x811c9dc5;
    for (let at = 0; at < name.length; at += 1) {
      hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return ((hash ^ (hash >>> 13)) >>> 0) % this.#parts;
  }

  #addNumber(cluster: Cluster, key: number, value: number): void {
    const before = cluster.sums.get(key);
    if (before === undefined) this.#numbers += 1;
    cluster.sums.set(key, (before ?? 0) + value);
  }
}

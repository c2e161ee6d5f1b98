import { aggregateData, type AggregateData } from '@testbench/types/aggregate';

/** Sums of one side, metric by metric: a number for each block. */
interface Side {
  readonly sums: Map<string, Float64Array>;
  readonly counts: Float64Array;
}

/** Blocks of the records of two systems, each with the sums of both systems. */
export interface BlockColumns {
  readonly blocks: number;
  readonly names: readonly string[];
  /** By name: for each block the sum of a, followed by that of b, so that a swap needs no branch. */
  readonly sums: readonly Float64Array[];
  /** The same for the number of results. */
  readonly counts: Float64Array;
}

/** Fewer blocks are not a sample to draw from. */
const LEAST_BLOCKS = 64;

/** Sums of two systems over the same blocks of records, in limited memory: with more metrics, blocks are merged. */
export class SumColumns {
  readonly #most: number;
  #blocks: number;
  /** How often neighbours were merged. */
  #halvings = 0;
  #sides: readonly [Side, Side];
  #isFull = false;

  /** @param most The most numbers kept. */
  constructor(blocks: number, most: number) {
    this.#blocks = blocks;
    this.#most = most;
    this.#sides = [emptySide(blocks), emptySide(blocks)];
  }

  /** True once there are too many metrics for any sample: then there is nothing to draw from. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /**
   * Adds the results of a record.
   *
   * @param side 0 for a, 1 for b.
   */
  add(side: 0 | 1, block: number, results: readonly Readonly<Record<string, number>>[]): void {
    if (this.#isFull) return;
    const { sums, counts } = this.#sides[side];
    for (const metrics of results) {
      for (const name of Object.keys(metrics)) {
        let column = sums.get(name);
        if (column === undefined) {
          column = new Float64Array(this.#blocks);
          sums.set(name, column);
        }
        column[block >> this.#halvings]! += metrics[name]!;
      }
    }
    counts[block >> this.#halvings]! += results.length;
    this.#makeRoom();
  }

  /** The blocks that have results of both sides. */
  columns(): BlockColumns {
    const [a, b] = this.#sides;
    const kept: number[] = [];
    for (let block = 0; block < this.#blocks; block += 1) {
      if (a.counts[block]! > 0 && b.counts[block]! > 0) kept.push(block);
    }
    const names = [...new Set([...a.sums.keys(), ...b.sums.keys()])].toSorted();
    const pick = (left: Float64Array | undefined, right: Float64Array | undefined): Float64Array =>
      Float64Array.from(kept.flatMap((block) => [left?.[block] ?? 0, right?.[block] ?? 0]));
    return {
      blocks: kept.length,
      names,
      sums: names.map((name) => pick(a.sums.get(name), b.sums.get(name))),
      counts: pick(a.counts, b.counts),
    };
  }

  #makeRoom(): void {
    const [a, b] = this.#sides;
    while ((a.sums.size + b.sums.size) * this.#blocks > this.#most) {
      if (this.#blocks <= LEAST_BLOCKS) {
        this.#isFull = true;
        this.#sides = [emptySide(0), emptySide(0)];
        return;
      }
      this.#halvings += 1;
      this.#blocks = Math.ceil(this.#blocks / 2);
      for (const { sums } of this.#sides) {
        for (const [name, column] of sums) sums.set(name, this.#halved(column));
      }
      this.#sides = [
        { sums: a.sums, counts: this.#halved(this.#sides[0].counts) },
        { sums: b.sums, counts: this.#halved(this.#sides[1].counts) },
      ];
    }
  }

  #halved(column: Float64Array): Float64Array {
    const half = new Float64Array(this.#blocks);
    for (const [block, value] of column.entries()) half[block >> 1]! += value;
    return half;
  }
}

function emptySide(blocks: number): Side {
  return { sums: new Map(), counts: new Float64Array(blocks) };
}

/** The sums of both sides over the drawn blocks. */
export function drawnSets(
  columns: BlockColumns,
  indices: ArrayLike<number>,
): [a: AggregateData, b: AggregateData] {
  return addUp(columns, (pairs) => {
    let [a, b] = [0, 0];
    for (let draw = 0; draw < indices.length; draw += 1) {
      const place = 2 * indices[draw]!;
      a += pairs[place]!;
      b += pairs[place + 1]!;
    }
    return [a, b];
  });
}

/** The sums of both sides after some blocks were swapped. */
export function swappedSets(
  columns: BlockColumns,
  swaps: Uint8Array,
): [a: AggregateData, b: AggregateData] {
  return addUp(columns, (pairs) => {
    let [a, b] = [0, 0];
    for (let block = 0; block < swaps.length; block += 1) {
      const swap = swaps[block]!;
      a += pairs[2 * block + swap]!;
      b += pairs[2 * block + 1 - swap]!;
    }
    return [a, b];
  });
}

function addUp(
  { names, sums, counts }: BlockColumns,
  total: (pairs: Float64Array) => [a: number, b: number],
): [a: AggregateData, b: AggregateData] {
  const totals = sums.map(total);
  const [nA, nB] = total(counts);
  // `fromEntries` defines own properties, so that a name `__proto__` stays data.
  const side = (place: 0 | 1): Record<string, number> =>
    Object.fromEntries(names.map((name, index) => [name, totals[index]![place]]));
  return [aggregateData(side(0), nA), aggregateData(side(1), nB)];
}

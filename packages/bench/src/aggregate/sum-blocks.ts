import { MAX_BLOCKS } from './limits.js';

/** Sums over a block of records: a few numbers by the index of their metric, since most records lack most bins of a calibration. */
export interface Block {
  /** Results; a record may have several. */
  n: number;
  readonly metrics: number[];
  readonly values: number[];
}

/** A block that is not full yet. */
interface OpenBlock {
  readonly block: Block;
  /** The place of each metric's number in the block. */
  readonly places: Map<number, number>;
  records: number;
}

/** What is drawn from: the sums of all whole blocks, one after the other. */
export interface BlockTable {
  readonly names: readonly string[];
  readonly blocks: number;
  /** Where the numbers of each block begin, and where those of the last one end. */
  readonly starts: Uint32Array;
  readonly metrics: Uint32Array;
  readonly values: Float64Array;
  /** Number of results in each block. */
  readonly n: Float64Array;
  readonly recordsPerBlock: number;
}

/**
 * Sums of records for a bootstrap, in memory that does not grow with their number. Records are kept individually while there is room;
 * beyond that, each two neighbours are added up, and later records are added in blocks of the same size: drawing blocks of records that are
 * independent of each other gives the same spread as drawing records.
 */
export class SumBlocks {
  readonly #names = new Map<string, number>();
  #blocks: Block[] = [];
  #open = openBlock();
  #recordsPerBlock = 1;
  /** Numbers of whole blocks. */
  #numbers = 0;

  /** Numbers kept. */
  get numbers(): number {
    return this.#numbers + this.#open.block.metrics.length;
  }

  /** Whole blocks. */
  get count(): number {
    return this.#blocks.length;
  }

  /** Adds all results of one record. */
  add(results: readonly Readonly<Record<string, number>>[]): void {
    for (const metrics of results) {
      for (const name of Object.keys(metrics)) {
        addNumber(this.#open, indexOfName(this.#names, name), metrics[name]!);
      }
    }
    this.#open.block.n += results.length;
    this.#open.records += 1;
    this.#closeFull();
  }

  /** Adds the records of another instance; records of both may end up in one block. */
  merge(other: SumBlocks): void {
    while (this.#recordsPerBlock < other.#recordsPerBlock) this.halve();
    const names = [...other.#names.keys()].map((name) => indexOfName(this.#names, name));
    const size = other.#recordsPerBlock;
    const parts = other.#blocks.map((block) => ({ block, records: size }));
    for (const { block, records } of [...parts, other.#open]) {
      for (const [place, metric] of block.metrics.entries()) {
        addNumber(this.#open, names[metric]!, block.values[place]!);
      }
      this.#open.block.n += block.n;
      this.#open.records += records;
      this.#closeFull();
    }
  }

  /** Doubles the size of the blocks. If their number is odd, the last one is opened again. */
  halve(): void {
    const blocks = this.#blocks;
    const rest = this.#open;
    this.#blocks = [];
    this.#numbers = 0;
    this.#open = openBlock();
    const size = this.#recordsPerBlock;
    this.#recordsPerBlock = 2 * size;
    for (const { block, records } of [
      ...blocks.map((one) => ({ block: one, records: size })),
      rest,
    ]) {
      for (const [place, metric] of block.metrics.entries()) {
        addNumber(this.#open, metric, block.values[place]!);
      }
      this.#open.block.n += block.n;
      this.#open.records += records;
      this.#closeFull();
    }
  }

  /** The whole blocks. The last records, fewer than a block, may be in none and are then not drawn. */
  table(): BlockTable {
    return tableOf([...this.#names.keys()], this.#blocks, this.#recordsPerBlock);
  }

  #closeFull(): void {
    if (this.#open.records < this.#recordsPerBlock) return;
    const { block } = this.#open;
    this.#blocks.push(block);
    this.#numbers += block.metrics.length;
    this.#open = openBlock();
    if (this.#blocks.length >= MAX_BLOCKS) this.halve();
  }
}

/** The number for a name: the one given the first time, or else the next one. */
export function indexOfName(names: Map<string, number>, name: string): number {
  const index = names.get(name) ?? names.size;
  if (index === names.size) names.set(name, index);
  return index;
}

/** Consecutive blocks. */
export function tableOf(
  names: readonly string[],
  blocks: readonly Block[],
  recordsPerBlock: number,
): BlockTable {
  const starts = new Uint32Array(blocks.length + 1);
  for (const [index, { metrics }] of blocks.entries()) {
    starts[index + 1] = starts[index]! + metrics.length;
  }
  return {
    names,
    blocks: blocks.length,
    starts,
    metrics: Uint32Array.from(blocks.flatMap(({ metrics }) => metrics)),
    values: Float64Array.from(blocks.flatMap(({ values }) => values)),
    n: Float64Array.from(blocks, ({ n }) => n),
    recordsPerBlock,
  };
}

function openBlock(): OpenBlock {
  return { block: { n: 0, metrics: [], values: [] }, places: new Map(), records: 0 };
}

function addNumber({ block, places }: OpenBlock, metric: number, value: number): void {
  const place = places.get(metric);
  if (place !== undefined) {
    block.values[place]! += value;
    return;
  }
  places.set(metric, block.metrics.length);
  block.metrics.push(metric);
  block.values.push(value);
}

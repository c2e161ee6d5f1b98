import { unpackText } from '../compress.js';
import { Block, type BlockRow } from '../encode-block.js';
import { type PageIndex, RowFlag } from '../page-data.js';

/** Characters of blocks that stay decompressed: all of an ordinary page, so that a second search is fast. */
const MAX_KEPT_CHARACTERS = 150_000_000;

/** Data of one row of the page, without its texts. */
export interface PageRow {
  readonly number: number;
  readonly record: number;
  readonly system: number;
  readonly epoch: number;
  readonly isFailed: boolean;
  readonly isDropped: boolean;
  readonly passed: boolean | undefined;
  readonly latencyMs: number | null;
  readonly cost: number | null;
}

/** Returns a block as written by `packText`; undefined if it does not exist. */
type ReadBlock = (block: number) => string | undefined | Promise<string | undefined>;

/** Returns the address of an image, for an element of the page; undefined if there is none. */
type FindImage = (digest: string) => string | undefined;

/** Data of the page: the index immediately, blocks of rows on demand. */
export class PageStore {
  readonly index: PageIndex;
  /** Numbers of the rows of each record. */
  readonly rowsOfRecord: readonly (readonly number[])[];
  readonly #read: ReadBlock;
  /** In order of last use. */
  readonly #blocks = new Map<number, Promise<{ block: Block; characters: number }>>();
  readonly #sizes = new Map<number, number>();

  /** The address of an image of a record. */
  readonly imageOf: FindImage;

  /** @param imageOf Finds images of records. @default none are shown */
  constructor(index: PageIndex, read: ReadBlock, imageOf: FindImage = () => undefined) {
    this.index = index;
    this.imageOf = imageOf;
    this.#read = read;
    const rows: number[][] = index.records.index.map(() => []);
    for (const [row, record] of index.rows.record.entries()) rows[record]!.push(row);
    this.rowsOfRecord = rows;
  }

  get rowCount(): number {
    return this.index.rows.record.length;
  }

  get recordCount(): number {
    return this.index.records.index.length;
  }

  row(number: number): PageRow {
    const { record, system, epoch, flags, latencyMs, cost } = this.index.rows;
    const bits = flags[number]!;
    const passed = (bits & RowFlag.passed) !== 0 ? true : undefined;
    return {
      number,
      record: record[number]!,
      system: system[number]!,
      epoch: epoch[number]!,
      isFailed: (bits & RowFlag.failed) !== 0,
      isDropped: (bits & RowFlag.dropped) !== 0,
      passed: (bits & RowFlag.notPassed) !== 0 ? false : passed,
      latencyMs: latencyMs[number]!,
      cost: cost[number]!,
    };
  }

  score(evaluator: number, row: number): number | null {
    return this.index.rows.scores[evaluator]?.[row] ?? null;
  }

  /** The texts of a row. */
  async texts(row: number): Promise<BlockRow> {
    const { blockRows } = this.index;
    const block = await this.#block(Math.floor(row / blockRows));
    return block.row(row % blockRows);
  }

  /** The texts of a row, if its block is decompressed already. */
  hasTexts(row: number): boolean {
    return this.#sizes.has(Math.floor(row / this.index.blockRows));
  }

  /**
   * Finds rows whose texts contain a text, ignoring case; ids and groups of records are searched too.
   *
   * @param signal Aborts a search that another one has replaced.
   * @param tell Called with the share of rows searched so far, from 0 to 1.
   * @returns 1 for each matching row; undefined if the search was aborted.
   */
  async search(
    text: string,
    signal: AbortSignal,
    tell: (share: number) => void,
  ): Promise<Uint8Array | undefined> {
    const wanted = text.toLowerCase();
    const found = this.#searchNames(wanted);
    const { blockRows } = this.index;
    const blocks = Math.ceil(this.rowCount / blockRows);
    // The next block is decompressed while the current one is searched.
    let next = this.#block(0);
    for (let number = 0; number < blocks; number += 1) {
      const block = await next;
      if (signal.aborted) return undefined;
      if (number + 1 < blocks) next = this.#block(number + 1);
      for (const position of block.search(wanted)) found[number * blockRows + position] = 1;
      tell((number + 1) / blocks);
    }
    return found;
  }

  #searchNames(wanted: string): Uint8Array {
    const { records, rows, groups } = this.index;
    const ofGroups = groups.map((group) => group.toLowerCase().includes(wanted));
    const isFound = records.id.map(
      (id, record) =>
        id?.toLowerCase().includes(wanted) === true || ofGroups[records.group[record]!] === true,
    );
    return Uint8Array.from(rows.record, (record) => Number(isFound[record]));
  }

  async #block(number: number): Promise<Block> {
    const known = this.#blocks.get(number);
    if (known !== undefined) {
      this.#blocks.delete(number);
      this.#blocks.set(number, known);
      return (await known).block;
    }
    const reading = this.#readBlock(number);
    this.#blocks.set(number, reading);
    const { block, characters } = await reading;
    this.#sizes.set(number, characters);
    this.#forget();
    return block;
  }

  async #readBlock(number: number): Promise<{ block: Block; characters: number }> {
    const packed = await this.#read(number);
    const text = packed === undefined ? '{"shapes":[],"lengths":[]}\n' : await unpackText(packed);
    return { block: new Block(text), characters: text.length };
  }

  #forget(): void {
    let kept = [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const number of this.#blocks.keys()) {
      if (kept <= MAX_KEPT_CHARACTERS || this.#sizes.size <= 2) return;
      const size = this.#sizes.get(number);
      if (size === undefined) continue;
      this.#blocks.delete(number);
      this.#sizes.delete(number);
      kept -= size;
    }
  }
}

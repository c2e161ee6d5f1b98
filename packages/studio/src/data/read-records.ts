import { stat } from 'node:fs/promises';

import { type Dataset, openDataset, parseDatasetConfig } from '@testbench/bench/dataset';

import { MAX_COLUMNS, MAX_OPEN_DATASETS, MAX_PAGE_ROWS, MAX_VALUE_CHARACTERS } from '../limits.js';
import { matchWords } from '../words.js';

/** Some records of a data set. */
export interface RecordPage {
  readonly columns: readonly string[];
  /** True if records have more columns than shown. */
  readonly hasMoreColumns: boolean;
  readonly rows: readonly {
    /** From 0. */
    readonly index: number;
    /** Position in the file, such as the line. */
    readonly place: number;
    readonly values: Readonly<Record<string, string>>;
  }[];
  /** Number of records of the data set. */
  readonly total: number;
  readonly format: string;
  /** Start of the next page; undefined at the end. */
  readonly next?: number;
}

/** Data sets that stay open between pages, so that the second page need not read the file from its start. */
export class Datasets {
  readonly #open = new Map<string, Promise<Dataset>>();

  /**
   * @param from Number of the record at which the search begins.
   * @param words Selects records that contain all words, ignoring case; '' selects all.
   * @throws {BenchError} Like `openDataset`.
   */
  async read(
    path: string,
    {
      from,
      count,
      words,
    }: { readonly from: number; readonly count: number; readonly words: string },
    signal: AbortSignal,
  ): Promise<RecordPage> {
    const dataset = await this.#get(path);
    const isWanted = words === '' ? undefined : matchWords(words);
    const rows: RecordPage['rows'][number][] = [];
    const columns = new Set<string>();
    let next: number | undefined;
    for await (const { index, line, row } of dataset.rows({
      from: Math.min(from, dataset.total),
    })) {
      signal.throwIfAborted();
      if (isWanted?.(JSON.stringify(row)) === false) continue;
      if (rows.length === Math.min(count, MAX_PAGE_ROWS)) {
        next = index;
        break;
      }
      for (const name of Object.keys(row)) columns.add(name);
      rows.push({ index, place: line, values: textsOf(row) });
    }
    return {
      columns: [...columns].slice(0, MAX_COLUMNS),
      hasMoreColumns: columns.size > MAX_COLUMNS,
      rows,
      total: dataset.total,
      format: dataset.formats.join(', '),
      ...(next !== undefined && { next }),
    };
  }

  async close(): Promise<void> {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const dataset of open) await (await dataset.catch(() => undefined))?.close();
  }

  async #get(path: string): Promise<Dataset> {
    const { size, mtimeMs, ino } = await stat(path);
    const key = JSON.stringify([path, size, mtimeMs, ino]);
    const known = this.#open.get(key);
    if (known !== undefined) {
      this.#open.delete(key);
      this.#open.set(key, known);
      return await known;
    }
    const opened = openDataset(parseDatasetConfig({ path }), { checkFields: false });
    this.#open.set(key, opened);
    opened.catch(() => this.#open.delete(key));
    for (const old of [...this.#open.keys()].slice(0, -MAX_OPEN_DATASETS)) {
      const dataset = this.#open.get(old);
      this.#open.delete(old);
      // A page being read from it fails, and is requested again.
      void dataset?.then((one) => one.close()).catch(() => undefined);
    }
    return await opened;
  }
}

/** Values for display: texts as they are, other values as JSON. */
function textsOf(row: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(row).slice(0, MAX_COLUMNS);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      const isLong = text.length > MAX_VALUE_CHARACTERS;
      return [
        name,
        isLong ? `${text.slice(0, MAX_VALUE_CHARACTERS)}… (${text.length} characters)` : text,
      ];
    }),
  );
}

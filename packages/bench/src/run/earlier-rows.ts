import type { RunReader } from '@testbench/types';

import type { Sample } from '../dataset/selection/read-sample.js';
import type { ResultRow } from '../results/result-row.js';
import { isFailed } from '../results/score-board.js';
import { caseKey, type RunCase } from './run-cases.js';

/** Rows of another run that a run takes over, record by record in the order of both. */
export class EarlierRows implements AsyncDisposable {
  readonly #records: AsyncIterator<readonly ResultRow[]>;
  readonly #isKnown: (row: ResultRow) => boolean;
  readonly #cases: ReadonlyMap<string, RunCase>;
  /** Whether both runs have their records in the order of the data set, so that what is behind need not be looked for. */
  readonly #isSorted: boolean;
  #next: IteratorResult<readonly ResultRow[]> | undefined;

  constructor(
    reader: RunReader,
    cases: readonly RunCase[],
    isKnown: (row: ResultRow) => boolean,
    isSorted: boolean,
  ) {
    this.#records = recordsOf(reader)[Symbol.asyncIterator]();
    this.#isKnown = isKnown;
    this.#isSorted = isSorted;
    this.#cases = new Map(
      cases.map((one) => [
        caseKey({
          prompt: one.prompt.name,
          provider: one.provider.config.name,
          model: one.model.name,
          epoch: one.epoch,
        }),
        one,
      ]),
    );
  }

  /** The rows of a record that need not be made again. To be asked in the order of records. */
  async of({ index }: Sample): Promise<ReadonlyMap<RunCase, ResultRow>> {
    const found = new Map<RunCase, ResultRow>();
    for (;;) {
      this.#next ??= await this.#records.next();
      if (this.#next.done === true) return found;
      const rows = this.#next.value;
      const at = rows[0]!.index;
      if (at !== index && !(this.#isSorted && at < index)) return found;
      this.#next = undefined;
      if (at !== index) continue;
      for (const row of rows) {
        const one = this.#cases.get(caseKey(row));
        if (one !== undefined && !isFailed(row) && this.#isKnown(row)) found.set(one, row);
      }
      return found;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#records.return?.();
  }
}

/** The rows of a run, those of each record together. */
export async function* recordsOf(reader: RunReader): AsyncGenerator<readonly ResultRow[]> {
  for (const segment of reader.segments) {
    let rows: ResultRow[] = [];
    for await (const text of reader.rows(segment)) {
      const row = JSON.parse(text) as ResultRow;
      if (rows.length > 0 && rows[0]!.index !== row.index) {
        yield rows;
        rows = [];
      }
      rows.push(row);
    }
    if (rows.length > 0) yield rows;
  }
}

import type { RunReader } from '@testbench/types/stores';

import { canTakeOver, sameCases } from '../plan/compare-plans.js';
import type { Plan } from '../plan/plan.js';
import type { Sample } from '../dataset/selection/read-sample.js';
import { parseRow } from '../results/check-row.js';
import type { ResultRow } from '../results/result-row.js';
import { groupRecords } from '../results/group-records.js';
import { isFailed } from '../results/score-board.js';
import { caseKey } from './run-cases.js';
import type { OtherRun } from './run-folder.js';

/** Rows that a run reuses from another run, record by record in the order of both. */
export class EarlierRows implements AsyncDisposable {
  readonly #records: AsyncIterator<readonly ResultRow[]>;
  readonly #isKnown: (row: ResultRow) => boolean;
  /** Whether both runs have their records in the order of the data set, so that later records need not be searched. */
  readonly #isSorted: boolean;
  #next: IteratorResult<readonly ResultRow[]> | undefined;

  private constructor(
    { reader, run }: OtherRun,
    isKnown: (row: ResultRow) => boolean,
    isSorted: boolean,
  ) {
    this.#records = recordsOf(reader, run)[Symbol.asyncIterator]();
    this.#isKnown = isKnown;
    this.#isSorted = isSorted;
  }

  /** The rows that a plan reuses from another run; undefined if it cannot reuse any. */
  static open(other: OtherRun, { content }: Plan): EarlierRows | undefined {
    const { plan: before } = other;
    if (!canTakeOver(before, content)) return undefined;
    const isSorted = content.dataset.shuffle === undefined;
    return new EarlierRows(other, sameCases(before, content), isSorted);
  }

  /** The rows of a record that need not be made again, by `caseKey`. Must be called in the order of records. */
  async of({ index }: Sample): Promise<ReadonlyMap<string, ResultRow>> {
    const found = new Map<string, ResultRow>();
    for (;;) {
      this.#next ??= await this.#records.next();
      if (this.#next.done === true) return found;
      const rows = this.#next.value;
      const at = rows[0]!.index;
      if (at !== index && !(this.#isSorted && at < index)) return found;
      this.#next = undefined;
      if (at !== index) continue;
      for (const row of rows) {
        if (!isFailed(row) && this.#isKnown(row)) found.set(caseKey(row), row);
      }
      return found;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#records.return?.();
  }
}

/**
 * The rows of a run, grouped by record.
 *
 * @param path Path of the run, for error messages.
 */
export async function* recordsOf(
  reader: RunReader,
  path: string,
): AsyncGenerator<readonly ResultRow[]> {
  for (const segment of reader.segments) {
    yield* groupRecords(reader.rows(segment), (text) => parseRow(text, path));
  }
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { BenchError, describeFileError } from '../errors.js';
import { AtomicFile } from './atomic-file.js';
import type { BenchmarkSummary } from './benchmark-summary.js';
import type { ResultRow } from './result-row.js';

/** The rows of a run: one JSON object a line. */
export const RESULTS_FILE = 'results.jsonl';
/** The summary of a run: one JSON object. */
export const SUMMARY_FILE = 'summary.json';

/** The folder of a run's results. Both files appear at the end, each of them whole. */
export class ResultsFolder {
  private constructor(
    readonly path: string,
    private readonly rows: AtomicFile,
  ) {}

  /** @throws {BenchError} `BENCH_OUTPUT_FAILED`. */
  static async create(path: string): Promise<ResultsFolder> {
    return await guard(path, async () => {
      await mkdir(path, { recursive: true });
      return new ResultsFolder(path, await AtomicFile.create(join(path, RESULTS_FILE)));
    });
  }

  /** @throws {BenchError} `BENCH_OUTPUT_FAILED`. */
  async addRow(row: ResultRow): Promise<void> {
    await guard(this.path, () => this.rows.write(`${JSON.stringify(row)}\n`));
  }

  /** @throws {BenchError} `BENCH_OUTPUT_FAILED`. */
  async publish(summary: BenchmarkSummary): Promise<void> {
    await guard(this.path, async () => {
      const file = await AtomicFile.create(join(this.path, SUMMARY_FILE));
      try {
        await file.write(`${JSON.stringify(summary, undefined, 2)}\n`);
        // Both are whole on disk before the first of them gets its name.
        await file.finish();
        await this.rows.finish();
        await this.rows.publish();
        await file.publish();
      } finally {
        await file.discard();
      }
    });
  }

  /** Removes what was not published. */
  async discard(): Promise<void> {
    await guard(this.path, () => this.rows.discard());
  }
}

async function guard<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const state = describeFileError(cause);
    if (state === undefined) throw cause;
    throw new BenchError(
      'BENCH_OUTPUT_FAILED',
      `Cannot write results to ${JSON.stringify(path)}: ${state}`,
      { cause, file: path },
    );
  }
}

import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import {
  describeFileError,
  findOutputPlace,
  finishPublishing,
  OutputError,
  OutputFile,
  type OutputInput,
  publishTogether,
} from '@testbench/core';

import { BenchError } from '../errors.js';
import type { BenchmarkSummary } from './benchmark-summary.js';
import type { ResultRow } from './result-row.js';

/** The rows of a run: one JSON object a line. */
export const RESULTS_FILE = 'results.jsonl';
/** The summary of a run: one JSON object. */
export const SUMMARY_FILE = 'summary.json';

/** What results are written with. */
export interface ResultsOptions {
  /** Files that they must not replace. */
  readonly inputs: readonly OutputInput[];
  readonly signal?: AbortSignal | undefined;
}

/** The folder of a run's results. Both files appear at the end, each of them whole, and both or neither. */
export class ResultsFolder {
  readonly #digest = createHash('sha256');
  readonly #rows: OutputFile;
  readonly #options: ResultsOptions;

  private constructor(
    readonly path: string,
    rows: OutputFile,
    options: ResultsOptions,
  ) {
    this.#rows = rows;
    this.#options = options;
  }

  /**
   * Makes sure that results can be written; nothing is changed.
   *
   * @throws {BenchError} `BENCH_OUTPUT_FAILED`.
   */
  static async check(path: string, { inputs }: ResultsOptions): Promise<void> {
    await guard(path, async () => {
      const found = await stat(path).catch(() => undefined);
      if (found?.isDirectory() === false) {
        throw new OutputError('OUTPUT_UNWRITABLE', path, 'it is not a folder');
      }
      for (const [file, other] of [
        [RESULTS_FILE, SUMMARY_FILE],
        [SUMMARY_FILE, RESULTS_FILE],
      ] as const) {
        const pair = { path: join(path, other), what: `"${other}"` };
        await findOutputPlace(join(path, file), { inputs: [...inputs, pair], makeFolder: true });
      }
    });
  }

  /**
   * Makes the folder, and does what a run that was killed at its very end left undone.
   *
   * @throws {BenchError} `BENCH_OUTPUT_FAILED`.
   */
  static async create(path: string, options: ResultsOptions): Promise<ResultsFolder> {
    return await guard(path, async () => {
      await mkdir(path, { recursive: true });
      await finishPublishing(path);
      const rows = await OutputFile.open(join(path, RESULTS_FILE), options);
      return new ResultsFolder(path, rows, options);
    });
  }

  /** @throws {BenchError} `BENCH_OUTPUT_FAILED`. */
  async addRow(row: ResultRow): Promise<void> {
    const line = `${JSON.stringify(row)}\n`;
    this.#digest.update(line);
    await guard(this.path, () => this.#rows.write(line));
  }

  /**
   * Gives both files their names.
   *
   * @returns The summary as it was written: with the digest of the rows.
   * @throws {BenchError} `BENCH_OUTPUT_FAILED`; the files of an earlier run stay then.
   */
  async publish(summary: BenchmarkSummary): Promise<BenchmarkSummary> {
    const resultsDigest = `sha256:${this.#digest.digest('hex')}`;
    const complete = { ...summary, resultsDigest };
    await guard(this.path, async () => {
      const file = await OutputFile.open(join(this.path, SUMMARY_FILE), this.#options);
      try {
        await file.write(`${JSON.stringify(complete, undefined, 2)}\n`);
        // Both are whole on disk before the first of them gets its name.
        await file.finish();
        await this.#rows.finish();
        await publishTogether(this.path, [this.#rows, file]);
      } finally {
        await file.discard();
      }
    });
    return complete;
  }

  /** Removes what was not published. */
  async discard(): Promise<void> {
    await guard(this.path, () => this.#rows.discard());
  }
}

async function guard<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const [file, state] =
      cause instanceof OutputError ? [cause.file, cause.state] : [path, describeFileError(cause)];
    if (state === undefined) throw cause;
    throw new BenchError(
      'BENCH_OUTPUT_FAILED',
      `Cannot write results to ${JSON.stringify(file)}: ${state}`,
      { cause, file },
    );
  }
}

import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import type { RunReader, RunSegment } from '@testbench/types/stores';

import { BenchError } from '../errors.js';
import type { PlanContent } from '../plan/plan.js';
import { planDigest } from '../plan/plan-digest.js';
import { readPlan } from '../run/run-folder.js';
import type { BenchmarkSummary } from './benchmark-summary.js';
import type { ResultRow } from './result-row.js';
import { createFolderRuns } from './store/folder-runs.js';
import { MANIFEST_FILE } from './store/run-reader.js';

/** A run as it was when it was read; reading needs no lock, and goes on while somebody writes. */
export interface StoredRun {
  /** Its folder, absolute. */
  readonly path: string;
  /** Name of the folder: the plan's name and the first digits of its digest. */
  readonly run: string;
  /** `sha256:` and the hex digest of the plan. */
  readonly digest: string;
  readonly plan: PlanContent;
  readonly segments: readonly RunSegment[];
  /** Records whose rows are complete. */
  readonly records: number;
  /** True if that is all of them. */
  readonly isComplete: boolean;
  /** When something was written last. */
  readonly writtenAt: Date;
  /** What the run came to, if it was finished. What was added since, by running failed cases again, is in it once that is finished. */
  readonly summary: BenchmarkSummary | undefined;
  /**
   * The rows, in the order of records and cases.
   *
   * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
   */
  rows(): AsyncGenerator<ResultRow>;
}

/**
 * Reads a run: its plan, how far it is, its summary and its rows.
 *
 * @param folder Of the run.
 * @throws {BenchError} `BENCH_RUN_UNREADABLE` if there is no run; `BENCH_RUN_DAMAGED`, `BENCH_RUN_VERSION`.
 */
export async function readRun(folder: string): Promise<StoredRun> {
  const path = resolve(folder);
  const reader = await createFolderRuns(dirname(path)).read(basename(path));
  if (reader === undefined) {
    throw new BenchError(
      'BENCH_RUN_UNREADABLE',
      `Cannot read run ${JSON.stringify(folder)}: there is none, it would have a ${JSON.stringify(MANIFEST_FILE)}`,
      { file: path },
    );
  }
  return await describeRun(reader, path);
}

/**
 * The runs in a folder, those first that were written last. A folder that is no run, or whose run cannot be read, is left out.
 *
 * @param outputDir `outputDir` of a configuration.
 * @throws {BenchError} `BENCH_RUN_UNREADABLE` if the folder cannot be read.
 */
export async function listRuns(outputDir: string): Promise<StoredRun[]> {
  const store = createFolderRuns(outputDir);
  const runs: StoredRun[] = [];
  for (const name of await store.list()) {
    const path = join(resolve(outputDir), name);
    try {
      const reader = await store.read(name);
      if (reader !== undefined) runs.push(await describeRun(reader, path));
    } catch (error) {
      if (!(error instanceof BenchError)) throw error;
    }
  }
  return runs.toSorted((one, other) => other.writtenAt.getTime() - one.writtenAt.getTime());
}

async function describeRun(reader: RunReader, path: string): Promise<StoredRun> {
  const plan = await readPlan(reader, path);
  const records = reader.segments.reduce((sum, { from, to }) => sum + to - from, 0);
  const { mtime } = await stat(join(path, MANIFEST_FILE));
  return {
    path,
    run: basename(path),
    digest: digestOf(plan, path),
    plan,
    segments: reader.segments,
    records,
    isComplete: records === plan.dataset.records,
    writtenAt: mtime,
    summary: await readSummary(reader, path),
    async *rows() {
      for (const segment of reader.segments) {
        for await (const row of reader.rows(segment)) yield parseRow(row, path);
      }
    },
  };
}

/** A plan that is nested too deeply for canonical JSON was written by nobody of ours. */
function digestOf(plan: PlanContent, path: string): string {
  try {
    return planDigest(plan);
  } catch (cause) {
    const file = join(path, 'plan.json');
    throw new BenchError(
      'BENCH_RUN_DAMAGED',
      `Cannot read ${JSON.stringify(file)}: it is no plan; restore the file, or move the run away and run again`,
      { file, cause },
    );
  }
}

function parseRow(row: string, path: string): ResultRow {
  try {
    return JSON.parse(row) as ResultRow;
  } catch (cause) {
    throw new BenchError(
      'BENCH_RUN_DAMAGED',
      `Cannot read run ${JSON.stringify(path)}: a row is not JSON; run its configuration again into another folder`,
      { file: path, cause },
    );
  }
}

async function readSummary(reader: RunReader, path: string): Promise<BenchmarkSummary | undefined> {
  const text = await reader.document('summary');
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as BenchmarkSummary;
  } catch (cause) {
    const file = join(path, 'summary.json');
    throw new BenchError(
      'BENCH_RUN_DAMAGED',
      `Cannot read ${JSON.stringify(file)}: it is not JSON; run the configuration again, which writes it anew`,
      { file, cause },
    );
  }
}

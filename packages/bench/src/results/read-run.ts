import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import type { RunReader, RunSegment } from '@testbench/types/stores';

import { BenchError } from '../errors.js';
import type { PlanContent } from '../plan/plan.js';
import { planDigest, runName } from '../plan/plan-digest.js';
import { readPlan } from '../run/run-folder.js';
import type { BenchmarkSummary } from './benchmark-summary.js';
import { damagedRun, parseRow } from './check-row.js';
import type { CaseName, ResultRow } from './result-row.js';
import { createFolderRuns } from './store/folder-runs.js';
import { guardReading } from './store/guard-files.js';
import { MANIFEST_FILE } from './store/run-reader.js';
import { parseSummary } from './summary-shape.js';

/** A snapshot of a run; reading needs no lock, and works while another process writes. */
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
  /** True if these are all records. */
  readonly isComplete: boolean;
  /** Time of the last write. */
  readonly writtenAt: Date;
  /** The summary, if the run was finished. Rows added since, by running failed cases again, are included once that is finished too. */
  readonly summary: BenchmarkSummary | undefined;
  /**
   * The rows, in the order of records and cases.
   *
   * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
   */
  rows(): AsyncGenerator<ResultRow>;
}

/**
 * Reads a run: its plan, its progress, its summary and its rows.
 *
 * @param folder The run's folder.
 * @throws {BenchError} `BENCH_RUN_UNREADABLE` if there is no run; `BENCH_RUN_DAMAGED`, `BENCH_RUN_VERSION`.
 */
export async function readRun(folder: string): Promise<StoredRun> {
  const path = resolve(folder);
  const reader = await createFolderRuns(dirname(path)).read(basename(path));
  if (reader === undefined) {
    throw new BenchError(
      'BENCH_RUN_UNREADABLE',
      `Cannot read run ${JSON.stringify(folder)}: the folder has no ${JSON.stringify(MANIFEST_FILE)}`,
      { file: path },
    );
  }
  return await describeRun(reader, path);
}

/**
 * The runs in a folder, newest first. A folder that is not a run, or whose run cannot be read, is left out.
 *
 * @param outputDir The `outputDir` of a configuration.
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
  const digest = digestOf(plan, path);
  checkFits(reader, plan, digest, path);
  const records = reader.segments.reduce((sum, { from, to }) => sum + to - from, 0);
  const manifest = join(path, MANIFEST_FILE);
  const { mtime } = await guardReading(manifest, () => stat(manifest));
  const isOfPlan = caseCheck(plan);
  return {
    path,
    run: basename(path),
    digest,
    plan,
    segments: reader.segments,
    records,
    isComplete: records === plan.dataset.records,
    writtenAt: mtime,
    summary: await readSummary(reader, path, digest),
    async *rows() {
      for (const segment of reader.segments) {
        for await (const json of reader.rows(segment)) {
          const row = parseRow(json, path);
          if (!isOfPlan(row)) {
            throw damagedRun(
              path,
              `a row of record ${row.index} has a prompt, a model or an epoch that its plan does not have`,
            );
          }
          yield row;
        }
      }
    },
  };
}

/** A folder named like a run must have the plan of that name, or else another plan was put there. A renamed folder may have any plan. */
const RUN_NAME = /-[0-9a-f]{12}$/;

/** @throws {BenchError} `BENCH_RUN_DAMAGED`: plan and manifest are of different runs. */
function checkFits(
  { segments }: RunReader,
  { name, dataset }: PlanContent,
  digest: string,
  path: string,
): void {
  const run = basename(path);
  if (RUN_NAME.test(run) && run !== runName(name, digest)) {
    throw damagedRun(path, `its plan.json is that of ${JSON.stringify(runName(name, digest))}`);
  }
  const end = segments.at(-1)?.to ?? 0;
  if (end <= dataset.records) return;
  throw damagedRun(
    path,
    `its manifest.json has records up to ${end}, and its plan has ${dataset.records}`,
  );
}

/** Makes the check whether a row belongs to a case of a plan. */
function caseCheck({ prompts, providers, epochs }: PlanContent): (row: CaseName) => boolean {
  const known = new Set(prompts.map(({ name }) => name));
  const models = new Map(
    providers.map(({ as, models: all }) => [as, new Set(all.map(({ name }) => name))]),
  );
  return ({ prompt, provider, model, epoch }) =>
    known.has(prompt) && models.get(provider)?.has(model) === true && epoch <= epochs.count;
}

/** A plan nested too deeply for canonical JSON was not written by this program. */
function digestOf(plan: PlanContent, path: string): string {
  try {
    return planDigest(plan);
  } catch (cause) {
    const file = join(path, 'plan.json');
    throw new BenchError(
      'BENCH_RUN_DAMAGED',
      `Cannot read ${JSON.stringify(file)}: it is not a plan; restore the file, or move the run and run again`,
      { file, cause },
    );
  }
}

async function readSummary(
  reader: RunReader,
  path: string,
  digest: string,
): Promise<BenchmarkSummary | undefined> {
  const text = await reader.document('summary');
  if (text === undefined) return undefined;
  return parseSummary(text, digest, join(path, 'summary.json'));
}

import { rm, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';

import type { OutputInput } from '@testbench/core/files';
import {
  RUN_DOCUMENTS,
  type RunReader,
  type RunSegment,
  type RunStore,
  type RunWriter,
} from '@testbench/types/stores';

import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { BenchError } from '../errors.js';
import { removeEmpty } from '../missing-folders.js';
import { canonicalJson } from '../plan/canonical-json.js';
import type { Plan, PlanContent } from '../plan/plan.js';
import { parsePlan } from '../plan/plan-shape.js';
import { planDigest } from '../plan/plan-digest.js';
import { damagedRun, parseRow } from '../results/check-row.js';
import { isFailed } from '../results/score-board.js';
import { isShardFolder, shardFolder } from '../shards/shard.js';
import {
  formatShardDocument,
  readShardDocument,
  type ShardDocument,
} from '../shards/shard-document.js';
import { createFolderRuns } from '../results/store/folder-runs.js';
import { documentName, MANIFEST_FILE, SEGMENTS_FOLDER } from '../results/store/run-reader.js';

/** A run that is being written. */
export interface OpenRun {
  readonly writer: RunWriter;
  /** Folder of the run. */
  readonly path: string;
  /** True if it already existed. */
  readonly isResumed: boolean;
}

/**
 * Opens the run of a plan for writing; creates it if there is none.
 *
 * @param shard Initial document of a part of the run, which has a separate folder.
 * @throws {BenchError} `BENCH_RUN_LOCKED`, `BENCH_RUN_DAMAGED`, `BENCH_RUN_VERSION`, `BENCH_RUN_UNREADABLE`, `BENCH_OUTPUT_FAILED`.
 */
export async function openRun(
  plan: Plan,
  outputDir: string,
  inputs: readonly OutputInput[],
  shard?: ShardDocument,
): Promise<OpenRun> {
  const run = shard === undefined ? plan.run : shardFolder(plan.run, shard);
  const path = join(outputDir, run);
  const writer = await createFolderRuns(outputDir, { inputs }).open(run);
  try {
    if (shard !== undefined) await openShard(writer, path, shard);
    const written = await writer.document('plan');
    if (written === undefined) {
      await writer.writeDocument('plan', `${canonicalJson(plan.content)}\n`);
      // Continuing a run must not run modules, or write files, that an untrusted folder names.
      const { reporters: _reporters, ...config } = withMovableData(plan.config, path);
      await writer.writeDocument('config', `${JSON.stringify(config, undefined, 2)}\n`);
      await writer.writeDocument('inputs', `${JSON.stringify(inputs, undefined, 2)}\n`);
    } else {
      const found = planDigest(parsePlan(written, join(path, 'plan.json')));
      if (found !== plan.digest) throw damagedPlan(path, found, plan.digest);
    }
    const end = writer.segments.at(-1)?.to ?? 0;
    const { records } = plan.content.dataset;
    if (end > records) {
      throw damagedRun(
        path,
        `its manifest.json has records up to ${end}, and its plan has ${records}`,
      );
    }
    return { writer, path, isResumed: written !== undefined };
  } catch (error) {
    await writer.close();
    throw error;
  }
}

/** Data next to a run, or in its folder, moves with it: its path is written as seen from the run. */
function withMovableData(config: ResolvedBenchmarkConfig, run: string): ResolvedBenchmarkConfig {
  const { path } = config.dataset;
  if (typeof path !== 'string' || !isAbsolute(path)) return config;
  const fromRuns = relative(resolve(run, '..'), path);
  if (fromRuns === '..' || fromRuns.startsWith(`..${sep}`) || isAbsolute(fromRuns)) return config;
  return { ...config, dataset: { ...config.dataset, path: relative(resolve(run), path) } };
}

/** Begins a shard, or compares it with the one already begun. */
async function openShard(writer: RunWriter, path: string, shard: ShardDocument): Promise<void> {
  const found = await readShardDocument(writer, path);
  if (found === undefined) {
    await writer.writeDocument('shard', formatShardDocument(shard));
    return;
  }
  const { done: _done, ...begun } = found;
  if (canonicalJson(begun) !== canonicalJson(shard)) {
    throw new BenchError(
      'BENCH_SHARDS_MISMATCHED',
      `Cannot continue shard ${JSON.stringify(path)}: it was started ${found.rewrite === shard.rewrite ? 'as another one' : `with version ${found.rewrite} of the metering, and this is version ${shard.rewrite}`}; move it away and run it again`,
      { file: join(path, documentName('shard')) },
    );
  }
  const { from, to } = shard;
  const outside = writer.segments.find((segment) => segment.from < from || segment.to > to);
  if (outside !== undefined) {
    throw damagedRun(
      path,
      `its manifest.json has records ${outside.from} to ${outside.to - 1}, and it is the shard of ${from} to ${to - 1}`,
    );
  }
}

/**
 * Removes the folder of a run that failed before anything was paid for or stored.
 *
 * @param made Folders created for it, deepest first.
 */
export async function removeEmptyRun(path: string, made: readonly string[] = []): Promise<void> {
  const documents = [MANIFEST_FILE, ...RUN_DOCUMENTS.map(documentName)];
  for (const name of [...documents, 'calls.log']) await rm(join(path, name), { force: true });
  // A folder with anything else in it stays.
  await removeEmpty([join(path, SEGMENTS_FOLDER), path, ...made]);
}

/**
 * Reads the plan of a stored run.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED`.
 */
export async function readPlan(reader: RunReader, path: string): Promise<PlanContent> {
  const file = join(path, 'plan.json');
  const text = await reader.document('plan');
  if (text === undefined) {
    throw new BenchError(
      'BENCH_RUN_DAMAGED',
      `Cannot read ${JSON.stringify(file)}: no such file; restore it, or run again`,
      { file },
    );
  }
  return parsePlan(text, file);
}

function damagedPlan(path: string, found: string, expected: string): BenchError {
  const file = join(path, 'plan.json');
  return new BenchError(
    'BENCH_RUN_DAMAGED',
    `Cannot read ${JSON.stringify(file)}: the plan in it has the digest ${found}, and the run's is ${expected}; restore the file, or move the run away and run again`,
    { file },
  );
}

/**
 * Reads all rows of a run's segments, so that damage is reported before anything is spent, and removes the segments that hold failed cases.
 *
 * @returns The number of failed cases that will be run again.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
 */
export async function checkSegments(
  { writer, path }: Pick<OpenRun, 'writer' | 'path'>,
  retryFailed: boolean,
): Promise<number> {
  const { cases, segments } = await findFailed(writer, path);
  if (segments.length > 0 && retryFailed) await writer.remove(segments);
  return cases;
}

/**
 * Reads all rows of a run for failed cases.
 *
 * @param path Path of the run, for error messages.
 * @returns Their number, and the segments that hold them.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
 */
export async function findFailed(
  run: Pick<RunReader, 'segments' | 'rows'>,
  path: string,
): Promise<{ readonly cases: number; readonly segments: readonly RunSegment[] }> {
  let cases = 0;
  const segments: RunSegment[] = [];
  for (const segment of run.segments) {
    let found = 0;
    for await (const row of run.rows(segment)) {
      // Almost all rows have neither, and parsing is slower than searching.
      if (!row.includes('"failure":') && !row.includes('"errors":')) continue;
      if (isFailed(parseRow(row, path))) found += 1;
    }
    if (found > 0) segments.push(segment);
    cases += found;
  }
  return { cases, segments };
}

/** Another run of the same name. */
export interface OtherRun {
  readonly run: string;
  readonly reader: RunReader;
  readonly plan: PlanContent;
}

/** The newest other run with a plan's name in a folder, by time of the last write. */
export async function newestOther(
  plan: Plan,
  outputDir: string,
  inputs: readonly OutputInput[] = [],
): Promise<OtherRun | undefined> {
  return await findEarlierRun(
    createFolderRuns(outputDir, { inputs }),
    plan,
    // A run that has disappeared in the meantime counts as the oldest.
    async (name) => {
      const found = await stat(join(outputDir, name, 'manifest.json')).catch(() => undefined);
      return found?.mtimeMs ?? 0;
    },
  );
}

async function findEarlierRun(
  store: RunStore,
  plan: Plan,
  writtenAt: (run: string) => Promise<number>,
): Promise<OtherRun | undefined> {
  const runs = (await store.list()).filter(
    // Shards of the run itself do not count as another run either.
    (run) =>
      run !== plan.run && !isShardFolder(run, plan.run) && run.startsWith(`${plan.content.name}-`),
  );
  const dated = await Promise.all(runs.map(async (run) => ({ run, at: await writtenAt(run) })));
  dated.sort((one, other) => other.at - one.at);
  for (const { run } of dated) {
    // An unreadable run must not prevent this one.
    const reader = await store.read(run).catch(() => undefined);
    const text = await reader?.document('plan').catch(() => undefined);
    if (reader === undefined || text === undefined) continue;
    try {
      const found = parsePlan(text, run);
      if (found.name === plan.content.name) return { run, reader, plan: found };
    } catch {
      // As above.
    }
  }
  return undefined;
}

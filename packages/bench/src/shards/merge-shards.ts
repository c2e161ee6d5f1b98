import { dirname, resolve } from 'node:path';

import { type OptionReaders, readOptions } from '@testbench/types/config';
import type { RunReader, RunSegment } from '@testbench/types/stores';

import { ImageKeeper } from '../attachments/kept-images.js';
import { checkRunFolder } from '../attest/check-run-folder.js';
import type { BenchmarkConfig } from '../config/benchmark-config.js';
import { parseBenchmarkConfig } from '../config/parse-benchmark-config.js';
import { BenchError } from '../errors.js';
import { finishPlan } from '../plan/make-plan.js';
import { readRun, type StoredRun } from '../results/read-run.js';
import { readFolder } from '../results/store/run-reader.js';
import { type RunDataset, withLoadedRun } from '../run/prepare-run.js';
import { readRunConfig } from '../run/resume-run.js';
import { RUN_OPTIONS, type RunOptions } from '../run/run-options.js';
import { executeRun, planChanged, type RunResult } from '../run/run-plan.js';
import type { OpenRun } from '../run/run-folder.js';
import { checkShardRows } from './check-shard-rows.js';
import { checkShards, type StoredShard } from './check-shards.js';
import { readShardDocument } from './shard-document.js';

/** How shards are merged. */
export interface MergeShardsOptions extends Pick<
  RunOptions,
  | 'compileScript'
  | 'findPlugin'
  | 'system'
  | 'store'
  | 'signal'
  | 'onProgress'
  | 'onRow'
  | 'onNotice'
  | 'onLog'
  | 'maxErrors'
  | 'inputs'
  | 'hooks'
> {
  /** Parent of the merged run's folder. @default the parent of the first shard's folder */
  readonly outputDir?: string;
  /** The configuration of the run, if paths differ on this machine. @default that of the first shard */
  readonly config?: BenchmarkConfig;
}

const OPTIONS: OptionReaders<MergeShardsOptions> = {
  compileScript: RUN_OPTIONS.compileScript,
  findPlugin: RUN_OPTIONS.findPlugin,
  system: RUN_OPTIONS.system,
  store: RUN_OPTIONS.store,
  signal: RUN_OPTIONS.signal,
  onProgress: RUN_OPTIONS.onProgress,
  onRow: RUN_OPTIONS.onRow,
  onNotice: RUN_OPTIONS.onNotice,
  onLog: RUN_OPTIONS.onLog,
  maxErrors: RUN_OPTIONS.maxErrors,
  inputs: RUN_OPTIONS.inputs,
  hooks: RUN_OPTIONS.hooks,
  outputDir: (node) => node.text(),
  config: (node) => node.object() as unknown as BenchmarkConfig,
};

/**
 * Merges the shards of a run, in any order: the rows, the summary and the scores of whole sets are identical to those of a single machine, byte
 * for byte, except for what depends on clocks and servers. The data set is not needed; the plugins are, since they score whole sets, as are
 * prompts in files.
 *
 * @param folders Folders of all shards of one run, as made with `shard` of `RunOptions`. They may come from anywhere, and are not changed.
 * @throws {BenchError} `BENCH_SHARDS_MISSING` if one is missing or lacks records; `BENCH_SHARDS_DOUBLED` if one occurs twice, or the run
 *   already exists; `BENCH_SHARDS_MISMATCHED` unless all have the same plan, the same number of shards and the metering version of this program;
 *   `BENCH_PLAN_CHANGED` if plugins or prompts have changed; `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`, `BENCH_CANCELLED`.
 * @throws {ConfigError} An option is wrong.
 * @throws {LoadError} A plugin does not load.
 */
export async function mergeShards(
  folders: readonly string[],
  given?: MergeShardsOptions,
): Promise<RunResult> {
  const { outputDir, config: own, ...options } = readOptions<MergeShardsOptions>(given, OPTIONS);
  const shards: StoredShard[] = [];
  for (const folder of folders) shards.push(await readShard(folder));
  const sorted = checkShards(shards);
  const [{ stored, document }] = sorted;
  const before = own === undefined ? await readRunConfig(stored) : parseBenchmarkConfig(own);
  const target = resolve(outputDir ?? dirname(stored.path));
  const config = { ...before, outputDir: target };
  const dataset = plannedDataset(stored, document.formats);
  return await withLoadedRun(config, dataset, options, async (run) => {
    if (run.plan.digest !== stored.digest) {
      throw planChanged(finishPlan(stored.plan, config), run.plan);
    }
    return await executeRun(
      run,
      // The shards have already retried their failed cases as configured.
      { ...options, retryFailed: false },
      () => Promise.reject(missingRows(target)),
      {
        facts: sorted.flatMap(({ document: { done } }) => done ?? []),
        async fill(open) {
          await fill(open, sorted);
          if (stored.plan.dataset.attachments === undefined) return;
          const images = await ImageKeeper.open(open.path);
          for (const shard of sorted) await images.keepFrom(shard.stored.path);
        },
      },
    );
  });
}

async function readShard(folder: string): Promise<StoredShard> {
  const path = resolve(folder);
  await checkRunFolder(path);
  const stored = await readRun(path);
  const reader = (await readFolder(path))!;
  const document = await readShardDocument(reader, path);
  if (document === undefined) {
    throw new BenchError(
      'BENCH_SHARDS_MISMATCHED',
      `Cannot merge ${JSON.stringify(path)}: it is not a shard, it has no "shard.json"`,
      { file: path },
    );
  }
  return { stored, document, reader };
}

/** The data set of a run whose records all exist already. */
function plannedDataset({ plan, path }: StoredRun, formats: readonly string[]): RunDataset {
  const { digest, records: count, attachments } = plan.dataset;
  return {
    digest,
    attachments,
    formats,
    files: [],
    count,
    // oxlint-disable-next-line require-yield -- there is nothing to give
    async *records() {
      throw missingRows(path);
    },
    // oxlint-disable-next-line require-yield -- there is nothing to give
    async *batches() {
      throw missingRows(path);
    },
  };
}

function missingRows(path: string): BenchError {
  return new BenchError(
    'BENCH_SHARDS_MISSING',
    `Cannot merge into ${JSON.stringify(path)}: a record has no rows`,
    { file: path },
  );
}

/** Number of segments copied at a time: enough to share a manifest write, few enough to limit open files. */
const TOGETHER = 64;

/** Copies all missing segments, and compares each with its digest and its plan. After a failure none of them are kept. */
async function fill({ writer, path }: OpenRun, shards: readonly StoredShard[]): Promise<void> {
  const wanted = shards.flatMap(({ reader, stored }) =>
    reader.segments.map((segment) => ({ segment, reader, stored })),
  );
  const there = new Map(writer.segments.map((segment) => [segment.from, segment]));
  const left = wanted.filter(({ segment: { from, to, digest } }) => {
    const found = there.get(from);
    const isSame = found?.to === to && found.digest === digest;
    if (isSame) there.delete(from);
    return !isSame;
  });
  // A finished or killed merge may be repeated; another run's rows stay as they are.
  if (there.size > 0) throw otherRows(path);
  const before = writer.segments;
  for (let at = 0; at < left.length; at += TOGETHER) {
    const copies = await Promise.allSettled(
      left
        .slice(at, at + TOGETHER)
        .map(({ segment, reader, stored }) => copySegment(writer, segment, reader, stored)),
    );
    const failed = copies.find((copy) => copy.status === 'rejected');
    if (failed === undefined) continue;
    await writer.remove(writer.segments.filter((segment) => !before.includes(segment)));
    throw failed.reason;
  }
}

async function copySegment(
  writer: OpenRun['writer'],
  segment: RunSegment,
  reader: RunReader,
  { plan, path }: StoredRun,
): Promise<void> {
  const check = checkShardRows(plan, segment, path);
  const copy = await writer.begin(segment.from);
  try {
    for await (const row of reader.rows(segment)) {
      check.row(row);
      const written = copy.write(row);
      if (written !== undefined) await written;
    }
    check.end();
    await copy.complete(segment.to);
  } finally {
    await copy.discard();
  }
}

function otherRows(path: string): BenchError {
  return new BenchError(
    'BENCH_SHARDS_DOUBLED',
    `Cannot merge into ${JSON.stringify(path)}: the run is there with other rows; move it away, or merge into another folder`,
    { file: path },
  );
}

import { setImmediate } from 'node:timers/promises';

import { loadPolicy, OUTPUT_OPTIONS, type OutputInput, PluginSystem } from '@testbench/core';
import { ConfigError, type LogSink, type OptionReaders, readOptions } from '@testbench/types';

import type { BenchmarkConfig, ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { inputFiles } from '../config/input-files.js';
import { parseBenchmarkConfig } from '../config/parse-benchmark-config.js';
import { withoutUndefined } from '../config/without-undefined.js';
import type { Dataset } from '../dataset/dataset.js';
import {
  OPEN_DATASET_OPTIONS,
  openDataset,
  type OpenDatasetOptions,
} from '../dataset/open-dataset.js';
import type { BenchmarkSummary } from '../results/benchmark-summary.js';
import { DropBoard } from '../results/drop-board.js';
import type { ResultRow } from '../results/result-row.js';
import { ResultsFolder } from '../results/results-folder.js';
import { ScoreBoard } from '../results/score-board.js';
import { cancelled } from './call-failure.js';
import { evaluateSample } from './evaluate-sample.js';
import { loadPipeline, type Pipeline } from './load-pipeline.js';
import { mapOrdered } from './map-ordered.js';
import type { BenchSystem } from './stage.js';

/** Calls inside this thread leave no room for signals and timers; this often the run makes some, in milliseconds. */
const BREATHE_EVERY_MS = 50;
/** Records in flight where a plugin waits for a network: what public APIs bear without complaint. */
const WAITING_CONCURRENCY = 4;
/** Records in flight otherwise: as many as share the cost of a batch, few enough to hold in memory. */
const BATCH_CONCURRENCY = 256;

/** How far a run is. */
export interface BenchmarkProgress {
  /** Records done. */
  readonly records: number;
  /** Estimated share of the whole, 0 to 1. */
  readonly fraction: number;
  /** Rows so far with at least one failed call. */
  readonly failedRows: number;
}

/** What `runBenchmark` takes beside the configuration. */
export interface RunOptions extends Pick<OpenDatasetOptions, 'readers'> {
  /** Where plugins are loaded; they are unloaded at the end. @default a system of its own */
  readonly system?: BenchSystem;
  /** Stops the run with `BENCH_CANCELLED`; nothing is written. */
  readonly signal?: AbortSignal;
  /** Called after each record. Must not throw. */
  readonly onProgress?: (progress: BenchmarkProgress) => void;
  /** Called with each row, in the order of dataset and models. The run waits for it. */
  readonly onRow?: (row: ResultRow) => void | Promise<void>;
  /** Files that results must not replace, besides those that the configuration names. @default none */
  readonly inputs?: readonly OutputInput[];
  /** Gets what plugins log; unused if `system` is given. @default dropped */
  readonly onLog?: LogSink;
}

const OPTIONS: OptionReaders<RunOptions> = {
  system: (node) =>
    node.implementation('loadPlugin', 'executePlugin', 'executeBatch', 'unloadPlugin'),
  signal: (node) => node.signal(),
  onProgress: (node) => node.callback(),
  onRow: (node) => node.callback(),
  inputs: OUTPUT_OPTIONS.inputs,
  readers: OPEN_DATASET_OPTIONS.readers,
  onLog: (node) => node.callback(),
};

/**
 * Runs a dataset through provider, transforms, evaluators and filter, and sums up the scores.
 *
 * Records stream from disk and rows stream to disk, so memory does not grow with the dataset. A failed call is
 * counted, and the run goes on; a bad line of the dataset ends the run. Results appear only when the run is
 * through: `results.jsonl` and `summary.json` in the folder `config.outputDir`, replacing those of an earlier run. Whether they can be
 * written is found out first; they never replace a file that the run reads.
 *
 * @param config Checked as by `parseBenchmarkConfig`; relative paths start at the working directory.
 * @throws {ConfigError} The configuration or an option is wrong, or a plugin has the wrong type for its place.
 * @throws {LoadError} A plugin does not load.
 * @throws {BenchError} See its codes.
 */
export async function runBenchmark(
  config: BenchmarkConfig,
  given?: RunOptions,
): Promise<BenchmarkSummary> {
  const options = readOptions<RunOptions>(given, OPTIONS);
  const resolved = parseBenchmarkConfig(config);
  rejectUnsupported(resolved);
  const startedAt = new Date();
  const inputs = [...inputFiles(resolved), ...(options.inputs ?? [])];
  if (resolved.outputDir !== undefined) await ResultsFolder.check(resolved.outputDir, { inputs });
  const { readers, signal } = options;
  await using dataset = await openDataset(resolved.dataset, withoutUndefined({ readers, signal }));
  inputs.push(...dataset.files.map((path) => ({ path, what: 'the data set' })));
  const ownSystem =
    options.system === undefined ? await createSystem(resolved, options) : undefined;
  const system = options.system ?? ownSystem!;
  try {
    const pipeline = await loadPipeline(system, resolved);
    try {
      return await runPipeline(resolved, pipeline, options, { startedAt, dataset, inputs });
    } finally {
      await pipeline.unload();
    }
  } finally {
    await ownSystem?.close();
  }
}

/** What a configuration may say, and this run does not do yet. */
function rejectUnsupported(config: ResolvedBenchmarkConfig): void {
  const { prompts, providers, filters, epochs } = config;
  const [prompt] = prompts;
  const isAsIs = !('template' in prompt! || 'messages' in prompt! || 'file' in prompt!);
  const problem = [
    providers.length > 1 && 'more than one provider',
    (prompts.length > 1 || !isAsIs) && 'prompts',
    filters.length > 1 && 'more than one filter',
    epochs.count > 1 && 'epochs',
  ].find((found) => found !== false);
  if (problem === undefined) return;
  throw new ConfigError(
    'CONFIG_INVALID',
    '',
    `Cannot run ${JSON.stringify(config.name)}: ${problem} cannot be run yet`,
  );
}

function modelNames(config: ResolvedBenchmarkConfig): string[] {
  return config.providers[0]!.models.map(({ name }) => name);
}

interface RunFacts {
  readonly startedAt: Date;
  readonly dataset: Dataset;
  readonly inputs: readonly OutputInput[];
}

async function runPipeline(
  config: ResolvedBenchmarkConfig,
  pipeline: Pipeline,
  options: RunOptions,
  facts: RunFacts,
): Promise<BenchmarkSummary> {
  const board = new ScoreBoard(
    modelNames(config),
    config.evaluators.map((evaluator) => evaluator.name),
  );
  const drops = new DropBoard();
  const folder =
    config.outputDir === undefined
      ? undefined
      : await ResultsFolder.create(config.outputDir, {
          inputs: facts.inputs,
          signal: options.signal,
        });
  try {
    const records = await streamRows(config, pipeline, options, facts, async (row) => {
      board.add(row);
      drops.add(row);
      await folder?.addRow(row);
      await options.onRow?.(row);
    });
    const summary = summarize(config, pipeline, { board, drops, records }, facts);
    return folder === undefined ? summary : await folder.publish(summary);
  } finally {
    await folder?.discard();
  }
}

/** Sends all samples through the pipeline; returns their number. */
async function streamRows(
  config: ResolvedBenchmarkConfig,
  pipeline: Pipeline,
  options: RunOptions,
  facts: RunFacts,
  onRow: (row: ResultRow) => Promise<void>,
): Promise<number> {
  const { failFast } = config;
  const { dataset } = facts;
  const waits = pipeline.stages.some((stage) => stage.waits);
  const concurrency = config.concurrency ?? (waits ? WAITING_CONCURRENCY : BATCH_CONCURRENCY);
  // Aborted also when the run ends early, so that calls in flight do not go on for nothing.
  const stop = new AbortController();
  const signal =
    options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  let failure: unknown;
  const results = mapOrdered(dataset.records(), concurrency, async (sample) => {
    try {
      return await evaluateSample(pipeline, sample, {
        models: config.providers[0]!.models,
        failFast,
        droppedTexts: config.filters[0]?.droppedTexts ?? false,
        signal,
      });
    } catch (error) {
      // Earlier records are still in flight, and come back as cancelled now; this is the cause.
      failure ??= error;
      stop.abort();
      throw error;
    }
  });

  let records = 0;
  let failedRows = 0;
  let lastBreath = performance.now();
  try {
    throwIfAborted(options.signal);
    for await (const rows of results) {
      throwIfAborted(options.signal);
      for (const row of rows) {
        if (row.failure !== undefined || row.errors !== undefined) failedRows += 1;
        await onRow(row);
      }
      records += 1;
      const fraction = records / dataset.count;
      options.onProgress?.({ records, fraction, failedRows });
      if (performance.now() - lastBreath > BREATHE_EVERY_MS) {
        await setImmediate();
        lastBreath = performance.now();
      }
    }
    return records;
  } catch (error) {
    stop.abort();
    throw failure ?? error;
  }
}

function summarize(
  config: ResolvedBenchmarkConfig,
  pipeline: Pipeline,
  { board, drops, records }: { board: ScoreBoard; drops: DropBoard; records: number },
  { startedAt, dataset }: RunFacts,
): BenchmarkSummary {
  const { path, offset, limit, sample, shuffle } = config.dataset;
  return withoutUndefined({
    formatVersion: 1 as const,
    name: config.name,
    description: config.description,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    dataset: withoutUndefined({
      path,
      format: dataset.formats.join(', '),
      digest: dataset.digest,
      sample,
      shuffle,
      offset,
      limit,
    }),
    records,
    models: modelNames(config),
    evaluators: config.evaluators.map((evaluator) => evaluator.name),
    scores: board.summaries(),
    dropped: pipeline.filter === undefined ? undefined : drops.counts(),
    plugins: pipeline.stages.map(({ name: stage, plugin, usage }) => ({
      stage,
      type: plugin.metadata.pluginType,
      name: plugin.metadata.name,
      version: plugin.metadata.version,
      // Only code of a host's own has none, and a benchmark loads modules.
      digest: plugin.digest ?? '',
      ...usage,
    })),
    output: config.outputDir,
  });
}

async function createSystem(
  config: ResolvedBenchmarkConfig,
  options: RunOptions,
): Promise<PluginSystem> {
  const { providers, transforms, evaluators, filters } = config;
  const uses = [providers, transforms, evaluators, filters].flat().length;
  return new PluginSystem({
    maxLoadedPlugins: uses,
    isolation: config.isolation,
    ...(config.policy === undefined ? {} : { policy: await loadPolicy(config.policy) }),
    ...(options.onLog === undefined ? {} : { onLog: options.onLog }),
  });
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled();
}

import { availableParallelism } from 'node:os';
import { join } from 'node:path';

import { loadPolicy, PluginSystem, type PluginSystemOptions } from '@testbench/core';

import type { SetScore } from '../aggregate/set-scores.js';
import { DEFAULT_MAX_CONCURRENCY } from '../calls/limits.js';
import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { withoutUndefined } from '../config/without-undefined.js';
import type { Dataset } from '../dataset/dataset.js';
import { openDataset, type OpenDatasetOptions } from '../dataset/open-dataset.js';
import { type DatasetFacts, makePlan } from '../plan/make-plan.js';
import type { Plan } from '../plan/plan.js';
import { DenialLog } from '../results/failure-hints.js';
import { expandReplays } from '../replay/expand-replays.js';
import { loadPipeline, type LoadPipelineOptions, type Pipeline } from './load-pipeline.js';
import { MAX_RECORD_STAGES } from './record-stages.js';
import type { RunOptions } from './run-options.js';
import type { BenchSystem } from './stage.js';

/** The parts of a data set that a run needs. */
export type RunDataset = Pick<
  Dataset,
  'digest' | 'formats' | 'files' | 'count' | 'records' | 'batches'
> & {
  /** @default no record has attachments */
  readonly attachments?: DatasetFacts['attachments'];
  /** @default no record has attachments */
  readonly carryAttachments?: Dataset['carryAttachments'];
  /** @default there is nothing to keep */
  readonly saveAttachmentDigests?: Dataset['saveAttachmentDigests'];
};

/** A plan, with all that is needed to run it opened. */
export interface PreparedRun {
  readonly config: ResolvedBenchmarkConfig;
  readonly plan: Plan;
  /** The system in which the plugins are loaded. */
  readonly system: BenchSystem;
  readonly pipeline: Pipeline;
  readonly dataset: RunDataset;
  /** Set scores of evaluators that are not loaded because their rows are kept. */
  readonly keptSets?: readonly SetScore[];
  /** What plugins were denied so far. */
  readonly denials: DenialLog;
}

/**
 * Opens the data set, loads the plugins and makes the plan; closes everything when `action` is done.
 *
 * @throws {ConfigError} A plugin has the wrong type for its place.
 * @throws {LoadError} A plugin does not load.
 * @throws {BenchError} See its codes for data sets.
 */
export async function withPreparedRun<T>(
  given: ResolvedBenchmarkConfig,
  options: RunOptions & Pick<OpenDatasetOptions, 'attachments'>,
  action: (run: PreparedRun) => Promise<T>,
  pipelineOptions: LoadPipelineOptions = {},
): Promise<T> {
  const { readers, signal, attachments } = options;
  // First: a replayed run that is damaged is found at once; reading a data set may take minutes.
  const config = await expanded(given, pipelineOptions);
  await using dataset = await openDataset(
    config.dataset,
    withoutUndefined({ readers, signal, attachments, attachmentDigestsDir: digestsDir(config) }),
  );
  return await withExpandedRun(config, dataset, options, action, pipelineOptions);
}

/** Where digests of attachments are kept, next to the runs. */
function digestsDir({ outputDir, cache }: ResolvedBenchmarkConfig): string | undefined {
  return outputDir === undefined || cache !== 'use' ? undefined : join(outputDir, '.attachments');
}

/**
 * Like `withPreparedRun`, with a data set that is already open.
 *
 * @throws {ConfigError} A plugin has the wrong type for its place.
 * @throws {LoadError} A plugin does not load.
 */
export async function withLoadedRun<T>(
  given: ResolvedBenchmarkConfig,
  dataset: RunDataset,
  options: RunOptions,
  action: (run: PreparedRun) => Promise<T>,
  pipelineOptions: LoadPipelineOptions = {},
): Promise<T> {
  const config = await expanded(given, pipelineOptions);
  return await withExpandedRun(config, dataset, options, action, pipelineOptions);
}

async function expanded(
  given: ResolvedBenchmarkConfig,
  { answers }: LoadPipelineOptions,
): Promise<ResolvedBenchmarkConfig> {
  return answers === false ? given : await expandReplays(given);
}

async function withExpandedRun<T>(
  config: ResolvedBenchmarkConfig,
  dataset: RunDataset,
  options: RunOptions,
  action: (run: PreparedRun) => Promise<T>,
  pipelineOptions: LoadPipelineOptions,
): Promise<T> {
  const { compileScript, findPlugin } = options;
  const loading = { ...pipelineOptions, compileScript, findPlugin };
  const denials = new DenialLog();
  let own =
    options.system === undefined ? await createSystem(config, options, {}, denials) : undefined;
  try {
    let pipeline = await loadPipeline(options.system ?? own!, config, loading);
    if (own !== undefined && holdsPlaces(pipeline, config)) {
      // Only now is it known that threads will wait, so more of them are needed than there are processors.
      await pipeline.unload();
      await own.close();
      own = await createSystem(config, options, waitingPlaces(config), denials);
      pipeline = await loadPipeline(own, config, loading);
    }
    try {
      const plan = makePlan(config, pipeline, dataset);
      const system = options.system ?? own!;
      return await action({ config, plan, system, pipeline, dataset, denials });
    } finally {
      await pipeline.unload();
    }
  } finally {
    await own?.close();
  }
}

/** True if waiting calls hold threads or processes: calls of plugins that do not ask, and streams. */
function holdsPlaces(
  { stages, prompts }: Pipeline,
  { providers, conversation }: ResolvedBenchmarkConfig,
): boolean {
  if (stages.some((stage) => stage.waits && !stage.asks)) return true;
  const models = [...providers.flatMap((provider) => provider.models), conversation?.user];
  const given = [...models, ...prompts.map(({ source }) => source)];
  return given.some((one) => one?.parameters?.['stream'] === true);
}

/** Default maximum of threads waiting for a server: 10 MB each. */
const WAITING_THREADS = 64;
/** Default maximum of child processes waiting for a server: 50 MB each. */
const WAITING_PROCESSES = 16;
const OTHER_CALLS = 64;

/** Room for waiting calls: unless they run in this thread, each holds a thread or process. */
function waitingPlaces(config: ResolvedBenchmarkConfig): PluginSystemOptions {
  const { user } = config.conversation ?? {};
  const stages = [...config.providers, ...config.evaluators, ...(user === undefined ? [] : [user])];
  const told = stages.map(({ calls }) => calls?.concurrency ?? config.concurrency ?? 0);
  const calls = Math.max(...told);
  return {
    maxThreads: (calls === 0 ? WAITING_THREADS : calls) + availableParallelism() + 1,
    maxProcessesPerPlugin: calls === 0 ? WAITING_PROCESSES : calls,
    maxConcurrentExecutions: Math.max(calls, DEFAULT_MAX_CONCURRENCY) + OTHER_CALLS,
  };
}

async function createSystem(
  config: ResolvedBenchmarkConfig,
  options: RunOptions,
  places: PluginSystemOptions,
  denials: DenialLog,
): Promise<PluginSystem> {
  const { providers, transforms, evaluators, filters } = config;
  // Tools, the plugin that checks their arguments, and the user.
  const more = (config.tools?.length ?? 0) + 2;
  const own = [providers, transforms, evaluators, filters].flat().length + more;
  const uses = own + (config.dataset.fields.evaluators === undefined ? 0 : MAX_RECORD_STAGES);
  return new PluginSystem({
    ...places,
    maxLoadedPlugins: uses,
    isolation: config.isolation,
    ...(options.store === undefined ? {} : { store: options.store }),
    ...(config.policy === undefined ? {} : { policy: await loadPolicy(config.policy) }),
    onLog: (record) => {
      if (record.level === 'warn') denials.add(record.pluginId, record.message);
      options.onLog?.(record);
    },
  });
}

import { availableParallelism } from 'node:os';

import { loadPolicy, PluginSystem, type PluginSystemOptions } from '@testbench/core';

import type { SetScore } from '../aggregate/set-scores.js';
import { DEFAULT_MAX_CONCURRENCY } from '../calls/limits.js';
import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { withoutUndefined } from '../config/without-undefined.js';
import type { Dataset } from '../dataset/dataset.js';
import { openDataset } from '../dataset/open-dataset.js';
import { makePlan } from '../plan/make-plan.js';
import type { Plan } from '../plan/plan.js';
import { DenialLog } from '../results/failure-hints.js';
import { expandReplays } from '../replay/expand-replays.js';
import { loadPipeline, type LoadPipelineOptions, type Pipeline } from './load-pipeline.js';
import { MAX_RECORD_STAGES } from './record-stages.js';
import type { RunOptions } from './run-options.js';
import type { BenchSystem } from './stage.js';

/** What a run needs of its data set. */
export type RunDataset = Pick<
  Dataset,
  'digest' | 'formats' | 'files' | 'count' | 'records' | 'batches'
>;

/** A plan with everything open that running it needs. */
export interface PreparedRun {
  readonly config: ResolvedBenchmarkConfig;
  readonly plan: Plan;
  /** Where the plugins are loaded. */
  readonly system: BenchSystem;
  readonly pipeline: Pipeline;
  readonly dataset: RunDataset;
  /** Scores of sets by evaluators whose rows are kept, and that are not loaded. */
  readonly keptSets?: readonly SetScore[];
  /** What plugins were refused so far. */
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
  options: RunOptions,
  action: (run: PreparedRun) => Promise<T>,
  pipelineOptions: LoadPipelineOptions = {},
): Promise<T> {
  const { readers, signal } = options;
  await using dataset = await openDataset(given.dataset, withoutUndefined({ readers, signal }));
  return await withLoadedRun(given, dataset, options, action, pipelineOptions);
}

/**
 * The same with a data set that is open already.
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
  const { compileScript, findPlugin } = options;
  const loading = { ...pipelineOptions, compileScript, findPlugin };
  const config = loading.answers === false ? given : await expandReplays(given);
  const denials = new DenialLog();
  let own =
    options.system === undefined ? await createSystem(config, options, {}, denials) : undefined;
  try {
    let pipeline = await loadPipeline(options.system ?? own!, config, loading);
    if (own !== undefined && holdsPlaces(pipeline, config)) {
      // Only now is it known that threads will wait, and that more of them are needed than there are processors.
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

/** True if calls that wait hold threads or processes: those of plugins that do not ask, and streams. */
function holdsPlaces({ stages }: Pipeline, { providers }: ResolvedBenchmarkConfig): boolean {
  if (stages.some((stage) => stage.waits && !stage.asks)) return true;
  const models = providers.flatMap((provider) => provider.models);
  return models.some(({ parameters }) => parameters['stream'] === true);
}

/** Default maximum of threads waiting for a server: 10 MB each. */
const WAITING_THREADS = 64;
/** The same of child processes: 50 MB each. */
const WAITING_PROCESSES = 16;
const OTHER_CALLS = 64;

/** Room for the calls that wait: outside of this thread each holds a thread or process. */
function waitingPlaces(config: ResolvedBenchmarkConfig): PluginSystemOptions {
  const stages = [...config.providers, ...config.evaluators];
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
  const own = [providers, transforms, evaluators, filters].flat().length;
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

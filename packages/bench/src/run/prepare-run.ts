import { loadPolicy, PluginSystem } from '@testbench/core';

import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { withoutUndefined } from '../config/without-undefined.js';
import type { Dataset } from '../dataset/dataset.js';
import { openDataset } from '../dataset/open-dataset.js';
import { makePlan } from '../plan/make-plan.js';
import type { Plan } from '../plan/plan.js';
import { loadPipeline, type LoadPipelineOptions, type Pipeline } from './load-pipeline.js';
import { MAX_RECORD_STAGES } from './record-stages.js';
import type { RunOptions } from './run-options.js';

/** A plan with everything open that running it needs. */
export interface PreparedRun {
  readonly config: ResolvedBenchmarkConfig;
  readonly plan: Plan;
  readonly pipeline: Pipeline;
  readonly dataset: Dataset;
}

/**
 * Opens the data set, loads the plugins and makes the plan; closes everything when `action` is done.
 *
 * @throws {ConfigError} A plugin has the wrong type for its place.
 * @throws {LoadError} A plugin does not load.
 * @throws {BenchError} See its codes for data sets.
 */
export async function withPreparedRun<T>(
  config: ResolvedBenchmarkConfig,
  options: RunOptions,
  action: (run: PreparedRun) => Promise<T>,
  loading: LoadPipelineOptions = {},
): Promise<T> {
  const { readers, signal } = options;
  await using dataset = await openDataset(config.dataset, withoutUndefined({ readers, signal }));
  const own = options.system === undefined ? await createSystem(config, options) : undefined;
  try {
    const pipeline = await loadPipeline(options.system ?? own!, config, loading);
    try {
      const plan = makePlan(config, pipeline, dataset);
      return await action({ config, plan, pipeline, dataset });
    } finally {
      await pipeline.unload();
    }
  } finally {
    await own?.close();
  }
}

async function createSystem(
  config: ResolvedBenchmarkConfig,
  options: RunOptions,
): Promise<PluginSystem> {
  const { providers, transforms, evaluators, filters } = config;
  const own = [providers, transforms, evaluators, filters].flat().length;
  const uses = own + (config.dataset.fields.evaluators === undefined ? 0 : MAX_RECORD_STAGES);
  return new PluginSystem({
    maxLoadedPlugins: uses,
    isolation: config.isolation,
    ...(config.policy === undefined ? {} : { policy: await loadPolicy(config.policy) }),
    ...(options.onLog === undefined ? {} : { onLog: options.onLog }),
  });
}

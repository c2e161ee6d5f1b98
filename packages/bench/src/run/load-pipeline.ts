import { ConfigError, type PluginType } from '@testbench/types';

import type { PluginConfig, ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import { type BenchSystem, Stage } from './stage.js';

/** A plugin that scores, and what of a record it gets besides the rest. */
export interface EvaluatorStage {
  readonly stage: Stage;
  /** Place in the configuration. */
  readonly path: string;
  /** Field of its input, and where in a record the value stands. */
  readonly fields: readonly (readonly [name: string, path: string])[];
}

/** All plugins of a run, loaded. */
export interface Pipeline {
  readonly provider: Stage;
  readonly transforms: readonly Stage[];
  readonly evaluators: readonly EvaluatorStage[];
  readonly filter: Stage | undefined;
  /** All of them, in the order of a record's way. */
  readonly stages: readonly Stage[];
  /** Unloads all plugins. */
  unload(): Promise<void>;
}

/**
 * Loads the plugins of a configuration, each use under its own id, as its own configuration, limits and
 * permissions may differ.
 *
 * @throws {LoadError} A plugin does not load; those loaded before it are unloaded again.
 * @throws {ConfigError} `CONFIG_INVALID` for a plugin of the wrong type for its place.
 */
export async function loadPipeline(
  system: BenchSystem,
  config: ResolvedBenchmarkConfig,
): Promise<Pipeline> {
  const stages: Stage[] = [];
  const unload = async (): Promise<void> => {
    for (const stage of stages.splice(0).toReversed()) await system.unloadPlugin(stage.id);
  };
  const load = async (
    use: PluginConfig,
    types: readonly PluginType[],
    path: string,
    name: string = path,
  ): Promise<Stage> => {
    const id = `${config.name}/${path}`;
    const { info } = await system.loadPlugin(use.plugin, {
      id,
      config: use.config ?? {},
      limits: { ...config.limits, ...use.limits },
      ...(use.permissions === undefined ? {} : { permissions: use.permissions }),
    });
    const stage = new Stage(name, id, info, system);
    stages.push(stage);
    const actual = info.metadata.pluginType;
    if (!types.includes(actual)) {
      throw new ConfigError(
        'CONFIG_INVALID',
        `${path}.plugin`,
        `Cannot use ${JSON.stringify(use.plugin)} as "${path}": expected plugin type ${types.map((type) => `"${type}"`).join(' or ')}, found "${actual}"`,
      );
    }
    return stage;
  };

  try {
    const provider = await load(config.providers[0]!, ['provider'], 'provider');
    const transforms: Stage[] = [];
    for (const [index, use] of config.transforms.entries()) {
      transforms.push(await load(use, ['transform'], `transforms[${index}]`));
    }
    const evaluators: EvaluatorStage[] = [];
    for (const [index, use] of config.evaluators.entries()) {
      const path = `evaluators[${index}]`;
      const stage = await load(use, ['evaluator', 'custom'], path, use.name);
      evaluators.push({ stage, path, fields: Object.entries(use.fields ?? {}) });
    }
    const [filterUse] = config.filters;
    const filter = filterUse && (await load(filterUse, ['filter'], 'filter'));
    return { provider, transforms, evaluators, filter, stages: [...stages], unload };
  } catch (error) {
    await unload();
    throw error;
  }
}

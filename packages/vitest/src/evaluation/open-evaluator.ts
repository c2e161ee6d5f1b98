import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import { findPluginsDir, PluginLocator } from '@testbench/bench';
import type { PluginSystem } from '@testbench/core';
import type { EvaluatorResult } from '@testbench/types';
import { ConfigError } from '@testbench/types/errors';
import { handedData } from '@testbench/types/reads';

import type { EvaluatorUse } from './evaluation-options.js';
import type { Score, ScorerArgs } from './scorer.js';

/** An evaluator of a loaded plugin. */
export interface OpenedEvaluator {
  readonly name: string;
  readonly score: (args: ScorerArgs, signal?: AbortSignal) => Promise<Score>;
}

/**
 * Loads an evaluator.
 *
 * @param id The id that the plugin is loaded under.
 * @param path Its place in the options, for errors.
 * @throws {ConfigError} There is no such plugin, or it is no evaluator.
 * @throws {LoadError}
 */
export async function openEvaluator(
  system: PluginSystem,
  { plugin: reference, name, config = {}, limits, permissions }: EvaluatorUse,
  id: string,
  path: string,
): Promise<OpenedEvaluator> {
  const file = resolve(reference);
  const location = existsSync(file)
    ? file
    : (await new PluginLocator(findPluginsDir(process.cwd())).locate(reference, path, config)).path;
  const { info } = await system.loadPlugin(location, {
    id,
    config,
    state: 'reset',
    ...(limits === undefined ? {} : { limits }),
    ...(permissions === undefined ? {} : { permissions }),
  });
  const { metadata } = info;
  if (metadata.pluginType !== 'evaluator' && metadata.pluginType !== 'custom') {
    throw new ConfigError(
      'CONFIG_INVALID',
      path,
      `Cannot use ${JSON.stringify(reference)} as "${path}": expected plugin type "evaluator" or "custom", found "${metadata.pluginType}"`,
    );
  }
  const shown = name ?? metadata.name;
  return {
    name: shown,
    async score(args, signal) {
      const data = handedData(metadata, args);
      const options = signal === undefined ? {} : { signal };
      const output = await system.executePlugin<EvaluatorResult>(id, { data }, options);
      const { score, ...details } = output.data;
      return { name: shown, score, metadata: details };
    },
  };
}

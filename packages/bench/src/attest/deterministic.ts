import { digestOf, readModuleFile } from '@testbench/core/files';
import { PluginError } from '@testbench/types/errors';
import { inspectModule } from '@testbench/wasm';

import type { ResolvedEvaluatorConfig } from '../config/benchmark-config.js';
import type { PlannedEvaluator } from '../plan/plan.js';
import type { PluginLocator } from '../plugins/locate-plugin.js';

/** What a plugin may import if its result is to depend only on its input. */
const HARMLESS = new Set(['host_log', 'host_error', 'abort']);

/** An evaluator that is not run again, with the reason. */
export interface NotRunAgain {
  readonly evaluator: string;
  readonly reason: string;
}

/** Paths of modules by their digests. @throws {LoadError} One cannot be read. */
export async function readModules(
  paths: readonly string[] = [],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const path of paths) found.set(digestOf(await readModuleFile(path)), path);
  return found;
}

/** Finds the module of an evaluator. @returns The reason why it cannot be run again; undefined if it can. */
export async function findObstacle(
  planned: PlannedEvaluator,
  config: ResolvedEvaluatorConfig | undefined,
  locator: PluginLocator,
): Promise<string | undefined> {
  if (config === undefined) return 'the run has no configuration for it';
  let bytes: Uint8Array;
  try {
    const { path } = await locator.locate(config.plugin, 'evaluators');
    bytes = await readModuleFile(path);
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return `its module is not there (${error.message})`;
  }
  const digest = digestOf(bytes);
  if (digest !== planned.digest) {
    return `its module is another one: ${digest}, and the run's was ${planned.digest}`;
  }
  try {
    const strange = inspectModule(bytes).imports.filter(({ name }) => !HARMLESS.has(name));
    if (strange.length === 0) return undefined;
    const names = [...new Set(strange.map(({ name }) => name))].slice(0, 5).join(', ');
    return `it may depend on more than its input: it imports ${names}`;
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return `its module cannot be read (${error.message})`;
  }
}

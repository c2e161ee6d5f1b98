import { ConfigNode } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import type { EvaluatorConfig, ResolvedEvaluatorConfig } from './benchmark-config.js';
import { parseScript } from './script-reference.js';
import { defaultName, isStoreReference } from './plugin-name.js';
import { PLUGIN_KEYS } from './plugin-types.js';
import { either, listOf, shape } from './schema/config-type.js';
import { text } from './schema/config-values.js';
import { EVALUATOR_KEYS } from './stage-types.js';

/** A record may name a plugin and how it scores, but not what it may access or consume: only the user who runs the benchmark decides that. */
type RecordEvaluator = Pick<
  EvaluatorConfig,
  'plugin' | 'config' | 'name' | 'fields' | 'threshold' | 'weight'
>;

const RECORD_EVALUATORS = listOf(
  either<string, RecordEvaluator>(
    (value) => typeof value !== 'object',
    text(),
    shape<RecordEvaluator>({
      plugin: PLUGIN_KEYS.plugin,
      config: PLUGIN_KEYS.config,
      name: EVALUATOR_KEYS.name,
      fields: EVALUATOR_KEYS.fields,
      threshold: EVALUATOR_KEYS.threshold,
      weight: EVALUATOR_KEYS.weight,
    }),
  ),
);

/**
 * Reads the evaluators that a record names itself: a list of plugins, each as a reference or as an object with further fields.
 *
 * @param value The value in the record.
 * @param path Its path, for errors, such as `evaluators`.
 * @param baseDirectory Where relative paths of plugins start.
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY` or `CONFIG_INVALID`.
 *
 * @example
 * ```ts
 * import { readRecordEvaluators } from '@testbench/bench';
 *
 * readRecordEvaluators(['contains', { plugin: 'exact-match', threshold: 1 }], 'evaluators', '/');
 * // => [{ plugin: 'contains', name: 'contains', weight: 1 }, { plugin: 'exact-match', threshold: 1, name: 'exact-match', weight: 1 }]
 * ```
 */
export function readRecordEvaluators(
  value: unknown,
  path: string,
  baseDirectory: string,
): readonly ResolvedEvaluatorConfig[] {
  const context = { baseDirectory };
  return RECORD_EVALUATORS.read(new ConfigNode(value, path), context).map((given, index) => {
    const place = `${path}[${index}]`;
    const read = (): RecordEvaluator => ({
      plugin: PLUGIN_KEYS.plugin.type.read(new ConfigNode(given, place), context),
    });
    const evaluator = typeof given === 'string' ? read() : given;
    // A data set may come from any source: what it names must not be fetched from any source.
    if (isStoreReference(evaluator.plugin)) {
      const at = typeof given === 'string' ? place : `${place}.plugin`;
      new ConfigNode(evaluator.plugin, at).reject(
        'a name or the path of a .wasm file, since records cannot name plugins of registries',
      );
    }
    return withDefaults(evaluator);
  });
}

function withDefaults(evaluator: RecordEvaluator): ResolvedEvaluatorConfig {
  if (parseScript(evaluator.plugin) !== undefined) {
    throw new ConfigError(
      'CONFIG_INVALID',
      '',
      'Cannot use a script for a record: records may name plugins only',
    );
  }
  const { plugin, name = defaultName(plugin), weight = 1 } = evaluator;
  return { ...evaluator, name, weight };
}

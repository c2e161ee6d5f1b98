/**
 * Plugins as scorers in the shape of `autoevals`, for any harness that takes those.
 *
 * @packageDocumentation
 */
import { PluginSystem } from '@testbench/core';
import { ConfigNode } from '@testbench/types/config';

import { type EvaluatorUse, readEvaluator } from './evaluation/evaluation-options.js';
import { openEvaluator } from './evaluation/open-evaluator.js';
import type { Score, Scorer, ScorerArgs } from './evaluation/scorer.js';

export type { Score, Scorer, ScorerArgs } from './evaluation/scorer.js';

/** A scorer that holds a loaded plugin until it is closed. */
export interface PluginScorer<Output = unknown> extends Scorer<Output>, AsyncDisposable {
  (args: ScorerArgs<Output>): Promise<Score>;
  close(): Promise<void>;
}

/**
 * Makes a scorer of an evaluator: `({ output, expected, input }) => Promise<{ name, score, metadata }>`. What the plugin says in addition to its score (`metrics`,
 * `explanation`, `confidence`) is `metadata`.
 *
 * @typeParam Output What the scored program gives, such as `string`.
 * @param evaluator A name of `@testbench/plugins`, the path of a module, or a use of one with settings.
 * @throws {ConfigError} There is no such plugin, or it is no evaluator.
 * @throws {LoadError} It does not load. A scorer throws `CallError`.
 *
 * @example
 * ```ts
 * import { createScorer } from '@testbench/vitest/scorers';
 *
 * await using tokenF1 = await createScorer<string>('example-plugins/token-f1/build/token-f1.wasm');
 * const { name, score } = await tokenF1({ output: 'new york', expected: 'york' });
 * [name, score?.toFixed(2)]; // => ['token-f1', '0.67']
 * ```
 */
export async function createScorer<Output = unknown>(
  evaluator: string | EvaluatorUse,
): Promise<PluginScorer<Output>> {
  const node = new ConfigNode(evaluator, 'evaluator');
  const read = readEvaluator(node);
  if (typeof read === 'function') node.reject('a plugin');
  const use = typeof read === 'string' ? { plugin: read } : (read as EvaluatorUse);
  const system = new PluginSystem();
  try {
    const { name, score } = await openEvaluator(system, use, 'scorer', 'evaluator');
    const close = (): Promise<void> => system.close();
    const scorer = (args: ScorerArgs<Output>): Promise<Score> => score(args);
    Object.defineProperty(scorer, 'name', { value: name });
    return Object.assign(scorer, { close, [Symbol.asyncDispose]: close });
  } catch (error) {
    await system.close();
    throw error;
  }
}

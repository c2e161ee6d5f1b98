import type { BatchResult, ExecuteOptions } from '@testbench/core';
import { type EvaluatorResult, type PluginInput, validateOutputData } from '@testbench/types';
import { aggregateData, type AggregateData } from '@testbench/types/aggregate';
import { ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';
import { PluginError, WireError } from '@testbench/types/errors';

import { ownValue } from '../own-value.js';
import type { CallFailure } from '../results/result-row.js';
import { invalidOutput } from '../run/call-failure.js';
import {
  type AskSet,
  bootstrapSet,
  type SetAnswer,
  type SetBootstrap,
  type SetInterval,
} from './bootstrap-set.js';
import { DEFAULT_RESAMPLES, MAX_SET_METRICS } from './limits.js';
import type { SetLabels } from './row-cuts.js';
import type { SumBoard, SummedSet } from './sum-board.js';

/** Scores sets: a plugin system or a substitute. */
export interface AggregatingSystem {
  executePluginBatch(
    id: string,
    inputs: readonly PluginInput[],
    options?: ExecuteOptions,
  ): Promise<readonly BatchResult[]>;
}

/** How the sums of a board become scores. */
export interface SetScoreOptions {
  readonly system: AggregatingSystem;
  /** Id of the loaded plugin, by name of the evaluator in the rows. Its metadata must say `aggregate: "sums"`. */
  readonly plugins: Readonly<Record<string, string>>;
  /** Resamples of each set for its intervals; 0 for none. @default 1000 */
  readonly resamples?: number;
  /** The same seed draws the same resamples everywhere. @default 0 */
  readonly seed?: number;
  /** Confidence level of intervals, between 0 and 1. @default 0.95 */
  readonly confidence?: number;
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionReaders<SetScoreOptions> = {
  system: (node) => node.implementation('executePluginBatch'),
  plugins: (node) => node.object() as Record<string, string>,
  resamples: (node) => node.wholeNumber(0, 1_000_000),
  seed: (node) => node.wholeNumber(0),
  confidence: (node) => node.number(0.5, 0.999_999),
  signal: (node) => node.signal(),
};

/** A number for a set, with its interval. */
export interface SetValue {
  readonly value: number;
  /** Null without a bootstrap, or if all resamples gave the same score: that is no proof of certainty. */
  readonly interval: SetInterval | null;
}

/** The score of a set, such as BLEU over all records of a model. */
export interface SetScore {
  readonly evaluator: string;
  /** Identifies the rows: what they have in common. */
  readonly labels: SetLabels;
  /** Rows whose metrics were added up. */
  readonly n: number;
  /** Rows without a score, because a call failed. They are never in the sums, because there is nothing to add. */
  readonly errors: number;
  /** Rows that a filter dropped; they are not in the sums either. */
  readonly dropped: number;
  /** From 0 to 1; null if there is none: see `failure`, or `n`. */
  readonly score: SetValue | null;
  /** Other values that the plugin reports for the set, by name: `bleu` is from 0 to 100. */
  readonly metrics: Readonly<Record<string, SetValue>>;
  readonly explanation?: string;
  /** How the intervals were made; null without intervals. */
  readonly bootstrap: SetBootstrap | null;
  /** Why there are no intervals although resamples were requested. */
  readonly withoutInterval?: string;
  /** Why there is no score. `BENCH_SUMS_INVALID` if the metrics of a row cannot be added up; otherwise the code of the call. */
  readonly failure?: CallFailure;
}

/**
 * Computes the scores of sets from the sums of a board. A set without a score does not affect the others.
 *
 * @returns One score for each set of the board, in its order.
 * @throws {ConfigError} An option is wrong, or an evaluator of the board has no plugin.
 * @throws {CallError} `CALL_CANCELLED`, `CALL_NOT_FOUND`, `CALL_SHUT_DOWN`.
 *
 * @example
 * ```ts
 * import { scoreSets, SumBoard } from '@testbench/bench/aggregate';
 * import { PluginSystem } from '@testbench/core';
 *
 * await using system = new PluginSystem();
 * await system.registerPlugin({
 *   metadata: { name: 'wer', version: '1.0.0', pluginType: 'evaluator', aggregate: 'sums' },
 *   evaluate: () => ({ score: 1, metrics: { errors: 0, words: 1 } }),
 *   aggregate: ({ errors = 0, words = 0 }) => ({ score: 1 - errors / words }),
 * });
 * const board = new SumBoard({ evaluators: ['wer'] });
 * const row = { index: 0, prompt: 'p', provider: 'o', model: 'm', epoch: 1, scores: { wer: 0.75 } };
 * board.add([{ ...row, details: { wer: { metrics: { errors: 1, words: 4 } } } }]);
 * const [set] = await scoreSets(board, { system, plugins: { wer: 'wer' } });
 * set?.score?.value; // => 0.75
 * ```
 */
export async function scoreSets(
  board: Pick<SumBoard, 'sets'>,
  given: SetScoreOptions,
): Promise<SetScore[]> {
  const options = readOptions<SetScoreOptions>(given, OPTIONS, '', ['system', 'plugins']);
  const scores: SetScore[] = [];
  for (const set of board.sets()) scores.push(await scoreSet(set, options));
  return scores;
}

async function scoreSet(set: SummedSet, options: SetScoreOptions): Promise<SetScore> {
  const { evaluator, labels, sums, errors, dropped, problem } = set;
  const facts = { evaluator, labels, n: sums.n, errors, dropped };
  const none = { ...facts, score: null, metrics: {}, bootstrap: null };
  if (problem !== undefined) {
    const message = `Cannot add up the metrics of "${evaluator}": ${problem}`;
    return { ...none, failure: { code: 'BENCH_SUMS_INVALID', message } };
  }
  if (sums.n === 0) return none;
  const ask = askWith(evaluator, options);
  let answer: SetAnswer;
  try {
    answer = await ask(aggregateData(sums.values(), sums.n));
  } catch (error) {
    return { ...none, failure: toFailure(error) };
  }
  const { score, metrics = {}, explanation } = answer.data;
  const { resamples = DEFAULT_RESAMPLES, seed = 0, confidence = 0.95 } = options;
  const bootstrap = await bootstrapSet(set, answer, { resamples, seed, confidence, ask });
  const values = Object.entries(metrics).map(
    ([name, value]) => [name, { value, interval: bootstrap.metrics.get(name) ?? null }] as const,
  );
  return {
    ...facts,
    score: { value: score, interval: bootstrap.score ?? null },
    metrics: Object.fromEntries(values),
    ...(explanation === undefined ? {} : { explanation }),
    bootstrap: bootstrap.how ?? null,
    ...(bootstrap.without === undefined ? {} : { withoutInterval: bootstrap.without }),
  };
}

/** Codes after which no later call can work either. */
const FATAL_CODES: ReadonlySet<string> = new Set([
  'CALL_CANCELLED',
  'CALL_NOT_FOUND',
  'CALL_SHUT_DOWN',
  'CALL_UNLOADED',
]);

/** One call, or a batch of them: rejects as a call does. */
export function askWith(
  evaluator: string,
  { system, plugins, signal }: Pick<SetScoreOptions, 'system' | 'plugins' | 'signal'>,
): AskSet {
  const id = ownValue(plugins, evaluator);
  if (typeof id !== 'string') {
    return new ConfigNode(id, `plugins.${evaluator}`).reject('the id of a plugin');
  }
  const askAll = async (sets: readonly AggregateData[], maxFuel?: number): Promise<SetAnswer[]> => {
    const results = await system.executePluginBatch(
      id,
      sets.map((data) => ({ data })),
      { ...(signal && { signal }), ...(maxFuel !== undefined && { maxFuel }) },
    );
    return results.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      const { data, metadata } = result.value;
      checkResult(data);
      return { data, fuelUsed: metadata.fuelUsed };
    });
  };
  return Object.assign(async (data: AggregateData) => (await askAll([data]))[0]!, { all: askAll });
}

/** Checks the answer of any substitute for a system: it must be an evaluator's result, with no more metrics than a summary can show. */
function checkResult(data: unknown): asserts data is EvaluatorResult {
  try {
    validateOutputData('evaluator', data);
  } catch (error) {
    throw error instanceof WireError ? invalidOutput(error.message) : error;
  }
  const count = Object.keys((data as EvaluatorResult).metrics ?? {}).length;
  if (count <= MAX_SET_METRICS) return;
  throw invalidOutput(`it has ${count} metrics, limit is ${MAX_SET_METRICS}`);
}

/** @throws Errors that would affect every other set too. */
function toFailure(error: unknown): CallFailure {
  if (!PluginError.is(error) || FATAL_CODES.has(error.code)) throw error;
  return { code: error.code, message: error.message };
}

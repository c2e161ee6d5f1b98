import type { Permissions, ResourceLimits } from '@testbench/types';
import { MAX_TIMEOUT_MS } from '@testbench/types';
import { ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';

import type { Scorer } from './scorer.js';

/** One record: a question, and what is known of its answer. */
export interface EvaluationRecord {
  /** Names its test, and the record in a baseline. @default its number */
  readonly id?: string | number;
  readonly input?: unknown;
  readonly expected?: unknown;
  /** The answer, if it is known already. @default what the task returns */
  readonly output?: unknown;
  readonly [field: string]: unknown;
}

/** One use of an evaluator. */
export interface EvaluatorUse {
  /** A name of `@testbench/plugins`, such as `exact-match`, or the path of a module. */
  readonly plugin: string;
  /** Column in the table. @default the plugin's name */
  readonly name?: string;
  /** What `plugin_init` gets. @default {} */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly limits?: Partial<ResourceLimits>;
  /** What the plugin may access. @default nothing */
  readonly permissions?: Permissions;
}

/** An evaluator: a plugin by name or path, one with settings, or a function in the shape of `autoevals`. */
export type Evaluator = string | EvaluatorUse | Scorer<never>;

/** How a data set is evaluated. */
export interface EvaluateOptions<Row extends EvaluationRecord = EvaluationRecord> {
  /** Name of the suite. @default 'evaluation' */
  readonly name?: string;
  /** Answers a record. @default its `output` */
  readonly task?: (input: Row['input'], record: Row) => unknown;
  /** At least one; names must differ. */
  readonly evaluators: readonly Evaluator[];
  /** Minimum mean, from 0 to 1: of every evaluator, or by name. @default none */
  readonly threshold?: number | Readonly<Record<string, number>>;
  /** Minimum score of every record, from 0 to 1: of every evaluator, or by name. @default none */
  readonly recordThreshold?: number | Readonly<Record<string, number>>;
  /**
   * File that keeps means and scores. A mean below the kept one fails; the file is written where there is none and the runner writes new snapshots, and
   * rewritten when it updates them (`vitest -u`, `node --test-update-snapshots`), or by `TESTBENCH_UPDATE_BASELINE=1`. @default none
   */
  readonly baseline?: string;
  /** How much a mean may fall below that of the baseline. @default 0 */
  readonly tolerance?: number;
  /** Records at a time. @default 8 */
  readonly concurrency?: number;
  /** Time for one record, in milliseconds. @default 120000 */
  readonly timeoutMs?: number;
  /** Where plugins run. @default 'thread' */
  readonly isolation?: 'inline' | 'thread' | 'process';
}

const USE: OptionReaders<EvaluatorUse> = {
  plugin: (node) => node.text(),
  name: (node) => node.text(),
  config: (node) => node.object(),
  // Read when the plugin is loaded.
  limits: (node) => node.object(),
  permissions: (node) => node.object(),
};

const THRESHOLD = (node: ConfigNode): number | Record<string, number> =>
  typeof node.value === 'number'
    ? node.number(0, 1)
    : Object.fromEntries(
        Object.entries(node.object()).map(([name, value]) => [
          name,
          new ConfigNode(value, `${node.path}.${name}`).number(0, 1),
        ]),
      );

/** Readers of {@link EvaluateOptions}. */
export const EVALUATE_OPTIONS: OptionReaders<EvaluateOptions> = {
  name: (node) => node.text(),
  task: (node) => node.callback(),
  evaluators(node) {
    const uses = node.list();
    if (uses.length === 0) node.reject('at least one evaluator');
    return uses.map(readEvaluator);
  },
  threshold: THRESHOLD,
  recordThreshold: THRESHOLD,
  baseline: (node) => node.text(),
  tolerance: (node) => node.number(0, 1),
  concurrency: (node) => node.wholeNumber(1, 1000),
  timeoutMs: (node) => node.wholeNumber(1, MAX_TIMEOUT_MS),
  isolation: (node) => node.oneOf(['inline', 'thread', 'process']),
};

/** @throws {ConfigError} */
export function readEvaluator(node: ConfigNode): Evaluator {
  if (typeof node.value === 'function') return node.callback<Scorer<never>>();
  if (typeof node.value === 'string') return node.text();
  return readOptions<EvaluatorUse>(node.value, USE, node.path, ['plugin']);
}

/** The threshold of one evaluator; undefined if there is none. */
export function thresholdOf(
  threshold: EvaluateOptions['threshold'],
  name: string,
): number | undefined {
  if (typeof threshold !== 'object') return threshold;
  return Object.hasOwn(threshold, name) ? threshold[name] : undefined;
}

import type { EvaluatorResult } from '@testbench/types';
import { readOptions } from '@testbench/types/config';

import { PLUGIN_USE, pluginFor, type PluginUse } from './plugin-pool.js';

/** How an evaluator is used as an assertion. */
export interface AssertionOptions extends PluginUse {
  /** Name of the variable of a test that holds the right answer. @default 'expected', if the test has it */
  readonly expected?: string;
  /** Further fields of the evaluator's input, each with the variable that holds its value. @default none */
  readonly fields?: Readonly<Record<string, string>>;
  /** The score from which the assertion passes, from 0 to 1. @default 1 */
  readonly threshold?: number;
}

/** What promptfoo hands to an assertion, as far as it is used. */
export interface AssertionContext {
  readonly prompt?: string | undefined;
  readonly vars?: Readonly<Record<string, unknown>>;
  /** The `config` of the assertion in promptfoo's configuration. */
  readonly config?: object;
}

/** What promptfoo expects of an assertion. */
export interface GradingResult {
  readonly pass: boolean;
  /** From 0 to 1. */
  readonly score: number;
  readonly reason: string;
  /** The evaluator's own metrics. */
  readonly namedScores?: Readonly<Record<string, number>>;
}

/** An assertion of promptfoo: `type: javascript` with a `file://` module that exports it. */
export type Assertion = (output: unknown, context: AssertionContext) => Promise<GradingResult>;

const DEFAULT_EXPECTED = 'expected';

/**
 * Makes an assertion of an evaluator plugin, for a module that promptfoo loads with `type: javascript` and `value: file://…`.
 *
 * A failed call is thrown: an error is not a score of 0, although promptfoo counts it as a failed assertion.
 *
 * @throws {ConfigError} An option is wrong. The assertion itself throws `ConfigError` if there is no such plugin, `LoadError` and `CallError`.
 *
 * @example
 * ```ts no-run
 * import { createAssertion } from '@testbench/promptfoo';
 *
 * export default createAssertion({ plugin: 'token-f1', expected: 'answer', threshold: 0.8 });
 * ```
 */
export function createAssertion(given: AssertionOptions): Assertion {
  const options = readAssertion(given);
  return async (output, context) => await assess(options, output, context);
}

/** @throws {ConfigError} */
export function readAssertion(given: object | undefined): AssertionOptions {
  return readOptions<AssertionOptions>(
    given,
    {
      ...PLUGIN_USE,
      expected: (node) => node.text(),
      fields: (node) => node.object() as Readonly<Record<string, string>>,
      threshold: (node) => node.number(0, 1),
    },
    '',
    ['plugin'],
  );
}

/** Scores one output. @throws {CallError} */
export async function assess(
  { expected, fields = {}, threshold = 1, ...use }: AssertionOptions,
  output: unknown,
  { prompt, vars = {} }: AssertionContext,
): Promise<GradingResult> {
  const plugin = await pluginFor(use);
  const right = variable(vars, expected ?? DEFAULT_EXPECTED);
  if (expected !== undefined && right === undefined) {
    throw new TypeError(
      `Cannot assess an output: the test has no variable ${JSON.stringify(expected)}`,
    );
  }
  const further = Object.entries(fields).map(([name, from]) => [name, variable(vars, from)]);
  const { data } = await plugin.execute({
    input: prompt ?? '',
    ...(right === undefined ? {} : { expected: right }),
    ...Object.fromEntries(further),
    output: typeof output === 'string' ? output : JSON.stringify(output),
  });
  const { score, explanation, metrics } = data as EvaluatorResult;
  return {
    pass: score >= threshold,
    score,
    reason: explanation ?? `score ${score}, threshold ${threshold}`,
    ...(metrics === undefined ? {} : { namedScores: metrics }),
  };
}

function variable(vars: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(vars, name) ? vars[name] : undefined;
}

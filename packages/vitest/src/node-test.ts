/**
 * Evaluations as tests of `node:test`.
 *
 * @packageDocumentation
 */
import { after, describe, test, type TestContext } from 'node:test';

import { evaluateWith } from './evaluation/evaluate-with.js';
import type { EvaluateOptions, EvaluationRecord } from './evaluation/evaluation-options.js';
import type { TestRunner } from './evaluation/test-runner.js';

const NODE_TEST: TestRunner = {
  specificationVersion: 'v1',
  suite: (name, body) => void describe(name, body),
  test(name, timeoutMs, run) {
    void test(name, { timeout: timeoutMs }, async (context: TestContext) => {
      const note = (text: string): void => {
        for (const line of text.split('\n')) context.diagnostic(line);
      };
      await run({ note, summarise: () => {} });
    });
  },
  afterAll: (run) => after(run),
  updateMode: () => (process.execArgv.includes('--test-update-snapshots') ? 'all' : 'none'),
};

/**
 * Makes a suite of `node:test`, as `evaluate` of `@testbench/vitest` makes one of vitest. Tables are diagnostics of its tests.
 *
 * @param dataset Records, or the path of a file that a benchmark could read.
 * @throws {ConfigError} For wrong options or records.
 * @throws {BenchError} The file cannot be read.
 * @throws {EvaluationError} `EVALUATION_NO_ANSWER` for a data set without records; in the tests, its other codes.
 *
 * @example
 * ```ts no-run
 * import { evaluate } from '@testbench/vitest/node-test';
 *
 * await evaluate('data/capitals.jsonl', {
 *   task: (input) => (input === 'Capital of France?' ? 'Paris' : 'unknown'),
 *   evaluators: ['exact-match'],
 *   threshold: 0.5,
 * });
 * ```
 */
export async function evaluate<Row extends EvaluationRecord>(
  dataset: string | readonly Row[],
  options: EvaluateOptions<Row>,
): Promise<void> {
  await evaluateWith(NODE_TEST, dataset, options);
}

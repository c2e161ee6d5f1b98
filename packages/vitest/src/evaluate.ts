import { evaluateWith } from './evaluation/evaluate-with.js';
import type { EvaluateOptions, EvaluationRecord } from './evaluation/evaluation-options.js';
import { VITEST } from './vitest-runner.js';

/**
 * Makes a suite of vitest: one test for each record, one for the means against `threshold`, and one against `baseline`. Await it at the top level of a test
 * file.
 *
 * @param dataset Records, or the path of a file that a benchmark could read.
 * @throws {ConfigError} For wrong options or records.
 * @throws {BenchError} The file cannot be read.
 * @throws {EvaluationError} `EVALUATION_NO_ANSWER` for a data set without records; in the tests, its other codes.
 *
 * @example
 * ```ts no-run
 * import { evaluate } from '@testbench/vitest';
 *
 * const capitals = [
 *   { input: 'Capital of France?', expected: 'Paris' },
 *   { input: 'Capital of Spain?', expected: 'Madrid' },
 * ];
 * await evaluate(capitals, {
 *   name: 'capitals',
 *   task: async (input) => await ask(String(input)),
 *   evaluators: ['exact-match', 'token-f1'],
 *   threshold: { 'token-f1': 0.8 },
 *   baseline: 'capitals.baseline.json',
 * });
 * declare function ask(question: string): Promise<string>;
 * ```
 */
export async function evaluate<Row extends EvaluationRecord>(
  dataset: string | readonly Row[],
  options: EvaluateOptions<Row>,
): Promise<void> {
  await evaluateWith(VITEST, dataset, options);
}

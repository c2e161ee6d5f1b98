import { defineEvaluation } from './define-evaluation.js';
import type { EvaluateOptions, EvaluationRecord } from './evaluation-options.js';
import { checkRecords, readEvaluateOptions, readRecords } from './read-records.js';
import type { TestRunner } from './test-runner.js';

/** Makes the suite of an evaluation for a runner: `evaluate` of every entry point. */
export async function evaluateWith<Row extends EvaluationRecord>(
  runner: TestRunner,
  dataset: string | readonly Row[],
  options: EvaluateOptions<Row>,
): Promise<void> {
  const read = readEvaluateOptions(options);
  // Without waiting, so that the suite is there before the file has been collected.
  const records = typeof dataset === 'string' ? await readRecords(dataset) : checkRecords(dataset);
  defineEvaluation(runner, records, read);
}

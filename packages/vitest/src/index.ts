/**
 * Evaluations as tests of vitest: one test for each record, one for the means against their thresholds, and one against a baseline.
 *
 * It is a separate package because a program that evaluates needs no test runner, and a test suite no command line. `@testbench/vitest/node-test` is the
 * same for `node:test`, `@testbench/vitest/scorers` has plugins as scorers in the shape of `autoevals`, and `@testbench/vitest/reporter` prints the means.
 *
 * @packageDocumentation
 */
export { EvaluationError, type EvaluationErrorCode } from './errors.js';
export { evaluate } from './evaluate.js';
export type {
  EvaluateOptions,
  EvaluationRecord,
  Evaluator,
  EvaluatorUse,
} from './evaluation/evaluation-options.js';
export type { Score, Scorer, ScorerArgs } from './evaluation/scorer.js';

/**
 * Scores of whole sets: metrics of rows, added up exactly by any cut, and the evaluators' answers for the sums.
 *
 * @packageDocumentation
 */
export { aggregateRun, type AggregateRunOptions } from './aggregate-run.js';
export type { SetBootstrap, SetInterval } from './bootstrap-set.js';
export type { MetricSums } from './metric-sums.js';
export {
  openSetEvaluators,
  type OpenSetEvaluatorsOptions,
  type SetEvaluators,
} from './open-set-evaluators.js';
export { ROW_CUTS, type RowCut, type SetLabels } from './row-cuts.js';
export {
  type AggregatingSystem,
  type SetScore,
  type SetScoreOptions,
  scoreSets,
  type SetValue,
} from './set-scores.js';
export type { SetBlocks } from './set-blocks.js';
export { SumBoard, type SumBoardOptions, type SummedSet } from './sum-board.js';

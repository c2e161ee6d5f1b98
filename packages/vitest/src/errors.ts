import { PluginError } from '@testbench/types/errors';

/** Why an evaluation in a test suite fails. */
export type EvaluationErrorCode =
  /** A mean, or the score of a record, is below its threshold. */
  | 'EVALUATION_BELOW_THRESHOLD'
  /** A mean is below that of the baseline. */
  | 'EVALUATION_BELOW_BASELINE'
  /** There is no baseline, or it cannot be read, or is of other records. */
  | 'EVALUATION_BASELINE_UNUSABLE'
  /** The data set has no record, or a record has no answer and there is no task. */
  | 'EVALUATION_NO_ANSWER'
  /** An evaluator failed, or what it returned is no score. */
  | 'EVALUATION_FAILED';

/** An evaluation in a test suite fails; test runners show its message, which has a table. */
export class EvaluationError extends PluginError<EvaluationErrorCode> {
  override get name(): 'EvaluationError' {
    return 'EvaluationError';
  }
}

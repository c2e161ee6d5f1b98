/** Why a statistic cannot be computed. */
export type StatisticsErrorCode =
  /** A probability, p-value or quantile outside of [0, 1]. */
  | 'STATISTICS_INVALID_P'
  /** Items with different numbers of raters, where the number must be the same. */
  | 'STATISTICS_UNEQUAL_RATERS'
  /** The denominators of a ratio sum to zero. */
  | 'STATISTICS_ZERO_DENOMINATOR'
  /** Systems that never met, directly or through others. */
  | 'STATISTICS_DISCONNECTED'
  /** A likelihood without a finite maximum: one side won, or lost, everything. */
  | 'STATISTICS_NO_FINITE_MLE'
  /** Fewer than two systems. */
  | 'STATISTICS_TOO_FEW_SYSTEMS'
  /** An effect of zero cannot be found with any number of records. */
  | 'STATISTICS_NO_EFFECT'
  /** No effect is large enough to be found with this number of records. */
  | 'STATISTICS_UNREACHABLE'
  /** Lists that belong together have different lengths. */
  | 'STATISTICS_LENGTHS_DIFFER'
  /** An option that does not exist. */
  | 'STATISTICS_UNKNOWN_OPTION'
  /** An argument that is out of range, or of the wrong type. */
  | 'STATISTICS_INVALID_ARGUMENT';

/** Data or an argument from which a statistic cannot be computed. */
export class StatisticsError extends Error {
  override get name(): 'StatisticsError' {
    return 'StatisticsError';
  }

  constructor(
    readonly code: StatisticsErrorCode,
    message: string,
  ) {
    super(message);
  }
}

import { PluginError } from '@testbench/types/errors';

/** Why a benchmark could not be completed. */
export type BenchErrorCode =
  /** The configuration file is missing or cannot be read. */
  | 'BENCH_CONFIG_UNREADABLE'
  /** The dataset is missing, cannot be read or copied, or was changed during the run. */
  | 'BENCH_DATASET_UNREADABLE'
  /** A record of the dataset is invalid, or has the id of another record; `file` and `line` say where. */
  | 'BENCH_DATASET_INVALID'
  /** The dataset has no record in the requested range. */
  | 'BENCH_DATASET_EMPTY'
  /** An attachment of a record cannot be read: it is missing, not a regular file, or outside of its folder. */
  | 'BENCH_ATTACHMENT_UNREADABLE'
  /** An attachment of a record is not what it is declared as, or is empty, or the record does not say where it is. */
  | 'BENCH_ATTACHMENT_INVALID'
  /** A record has too many attachments, or they are too large. */
  | 'BENCH_ATTACHMENT_LIMIT'
  /** The attachments of a record are not those of the plan. */
  | 'BENCH_ATTACHMENT_CHANGED'
  /** A plugin call failed, and the run is set to stop at the first failure. */
  | 'BENCH_CALL_FAILED'
  /** A paid call would cost more tokens, money or time than the budget has left. */
  | 'BENCH_BUDGET_SPENT'
  /** The cache of paid calls cannot be kept in the given folder. */
  | 'BENCH_CACHE_UNUSABLE'
  /** The metrics of a row cannot be summed: they are missing, not finite, or too many. Reported as the `failure` of a set's score. */
  | 'BENCH_SUMS_INVALID'
  /** The results cannot be written. */
  | 'BENCH_OUTPUT_FAILED'
  /** The run does not exist, or its folder cannot be read. */
  | 'BENCH_RUN_UNREADABLE'
  /** A file of a run was changed or damaged; `file` says which. */
  | 'BENCH_RUN_DAMAGED'
  /** The run was written by another version of this package, in a format that this one does not know. */
  | 'BENCH_RUN_VERSION'
  /** Another process is writing the run. */
  | 'BENCH_RUN_LOCKED'
  /** A run cannot be continued because part of its plan has changed; the message says which. */
  | 'BENCH_PLAN_CHANGED'
  /** Shards to be merged are missing or lack records. */
  | 'BENCH_SHARDS_MISSING'
  /** A shard to be merged occurs twice, or its run already exists with other rows. */
  | 'BENCH_SHARDS_DOUBLED'
  /** Shards to be merged have different plans, are cut differently, or used different versions of fuel metering; or a folder is not a shard. */
  | 'BENCH_SHARDS_MISMATCHED'
  /** Two runs, or two models, cannot be compared: their data, records, metrics or models do not match; the message says which. */
  | 'BENCH_NOT_COMPARABLE'
  /** The baseline does not exist or cannot be read. */
  | 'BENCH_BASELINE_UNREADABLE'
  /** A baseline was changed or damaged. */
  | 'BENCH_BASELINE_DAMAGED'
  /** The baseline was written by another version of this package, in a format that this one does not know. */
  | 'BENCH_BASELINE_VERSION'
  /** The folder of host records, or a record in it, cannot be read. */
  | 'BENCH_ANALYTICS_UNREADABLE'
  /** A host record is not in the form that hosts write. */
  | 'BENCH_ANALYTICS_DAMAGED'
  /** The caller's `AbortSignal` fired. */
  | 'BENCH_CANCELLED';

/** Fields that a {@link BenchError} carries where they apply. */
export interface BenchErrorDetails extends ErrorOptions {
  readonly file?: string;
  readonly line?: number;
}

/** A benchmark could not be completed. No results file is written or changed. */
export class BenchError extends PluginError<BenchErrorCode> {
  /** The file at fault. */
  readonly file: string | undefined;
  /** The line at fault, counted from 1. */
  readonly line: number | undefined;

  constructor(code: BenchErrorCode, message: string, details: BenchErrorDetails = {}) {
    super(code, message, details.cause === undefined ? undefined : { cause: details.cause });
    this.file = details.file;
    this.line = details.line;
  }

  override get name(): 'BenchError' {
    return 'BenchError';
  }
}

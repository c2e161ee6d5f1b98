import type { RunRange } from '@testbench/types/stores';

import type { Plan } from '../plan/plan.js';
import type { ShardFacts } from '../shards/shard-document.js';

/** Rows that are missing of a run, and are to be made somewhere else. */
export interface RangeWork {
  readonly plan: Plan;
  /** Folder of the run, whose lock the caller has. */
  readonly path: string;
  /** Records that have no rows yet, in their order; they do not overlap. May be cut into pieces. */
  readonly missing: readonly RunRange[];
  /** Files of the data set. */
  readonly files: readonly string[];
  /** Ends the work. */
  readonly signal: AbortSignal | undefined;
  /** Trace context for those who do the work. */
  readonly traceparent: string | undefined;
  /** Hears what a person should know. */
  readonly onNotice: (message: string) => void;
}

/** Rows of a range, made somewhere else. */
export interface RangeRows extends RunRange {
  /** Each row as a text without line feeds, in the order of records and cases. */
  readonly rows: readonly string[];
  /** What the process knows that made them. */
  readonly facts?: ShardFacts;
  /**
   * Told when the rows were brought to the disk, or why they were refused: they are not those of the plan. Refused ranges have to come again, or the
   * run ends without them.
   */
  settle(refusal?: unknown): void | Promise<void>;
}

/** Makes rows of a run somewhere else than in this process. */
export interface RangeExecutor {
  /**
   * Gives the rows of the missing ranges, in any order, each range once. Ends when there is nothing more to come, even if ranges failed; throws
   * if the run cannot go on.
   */
  execute(work: RangeWork): AsyncIterable<RangeRows>;
}

import type { RunRange } from '@testbench/types/stores';

import type { CarriedAttachments } from '../attachments/carried-attachments.js';
import type { Plan } from '../plan/plan.js';
import type { ShardFacts } from '../shards/shard-document.js';

/** The missing rows of a run, to be made elsewhere. */
export interface RangeWork {
  readonly plan: Plan;
  /** Folder of the run, whose lock the caller holds. */
  readonly path: string;
  /** Ranges of records that have no rows yet, in order, without overlap. They may be cut into pieces. */
  readonly missing: readonly RunRange[];
  /** Files of the data set. */
  readonly files: readonly string[];
  /** Attachments of the records; undefined if they have none. */
  readonly attachments: CarriedAttachments | undefined;
  /** Ends the work. */
  readonly signal: AbortSignal | undefined;
  /** Trace context for the processes that do the work. */
  readonly traceparent: string | undefined;
  /** Gets notices for people. */
  readonly onNotice: (message: string) => void;
}

/** Rows of a range, made elsewhere. */
export interface RangeRows extends RunRange {
  /** Each row as a text without line feeds, in the order of records and cases. */
  readonly rows: readonly string[];
  /** Facts from the processes that made them. */
  readonly facts?: readonly ShardFacts[];
  /**
   * Called once the rows are on disk, or with the reason why they were refused: they do not match the plan. Refused ranges must be delivered again, or the
   * run ends without them.
   */
  settle(refusal?: unknown): void | Promise<void>;
}

/** Makes rows of a run outside this process. */
export interface RangeExecutor {
  /**
   * Yields the rows of the missing ranges, in any order, each range once. Ends when no more rows will come, even if ranges failed; throws
   * if the run cannot continue.
   */
  execute(work: RangeWork): AsyncIterable<RangeRows>;
}

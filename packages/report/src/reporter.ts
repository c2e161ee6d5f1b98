import type { PlanContent } from '@testbench/bench';
import type { BenchmarkSummary, ResultRow, StoredRun } from '@testbench/bench/results';
import type { RunComparison, RunSummary } from '@testbench/bench/statistics';

/** A run as a reporter gets it, before its rows. */
export interface ReportedRun extends Pick<StoredRun, 'run' | 'digest' | 'records' | 'isComplete'> {
  readonly plan: PlanContent;
  /** ISO 8601, UTC: when something was written last. */
  readonly writtenAt: string;
  /** What the run came to, if it was finished. */
  readonly summary: BenchmarkSummary | undefined;
  /**
   * Records with a failed call, by `recordName`, at most 50,000 of them: what takes a sample of the rows keeps these of all runs, before it has
   * seen the rows of the second.
   */
  readonly failedRecords?: ReadonlySet<string>;
}

/** What a record is called in all runs: its id, or else `#` and its index. */
export function recordName({ id, index }: Pick<ResultRow, 'id' | 'index'>): string {
  return id ?? `#${index}`;
}

/** What a report says besides its rows. */
export interface ReportResults {
  /** One for each run, in the order of `start`. */
  readonly summaries: readonly RunSummary[];
  /** Of two runs one, with all their systems; of one run the first of its systems with each of the others. */
  readonly comparisons: readonly RunComparison[];
}

/** Where a reporter writes: each call adds a text. */
export interface ReportOutput {
  write(text: string): void | Promise<void>;
}

/**
 * Turns runs into something that is read: a table, a file, a message.
 *
 * Calls come one after the other, and each is awaited: `start` once, `row` for each row of the first run and then of the others, `end` once. After a
 * failure nothing more is called. What it gets is shared with other reporters, and must not be changed.
 */
export interface Reporter {
  readonly specificationVersion: 'v1';
  /** For messages. */
  readonly name: string;
  /** @param runs One, or two that are compared. */
  start?(runs: readonly ReportedRun[]): void | Promise<void>;
  /**
   * @param row In the order of records and cases. Texts in it come from models and plugins: untrusted.
   * @param run Position of its run, from 0.
   */
  row?(row: ResultRow, run: number): void | Promise<void>;
  end(results: ReportResults): void | Promise<void>;
}

/** Makes a reporter that writes to `output`. A module of a user's exports one as `default` or `createReporter`. */
export type ReporterFactory = (output: ReportOutput) => Reporter | Promise<Reporter>;

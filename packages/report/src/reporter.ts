import type { PlanContent } from '@testbench/bench';
import type { BenchmarkSummary, ResultRow, StoredRun } from '@testbench/bench/results';
import type { RunComparison, RunSummary } from '@testbench/bench/statistics';

/** A run as a reporter receives it, before its rows. */
export interface ReportedRun extends Pick<StoredRun, 'run' | 'digest' | 'records' | 'isComplete'> {
  readonly plan: PlanContent;
  /** ISO 8601, UTC: time of the last write. */
  readonly writtenAt: string;
  /** Summary of the run, if it was finished. */
  readonly summary: BenchmarkSummary | undefined;
  /**
   * Records with a failed call, by `recordName`, at most 50,000 of them: a reporter that samples rows keeps these records of all runs, before it has
   * seen the rows of the second.
   */
  readonly failedRecords?: ReadonlySet<string>;
}

/** Name of a record in all runs: its id, or else `#` and its index. */
export function recordName({ id, index }: Pick<ResultRow, 'id' | 'index'>): string {
  return id ?? `#${index}`;
}

/** Contents of a report in addition to its rows. */
export interface ReportResults {
  /** One for each run, in the order of `start`. */
  readonly summaries: readonly RunSummary[];
  /** For two runs, one comparison with all their systems; for one run, its first system with each of the others. */
  readonly comparisons: readonly RunComparison[];
}

/** Where a reporter writes: each call adds a text. */
export interface ReportOutput {
  write(text: string): void | Promise<void>;
}

/**
 * Turns runs into something readable: a table, a file, a message.
 *
 * Calls come one after another, and each is awaited: `start` once, `row` for each row of the first run and then of the others, `end` once. After a
 * failure no more methods are called. The arguments are shared with other reporters, and must not be changed.
 */
export interface Reporter {
  readonly specificationVersion: 'v1';
  /** Used in messages. */
  readonly name: string;
  /** @param runs One run, or two that are compared. */
  start?(runs: readonly ReportedRun[]): void | Promise<void>;
  /**
   * @param row In the order of records and cases. Texts in it come from models and plugins: untrusted.
   * @param run Position of its run, from 0.
   */
  row?(row: ResultRow, run: number): void | Promise<void>;
  end(results: ReportResults): void | Promise<void>;
}

/** Makes a reporter that writes to `output`. A user's module exports one as `default` or `createReporter`. */
export type ReporterFactory = (output: ReportOutput) => Reporter | Promise<Reporter>;

import type { FailureGroup, PluginSummary } from '@testbench/bench/results';
import type { PlanContent } from '@testbench/bench';

import type { ReportResults } from '../reporter.js';

/** A system: the one that answered, in one run. */
export interface PageSystem {
  /** Position of the run. */
  readonly run: number;
  readonly prompt: string;
  readonly provider: string;
  readonly model: string;
}

/** A run as the page shows it. */
export interface PageRun {
  readonly run: string;
  readonly digest: string;
  readonly plan: PlanContent;
  readonly writtenAt: string;
  readonly records: number;
  readonly isComplete: boolean;
  readonly plugins: readonly PluginSummary[];
  readonly failures: readonly FailureGroup[];
  readonly startedAt?: string;
  readonly durationMs?: number;
}

/** Bits of a row's flags. */
export const RowFlag = {
  /** A score is missing: a stage failed. */
  failed: 1,
  dropped: 2,
  passed: 4,
  notPassed: 8,
} as const;

/** Columns of all rows of the page: the data of lists, filters and charts, without any text from a model. */
interface PageRows {
  /** Position of the record in {@link PageRecords}. */
  readonly record: readonly number[];
  readonly system: readonly number[];
  readonly epoch: readonly number[];
  readonly flags: readonly number[];
  /** By evaluator. */
  readonly scores: readonly (readonly (number | null)[])[];
  /** Latency of the provider's call. */
  readonly latencyMs: readonly (number | null)[];
  readonly cost: readonly (number | null)[];
}

/** Records of the page, as columns. */
interface PageRecords {
  /** Position in the data set. */
  readonly index: readonly number[];
  readonly id: readonly (string | null)[];
  /** Position in `groups`, or -1. */
  readonly group: readonly number[];
}

/** Present if not all records are on the page. */
export interface PageSample {
  readonly records: number;
  readonly totalRecords: number;
  /** Records with a failure on the page; the next field counts those among all records. */
  readonly failedRecords: number;
  readonly totalFailedRecords: number;
}

/** The whole page except the texts of its rows, which are in blocks. */
export interface PageIndex {
  readonly formatVersion: 1;
  readonly title: string;
  readonly runs: readonly PageRun[];
  readonly systems: readonly PageSystem[];
  readonly evaluators: readonly { readonly name: string; readonly threshold?: number }[];
  readonly groups: readonly string[];
  readonly records: PageRecords;
  readonly rows: PageRows;
  readonly results: ReportResults;
  readonly blockRows: number;
  readonly sample?: PageSample;
}

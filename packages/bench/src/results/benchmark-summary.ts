import type { PluginType } from '@testbench/types';

import type { SetScore } from '../aggregate/set-scores.js';
import type { EpochsConfig, OnError } from '../config/benchmark-config.js';
import type { DatasetConfig } from '../config/dataset-config.js';
import type { DropCount } from './drop-board.js';
import type { FailureGroup } from './failure-groups.js';
import type { ScoreSummary, SystemSummary } from './score-board.js';
import type { PaidUsage, StageUsage } from './usage-board.js';

/** One plugin of a run, by name and digest, so that the run can be repeated. */
export interface PluginSummary extends StageUsage {
  /** `providers[0]`, `transforms[0]`, `filters[0]`, or the evaluator's name. */
  readonly stage: string;
  readonly type: PluginType;
  /** The plugin's own name and version: untrusted text. */
  readonly name: string;
  readonly version: string;
  /** `sha256:` and the hex digest of the module. */
  readonly digest: string;
}

/** The part of a summary that depends on clocks and servers. */
export interface SummaryMeasured {
  /** ISO 8601, UTC: start of the process that finished the run. */
  readonly startedAt: string;
  /** Duration of that process, in milliseconds. */
  readonly durationMs: number;
  readonly paid: PaidUsage;
  /** Wall time inside plugins in that process, in milliseconds, by stage. */
  readonly timeMs: Readonly<Record<string, number>>;
  /** Largest linear memory of a plugin after a call in that process, in bytes, by stage; absent in runs of earlier versions. */
  readonly peakMemoryBytes?: Readonly<Record<string, number>>;
  /** Records whose rows were written by an earlier process or taken from an earlier run. */
  readonly resumedRecords: number;
  /** Paid calls in flight when an earlier process was killed: whether they were answered is unknown, so they were repeated. */
  readonly repeatedCalls: number;
}

/** The result of a whole run: the content of `summary.json`. */
export interface BenchmarkSummary {
  /** Version of this shape. */
  readonly formatVersion: 2;
  readonly name: string;
  readonly description?: string;
  /** `sha256:` and the hex digest of the plan. */
  readonly plan: string;
  readonly dataset: Pick<DatasetConfig, 'path' | 'limit' | 'sample' | 'shuffle'> & {
    /** Formats of its files, each listed once. */
    readonly format: string;
    readonly offset: number;
    /** `sha256:` and the hex digest of the data set as read, after decompression. */
    readonly digest: string;
  };
  /** Number of records that were run. */
  readonly records: number;
  /** Records x prompts x models x epochs. */
  readonly cases: number;
  /** Cases that lack a score. */
  readonly failedCases: number;
  readonly prompts: readonly string[];
  readonly providers: readonly string[];
  /** Each name once, in row order. */
  readonly models: readonly string[];
  readonly evaluators: readonly string[];
  /** Evaluators for which a tested model is a judge, as `allowSelfJudging` permits; only if there are any. */
  readonly selfJudged?: readonly string[];
  readonly epochs: Required<EpochsConfig>;
  readonly onError: OnError;
  /** One for each prompt, provider, model and evaluator, in that order. */
  readonly scores: readonly ScoreSummary[];
  /** One for each prompt, provider and model. */
  readonly systems: readonly SystemSummary[];
  /**
   * Scores of the whole set by evaluators whose metrics are sums, such as BLEU: by prompt, provider and model, with intervals; then also by group, if
   * records have groups, for at most 1,000 such sets. They never include failed cases, regardless of `onError`. Absent without such an evaluator.
   */
  readonly sets?: readonly SetScore[];
  /** By stage, code and cause, the most frequent first. */
  readonly failures: readonly FailureGroup[];
  /** Counts of rows that filters dropped, by model and reason, ordered by first row; only with a filter. */
  readonly dropped?: readonly DropCount[];
  readonly plugins: readonly PluginSummary[];
  /** The run's folder, if there is one. */
  readonly run?: string;
  readonly measured: SummaryMeasured;
}

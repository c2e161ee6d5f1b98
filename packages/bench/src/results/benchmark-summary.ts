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

/** What clocks and servers decided about a run. */
export interface SummaryMeasured {
  /** ISO 8601, UTC: when the process that finished the run began. */
  readonly startedAt: string;
  /** Of that process, in milliseconds. */
  readonly durationMs: number;
  readonly paid: PaidUsage;
  /** Wall time inside of plugins in that process, in milliseconds, by stage. */
  readonly timeMs: Readonly<Record<string, number>>;
  /** Largest linear memory that a plugin had after a call in that process, in bytes, by stage; absent in runs of earlier versions. */
  readonly peakMemoryBytes?: Readonly<Record<string, number>>;
  /** Records whose rows an earlier process had written, or an earlier run. */
  readonly resumedRecords: number;
  /** Paid calls in flight when an earlier process was killed: it is unknown whether they were answered, and they were repeated. */
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
    /** Of its files, each once. */
    readonly format: string;
    readonly offset: number;
    /** `sha256:` and the hex digest of the data set as it was read, after decompression. */
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
  /** Each name once, in the order of rows. */
  readonly models: readonly string[];
  readonly evaluators: readonly string[];
  /** Those of them for which a tested model judges, by `allowSelfJudging`; only if there are any. */
  readonly selfJudged?: readonly string[];
  readonly epochs: Required<EpochsConfig>;
  readonly onError: OnError;
  /** One for each prompt, provider, model and evaluator, in that order. */
  readonly scores: readonly ScoreSummary[];
  /** One for each prompt, provider and model. */
  readonly systems: readonly SystemSummary[];
  /**
   * Scores of the whole set by evaluators whose metrics are sums, such as BLEU: by prompt, provider and model, with intervals; then the same by group, if
   * records have groups, of at most 1,000 such sets. Failed cases are never in them, whatever `onError` is. Absent without such an evaluator.
   */
  readonly sets?: readonly SetScore[];
  /** By stage, code and cause, the most frequent first. */
  readonly failures: readonly FailureGroup[];
  /** What filters dropped, by model and reason, in the order of the first rows; only with a filter. */
  readonly dropped?: readonly DropCount[];
  readonly plugins: readonly PluginSummary[];
  /** The run's folder, if there is one. */
  readonly run?: string;
  readonly measured: SummaryMeasured;
}

import type { PluginType } from '@testbench/types';

import type { DatasetConfig } from '../config/dataset-config.js';
import type { StageUsage } from '../run/stage.js';
import type { DropCount } from './drop-board.js';
import type { ScoreSummary } from './score-board.js';

/** One plugin of a run, by name and digest, so that the run can be repeated. */
export interface PluginSummary extends StageUsage {
  /** `provider`, `transforms[0]`, `filter`, or the evaluator's name. */
  readonly stage: string;
  readonly type: PluginType;
  /** The plugin's own name and version: untrusted text. */
  readonly name: string;
  readonly version: string;
  /** `sha256:` and the hex digest of the module. */
  readonly digest: string;
}

/** What a whole run came to: the content of `summary.json`. */
export interface BenchmarkSummary {
  /** Version of this shape. */
  readonly formatVersion: 1;
  readonly name: string;
  readonly description?: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly dataset: Pick<DatasetConfig, 'path' | 'limit' | 'sample' | 'shuffle'> & {
    /** Of its files, each once. */
    readonly format: string;
    readonly offset: number;
    /** `sha256:` and the hex digest of the data set as it was read, after decompression. */
    readonly digest: string;
  };
  /** Number of records that were run. */
  readonly records: number;
  readonly models: readonly string[];
  readonly evaluators: readonly string[];
  /** One for each model and evaluator, in that order. */
  readonly scores: readonly ScoreSummary[];
  /** What the filter dropped, by model and reason, in the order of the first rows; only with a filter. */
  readonly dropped?: readonly DropCount[];
  readonly plugins: readonly PluginSummary[];
  /** Folder with `results.jsonl` and `summary.json`, if they were written. */
  readonly output?: string;
  /** `sha256:` and the hex digest of `results.jsonl`, if it was written: a reader can tell whether the two belong together. */
  readonly resultsDigest?: string;
}

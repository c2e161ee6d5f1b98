import type { PlannedEvaluator } from '../plan/plan.js';
import type { SystemName } from '../results/score-board.js';
import type { MetricKind, RunFacts } from '../summary/run-summary.js';

/** Version of {@link Baseline}: it changes when an older version could not read a baseline any more. */
export const BASELINE_VERSION = 1;

/** What a column of a baseline's scores is. */
export interface BaselineColumn extends SystemName {
  readonly metric: string;
  readonly kind: MetricKind;
}

/** Sums of one evaluator's metrics by record, so that scores of whole sets, such as BLEU, can be compared too. */
export interface BaselineSums extends SystemName {
  readonly evaluator: string;
  readonly names: readonly string[];
  /** In the order of the baseline's records: how many results, then a sum for each name; null for a record without results. */
  readonly records: readonly (readonly number[] | null)[];
}

/** What stands before the scores of a record. */
export type BaselineField = 'index' | 'id';

/** The scores of a run by record: a small file to commit, which later runs are held against. */
export interface Baseline {
  readonly type: 'testbench-baseline';
  readonly formatVersion: typeof BASELINE_VERSION;
  readonly run: RunFacts;
  /** As the plan has them, so that a changed one is noticed. */
  readonly evaluators: readonly PlannedEvaluator[];
  readonly columns: readonly BaselineColumn[];
  /** What stands first in each entry of `records`; `index` always does. */
  readonly fields: readonly BaselineField[];
  /** By record: the fields, then a score for each column, or null where there is none. */
  readonly records: readonly (readonly (string | number | null)[])[];
  /** Of evaluators of sums; absent if there are none. */
  readonly sums?: readonly BaselineSums[];
  /** `sha256:` and the hex digest of all the rest in canonical JSON: a merge by hand does not pass unnoticed. */
  readonly digest: string;
}

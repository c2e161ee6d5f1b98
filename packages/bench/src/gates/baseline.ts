import type { PlannedEvaluator } from '../plan/plan.js';
import type { SystemName } from '../results/score-board.js';
import type { MetricKind, RunFacts } from '../summary/run-summary.js';

/** Version of {@link Baseline}: it changes when an older version could no longer read a baseline. */
export const BASELINE_VERSION = 1;

/** The meaning of a column of a baseline's scores. */
export interface BaselineColumn extends SystemName {
  readonly metric: string;
  readonly kind: MetricKind;
}

/** Sums of one evaluator's metrics by record, so that scores of whole sets, such as BLEU, can be compared too. */
export interface BaselineSums extends SystemName {
  readonly evaluator: string;
  readonly names: readonly string[];
  /** In the order of the baseline's records: the number of results, then a sum for each name; null for a record without results. */
  readonly records: readonly (readonly number[] | null)[];
}

/** The fields before the scores of a record. */
export type BaselineField = 'index' | 'id';

/** The scores of a run by record: a small file to commit, with which later runs are compared. */
export interface Baseline {
  readonly type: 'testbench-baseline';
  readonly formatVersion: typeof BASELINE_VERSION;
  readonly run: RunFacts;
  /** As in the plan, so that a changed one is noticed. */
  readonly evaluators: readonly PlannedEvaluator[];
  readonly columns: readonly BaselineColumn[];
  /** The first fields of each entry of `records`; `index` is always among them. */
  readonly fields: readonly BaselineField[];
  /** By record: the fields, then a score for each column, or null where there is none. */
  readonly records: readonly (readonly (string | number | null)[])[];
  /** The sums of evaluators of sums; absent if there are none. */
  readonly sums?: readonly BaselineSums[];
  /** `sha256:` and the hex digest of everything else in canonical JSON: a manual merge is noticed. */
  readonly digest: string;
}

import type { Adjustment } from '@testbench/statistics';

import type { OnError } from '../config/benchmark-config.js';
import type { SystemName } from '../results/score-board.js';
import type { MetricKind, MetricScale, RunFacts, StatisticsNote } from '../summary/run-summary.js';

/** Version of {@link RunComparison}: it is raised when a field is removed or changes its meaning, not when one is added. */
export const RUN_COMPARISON_VERSION = 1;

/** The verdict of a comparison. `cannot-tell` is a result: this number of records does not show a difference of this size. */
export type Verdict = 'better' | 'worse' | 'cannot-tell' | 'no-data';

/** How the interval of a difference was found. */
export type DifferenceMethod =
  /** Student's t of the paired differences. */
  | 'student'
  /** The same, with a standard error clustered by the records' groups. */
  | 'clustered'
  /** All differences are the same: from Wilson's bound on how many records may still differ. */
  | 'wilson'
  /** Percentiles of differences of resampled sets. */
  | 'bootstrap';

/** A two-sided interval of a difference, b − a. */
export interface DifferenceInterval {
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  readonly method: DifferenceMethod;
  readonly clusteredBy?: string;
  readonly clusters?: number;
  /** Number of resamples of a bootstrap. */
  readonly resamples?: number;
  readonly seed?: number;
}

/** The tests of a paired difference. */
export type TestName =
  | 'mcnemar-midp'
  | 'mcnemar-exact'
  | 'paired-t'
  | 'clustered-t'
  | 'wilcoxon'
  | 'sign'
  /** For scores of whole sets: records are swapped between the two. The other two count like sacreBLEU, which is not a sound test when many swaps are equal. */
  | 'randomization'
  | 'sacrebleu-ar'
  | 'sacrebleu-bs';

/** The result of one two-sided test. */
export interface TestResult {
  readonly test: TestName;
  readonly p: number | null;
  readonly statistic: number | null;
  readonly df: number | null;
}

/** A record on which the two differ. */
export interface Flip {
  /** Its id, or else its index as text. */
  readonly record: string;
  readonly index: number;
  readonly group?: string;
  readonly a: number;
  readonly b: number;
}

/** Which records changed, and in which direction. */
export interface Flips {
  /** The score from which an answer is right; null for graded scores without a threshold: then every change counts. */
  readonly rightFrom: number | null;
  /** Wrong in a, right in b; or a higher score. */
  readonly gained: number;
  /** Right in a, wrong in b; or a lower score. */
  readonly lost: number;
  /** Right in both, and wrong in both; 0 where `rightFrom` is null. */
  readonly bothRight: number;
  readonly bothWrong: number;
  /** In the order of records, or the largest changes first where `rightFrom` is null; cut at `maxFlips`. */
  readonly lostRecords: readonly Flip[];
  readonly gainedRecords: readonly Flip[];
}

/** The number of records, or the size of a difference, needed for a verdict. */
export interface Planning {
  /** Of the two-sided test: alpha divided by the number of tests in the comparison. */
  readonly alpha: number;
  readonly power: number;
  /** Records that would show a difference as large as the observed one; null if there is none. */
  readonly recordsNeeded: number | null;
  /** The smallest difference that the present number of records would show; null if nothing varies, or if no difference would show. */
  readonly detectableDifference: number | null;
}

/** The difference in one group. */
export interface GroupComparison {
  readonly group: string;
  readonly n: number;
  readonly meanA: number | null;
  readonly meanB: number | null;
  readonly difference: number | null;
  readonly interval: DifferenceInterval | null;
  readonly p: number | null;
  /** Adjusted for the number of groups. */
  readonly adjustedP: number | null;
  readonly gained: number;
  readonly lost: number;
}

/** One metric of two systems on the same records. */
export interface MetricComparison {
  readonly metric: string;
  readonly kind: MetricKind;
  readonly scale: MetricScale;
  /** Records that have a score in both: only these are compared. */
  readonly n: number;
  /** Records with a score in only one, such as those of failed calls. */
  readonly onlyA: number;
  readonly onlyB: number;
  /** Over the compared records. */
  readonly meanA: number | null;
  readonly meanB: number | null;
  /** b − a. */
  readonly difference: number | null;
  readonly standardError: number | null;
  readonly interval: DifferenceInterval | null;
  /** The test that decides. */
  readonly test: TestName | null;
  readonly p: number | null;
  /** Adjusted for the number of tests of the comparison. */
  readonly adjustedP: number | null;
  readonly verdict: Verdict;
  /** All tests of this kind of score, the deciding one first. */
  readonly tests: readonly TestResult[];
  /** The cost of clusters: the variance divided by that of independent records; null without clusters. */
  readonly designEffect: number | null;
  readonly planning: Planning | null;
  readonly flips: Flips;
  /** In the order in which they occur; empty if the records have no groups. */
  readonly groups: readonly GroupComparison[];
}

/** How the sets of a comparison were resampled. */
export interface SetResampling {
  /** For the paired bootstrap that gives the interval. */
  readonly resamples: number;
  /** Swaps of the randomization test. */
  readonly swaps: number;
  readonly seed: number;
  /** What is drawn or swapped: single records, or blocks of this many; for clusters, their average number of records. */
  readonly recordsPerBlock: number;
  readonly blocks: number;
  readonly clusteredBy?: string;
}

/** One number of two sets, such as BLEU from 0 to 100 where the score is from 0 to 1. */
export interface SetDifference {
  readonly a: number | null;
  readonly b: number | null;
  /** b − a. */
  readonly difference: number | null;
  /** From the same resamples as the interval of the score; null if there is none. */
  readonly interval: DifferenceInterval | null;
}

/** A score of whole sets that is not a mean of the records' scores, such as BLEU, for two systems on the same records. */
export interface CorpusComparison extends SetDifference {
  readonly evaluator: string;
  /** Records that have metrics in both: only these are added up. */
  readonly n: number;
  readonly onlyA: number;
  readonly onlyB: number;
  /** The test that decides. */
  readonly test: TestName | null;
  readonly p: number | null;
  /** Adjusted for all tests of the comparison, together with those of means. */
  readonly adjustedP: number | null;
  readonly verdict: Verdict;
  /** The deciding one first. */
  readonly tests: readonly TestResult[];
  /** Other values that the evaluator reports for sets, by name. It is unknown whether more is better, so they have no verdict. */
  readonly values: Readonly<Record<string, SetDifference>>;
  /** In the order in which they occur, at most 1,000; without intervals. */
  readonly groups: readonly (Pick<SetDifference, 'a' | 'b' | 'difference'> & {
    readonly group: string;
    readonly n: number;
  })[];
  readonly resampling: SetResampling | null;
  /** Why there is no test or no score. */
  readonly without?: string;
}

/** Two systems: the same system in two runs, or two models of one run. */
export interface SystemComparison {
  readonly a: SystemName;
  readonly b: SystemName;
  readonly metrics: readonly MetricComparison[];
  /** Scores of whole sets; empty if no evaluator uses sums, or if none was called. */
  readonly corpus: readonly CorpusComparison[];
}

/** What differs between the plans of the two runs. */
export interface PlanDifference {
  /** For example `evaluators[0].digest`. */
  readonly path: string;
  readonly a?: unknown;
  readonly b?: unknown;
}

/** One condition of a gate. */
export interface GateCheck {
  readonly check:
    | 'broad-loss'
    /** The same for a score of the whole set, such as BLEU. */
    | 'set-loss'
    | 'hard-break'
    | 'lost-share'
    /** The first run, or the baseline, has models or evaluators that the second lacks, so a loss cannot be excluded. */
    | 'not-compared'
    | 'fail-under'
    | 'max-errors';
  readonly passed: boolean;
  readonly metric?: string;
  readonly system?: SystemName;
  /** The measured value and its requirement. */
  readonly value: number | null;
  readonly limit: number | null;
  /** One sentence, for people. */
  readonly message: string;
  /** The records that got worse. */
  readonly records?: readonly string[];
}

/** The result of a gate. */
export interface GateResult {
  readonly passed: boolean;
  readonly checks: readonly GateCheck[];
}

/** Two runs, or two models of one, compared record by record. Plain JSON. */
export interface RunComparison {
  readonly type: 'run-comparison';
  readonly schemaVersion: typeof RUN_COMPARISON_VERSION;
  readonly a: RunFacts;
  readonly b: RunFacts;
  readonly alpha: number;
  readonly confidence: number;
  readonly power: number;
  readonly adjustment: Adjustment;
  /** Number of tests that were adjusted together: tests of metrics and of scores of sets, times pairs. */
  readonly tests: number;
  /** How records were matched: by their ids, or by their position in the same data set. */
  readonly pairedBy: 'id' | 'index';
  readonly records: { readonly a: number; readonly b: number; readonly both: number };
  /** Whether a case without a score is left out, or counts as 0. */
  readonly errorTreatment: OnError;
  readonly pairs: readonly SystemComparison[];
  /** Systems that have no counterpart. */
  readonly unpaired: { readonly a: readonly SystemName[]; readonly b: readonly SystemName[] };
  /** Metrics that only one side has. */
  readonly unpairedMetrics: { readonly a: readonly string[]; readonly b: readonly string[] };
  readonly planDifferences: readonly PlanDifference[];
  readonly notes: readonly StatisticsNote[];
  /** Present only if a gate was requested. */
  readonly gate?: GateResult;
}

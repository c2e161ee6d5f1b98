import type { LatencySummary } from '@testbench/statistics';

import type { OnError, Reducer } from '../config/benchmark-config.js';
import type { SystemName } from '../results/score-board.js';

/** Version of {@link RunSummary}: incremented when a field is removed or changes its meaning, not when one is added. */
export const RUN_SUMMARY_VERSION = 1;

/** Method of an interval. */
export type EstimateMethod =
  /** Wilson's for a proportion: scores of only 0 and 1, and samples without any spread. */
  | 'wilson'
  /** Student's t, records taken as independent. */
  | 'student'
  /** Student's t with a standard error clustered by the records' groups. */
  | 'clustered'
  /** Normal, from an asymptotic standard error: of kappa. */
  | 'asymptotic'
  /** Percentiles of resampled records, whole clusters at once where there are clusters. */
  | 'bootstrap';

/** A two-sided confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Such as 0.95. */
  readonly confidence: number;
  readonly method: EstimateMethod;
  /** What defines the clusters: `group`, or the name of a column. Only if clusters were used. */
  readonly clusteredBy?: string;
  /** Number of clusters. */
  readonly clusters?: number;
  /** Only for a bootstrap. */
  readonly resamples?: number;
  readonly seed?: number;
}

/** The run that a number belongs to. */
export interface RunFacts {
  /** Name of its folder, or of the baseline. */
  readonly run: string;
  /** Name of the benchmark. */
  readonly name: string;
  /** `sha256:` and the hex digest of the plan. */
  readonly plan: string;
  readonly dataset: {
    /** `sha256:` and the hex digest of the data read. */
    readonly digest: string;
    /** Records of the plan. */
    readonly records: number;
  };
  /** Records whose rows exist. */
  readonly records: number;
  /** False while a run is under way, or if it ended early. */
  readonly isComplete: boolean;
  readonly epochs: { readonly count: number; readonly reducer: Reducer };
  /** The plan's rule for cases without a score. */
  readonly onError: OnError;
}

/** Minimum, maximum, mean and quantiles of type 7; null without values. */
export interface Quantiles extends LatencySummary {
  /** How the numbers were made, in one line: see `scoreSignature`. */
  readonly signature: string;
}

/** The same for quantities that add up, such as tokens and money. */
export interface Amounts extends Quantiles {
  readonly total: number;
}

/** What a metric is: an evaluator's score, the weighted mean of all of them, or whether all thresholds were reached. */
export type MetricKind = 'evaluator' | 'weighted' | 'passed';

/** `binary` if every score is 0 or 1: the mean is then the fraction of right answers. */
export type MetricScale = 'binary' | 'graded';

/** A mean over the records of one group. */
export interface GroupScore {
  readonly group: string;
  readonly n: number;
  readonly mean: number | null;
  readonly interval: Interval | null;
  /** How the number was made, in one line: see `scoreSignature`. */
  readonly signature: string;
}

/** One number of a summary: a mean over records, with everything needed to interpret it. */
export interface MetricSummary {
  /** The evaluator's name; `score` for the weighted mean, `passed` for the fraction that reached all thresholds. */
  readonly metric: string;
  readonly kind: MetricKind;
  readonly scale: MetricScale;
  /** Records that count. */
  readonly n: number;
  readonly mean: number | null;
  /** Over records, with n − 1 in the denominator. */
  readonly standardDeviation: number | null;
  readonly interval: Interval | null;
  /** Cases without a score because a call failed: left out, or counted as 0. */
  readonly errors: number;
  readonly errorTreatment: OnError;
  /** Cases with a score that a filter dropped. */
  readonly dropped: number;
  /** Mean over records of the standard deviation among a record's epochs; null with one epoch. */
  readonly epochDeviation: number | null;
  /** How many records reached the evaluator's threshold; null without one. */
  readonly threshold: {
    readonly value: number;
    readonly n: number;
    readonly reached: number;
    readonly rate: number | null;
    readonly interval: Interval | null;
  } | null;
  /** Share in the weighted mean, for evaluators. */
  readonly weight?: number;
  /** In the order in which they occur; empty if the records have no groups. */
  readonly groups: readonly GroupScore[];
  /** How the number was made, in one line: see `scoreSignature`. */
  readonly signature: string;
}

/** A score of the whole set that is not a mean of records' scores, such as BLEU. */
export interface CorpusSummary {
  /** Name of the evaluator, and of the value. */
  readonly evaluator: string;
  readonly metric: string;
  readonly n: number;
  readonly value: number | null;
  readonly interval: Interval | null;
  readonly groups: readonly {
    readonly group: string;
    readonly n: number;
    readonly value: number | null;
    readonly signature: string;
  }[];
  readonly signature: string;
}

/** How far an evaluator, such as a judge, agrees with human labels. */
export interface AgreementSummary {
  readonly evaluator: string;
  /** Column of the data set with the labels. */
  readonly labels: string;
  /** Cases that have both. */
  readonly n: number;
  /** Fraction of cases on which both agree. */
  readonly observed: number | null;
  /** Fraction on which they would agree by chance, from their base rates. */
  readonly expected: number | null;
  /** Cohen's kappa, with its asymptotic standard error. */
  readonly kappa: number | null;
  readonly stderr: number | null;
  /** For scores with more than two steps; null if the two are the same as `kappa`. */
  readonly linearKappa: number | null;
  readonly quadraticKappa: number | null;
  /** Spearman's correlation, for graded scores. */
  readonly correlation: number | null;
  /** How often each gives each label: high agreement means little if one label is rare. */
  readonly baseRates: readonly {
    readonly label: number;
    readonly evaluator: number;
    readonly people: number;
  }[];
  /** Interval of kappa: from its standard error, cut at −1 and 1; null without a standard error. */
  readonly interval: Interval | null;
  readonly signature: string;
}

/** Usage of one evaluator that asks a model. */
export interface JudgeUsage {
  readonly evaluator: string;
  readonly totalMs: Quantiles;
  readonly promptTokens: Amounts;
  readonly completionTokens: Amounts;
  readonly cost: Amounts | null;
}

/** Figures of the cases with a transcript. */
export interface TrajectoryReport {
  /** Calls of the model. */
  readonly steps: Amounts;
  /** Turns of the user that were answered. */
  readonly turns: Amounts;
  readonly toolCalls: Amounts;
  /** Calls of tools that gave no result. */
  readonly toolErrors: Amounts;
  /** Fuel units of tools. */
  readonly toolFuel: Amounts;
  /** Why cases ended, the most frequent first. */
  readonly ends: readonly { readonly end: string; readonly count: number }[];
}

/** The results of one prompt, provider and model. */
export interface SystemReport extends SystemName {
  /** How cases with tools or turns came to their answers; absent if there are none. */
  readonly trajectory?: TrajectoryReport;
  /** Calls of the simulated user; absent if there is none. */
  readonly user?: Omit<JudgeUsage, 'evaluator'>;
  readonly cases: number;
  /** Cases that lack a score. */
  readonly failed: number;
  readonly dropped: number;
  /** Failures by code, the most frequent first. */
  readonly failures: readonly { readonly code: string; readonly count: number }[];
  readonly metrics: readonly MetricSummary[];
  readonly corpus: readonly CorpusSummary[];
  readonly agreement: readonly AgreementSummary[];
  /** In milliseconds, of calls of the model; for a cached answer, of the original call. */
  readonly latency: {
    readonly queueMs: Quantiles;
    readonly firstTokenMs: Quantiles;
    readonly totalMs: Quantiles;
  };
  readonly tokens: {
    readonly prompt: Amounts;
    readonly completion: Amounts;
    readonly cached: Amounts;
  };
  /** In the currency of the price table; null without prices. */
  readonly cost: Amounts | null;
  readonly cachedAnswers: number;
  readonly judges: readonly JudgeUsage[];
  /** Evaluators that asked the tested model itself, and for how many of its answers: models favour their own answers. */
  readonly selfJudged: readonly { readonly evaluator: string; readonly cases: number }[];
}

/** A caveat of a figure. */
export interface StatisticsNote {
  /** Stable, such as `RUN_INCOMPLETE`. */
  readonly code: string;
  readonly message: string;
}

/** The numbers of a run: every mean with its interval, and how each was computed. Plain JSON. */
export interface RunSummary {
  readonly type: 'run-summary';
  readonly schemaVersion: typeof RUN_SUMMARY_VERSION;
  readonly run: RunFacts;
  readonly confidence: number;
  /** By prompt, provider and model, in the order of the plan. */
  readonly systems: readonly SystemReport[];
  /** Evaluators that asked the tested model itself about some of its answers; empty if none did. */
  readonly selfJudged: readonly string[];
  readonly notes: readonly StatisticsNote[];
}

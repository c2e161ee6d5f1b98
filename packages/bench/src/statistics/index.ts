/**
 * Results of runs and their differences: means with intervals, paired tests, records that changed.
 *
 * @packageDocumentation
 */
export type { CompareOptions } from '../compare/compare-options.js';
export { compareRuns } from '../compare/compare-runs.js';
export type { SystemFilter } from '../compare/pair-systems.js';
export type { SetComparisonOptions } from '../compare/set-options.js';
export {
  type CorpusComparison,
  type DifferenceInterval,
  type DifferenceMethod,
  type Flip,
  type Flips,
  type GateCheck,
  type GateResult,
  type GroupComparison,
  type MetricComparison,
  type PlanDifference,
  type Planning,
  RUN_COMPARISON_VERSION,
  type RunComparison,
  type SetDifference,
  type SetResampling,
  type SystemComparison,
  type TestName,
  type TestResult,
  type Verdict,
} from '../compare/run-comparison.js';
export { type Baseline, BASELINE_VERSION, type BaselineColumn } from '../gates/baseline.js';
export { checkRequirements } from '../gates/check-requirements.js';
export { type GateOptions, type RequirementOptions, SET_PREFIX } from '../gates/gate-options.js';
export { type BaselineOptions, makeBaseline, writeBaseline } from '../gates/make-baseline.js';
export { readBaseline } from '../gates/read-baseline.js';
export type { ClusterBy } from '../summary/clusters.js';
export {
  type AgreementSummary,
  type Amounts,
  type CorpusSummary,
  type EstimateMethod,
  type GroupScore,
  type Interval,
  type JudgeUsage,
  type TrajectoryReport,
  type MetricKind,
  type MetricScale,
  type MetricSummary,
  type Quantiles,
  RUN_SUMMARY_VERSION,
  type RunFacts,
  type RunSummary,
  type StatisticsNote,
  type SystemReport,
} from '../summary/run-summary.js';
export type { ScoredRun } from '../summary/score-table.js';
export { scoreSignature, type SignatureParts } from '../summary/score-signature.js';
export { summariseRun, type SummaryOptions } from '../summary/summarise-run.js';

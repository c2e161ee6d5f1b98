/**
 * Intervals and comparisons for evaluations: what can be concluded from a score, and from the difference of two.
 *
 * Subpaths: `agreement`, `classification`, `distributions`, `power`, `ranking`, `trials`. No dependency, no Node API.
 *
 * @packageDocumentation
 */
export type { IntervalOptions, Score } from './arguments.js';
export { adjustPValues, type Adjustment } from './comparison/adjust-p-values.js';
export {
  type Discordant,
  discordantPairs,
  type McNemarMethod,
  type McNemarResult,
  mcnemarTest,
} from './comparison/mcnemar.js';
export {
  clusteredDifference,
  pairedDifference,
  type PairedDifference,
  type PairingGain,
  pairingGain,
} from './comparison/paired-difference.js';
export {
  randomSwaps,
  type ResamplingMethod,
  type ResamplingTest,
  resamplingTest,
  type SwapOptions,
} from './comparison/resampling-test.js';
export { type SignTest, signTest } from './comparison/sign-test.js';
export {
  fisherTest,
  newcombeInterval,
  twoProportionTest,
  type TwoProportions,
  type WelchResult,
  welchTest,
} from './comparison/unpaired.js';
export { type WilcoxonOptions, type WilcoxonResult, wilcoxonTest } from './comparison/wilcoxon.js';
export { ExactSum } from './exact-sum.js';
export { StatisticsError, type StatisticsErrorCode } from './errors.js';
export {
  type BootstrapData,
  bootstrapInterval,
  type BootstrapInterval,
  type BootstrapOptions,
} from './intervals/bootstrap-interval.js';
export {
  clusteredInterval,
  type ClusteredInterval,
  type ClusteredOptions,
  type ClusterName,
} from './intervals/clustered-interval.js';
export {
  meanInterval,
  type MeanInterval,
  type MeanIntervalOptions,
} from './intervals/mean-interval.js';
export {
  proportionInterval,
  type ProportionInterval,
  type ProportionMethod,
} from './intervals/proportion-interval.js';
export { resample, type ResampleOptions } from './intervals/resample.js';
export {
  geometricMean,
  latencySummary,
  type LatencySummary,
  quantile,
  trimmedMean,
} from './quantiles.js';

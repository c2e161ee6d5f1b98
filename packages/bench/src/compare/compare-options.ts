import type { Adjustment } from '@testbench/statistics';
import { type ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';

import type { OnError } from '../config/benchmark-config.js';
import type { ClusterBy } from '../summary/clusters.js';
import { MAX_FLIPS } from '../summary/limits.js';
import { type GateOptions, readGateOptions } from '../gates/gate-options.js';
import type { SystemFilter } from './pair-systems.js';
import { readSetOptions, type SetComparisonOptions } from './set-options.js';

/** Options for comparing runs. */
export interface CompareOptions {
  /** Probability of a false alarm, after the adjustment. @default 0.05 */
  readonly alpha?: number;
  /** Confidence level of intervals. @default 0.95 */
  readonly confidence?: number;
  /** For `planning`: the probability of detecting a real difference. @default 0.8 */
  readonly power?: number;
  /** The correction for testing several metrics and pairs at once: `holm` bounds the probability of any false alarm, `bh` the share of false ones. @default 'holm' */
  readonly adjustment?: Adjustment;
  /** Evaluators; also `score`, the weighted mean, and `passed`. @default all evaluators that both have */
  readonly metrics?: readonly string[];
  /** The systems of the first run. @default all */
  readonly a?: SystemFilter;
  /** The systems of the second run. @default all */
  readonly b?: SystemFilter;
  /** How records are clustered, as in a summary. @default 'auto' */
  readonly clusters?: ClusterBy;
  /** `missing` compares records that have a score in both; with `wrong`, a failed case counts as 0. @default 'missing' */
  readonly onError?: OnError;
  /** Compares runs of different data sets too, by the records' ids. @default false */
  readonly allowDifferentData?: boolean;
  /** Changed records that are listed in each direction. @default 1000 */
  readonly maxFlips?: number;
  /** Compares scores of whole sets too, such as BLEU, with these evaluators. `openSetEvaluators` loads the evaluators of a run. @default only means are compared */
  readonly sets?: SetComparisonOptions;
  /** Checks whether the second run may pass: `gate` of the result. @default not asked */
  readonly gate?: GateOptions;
}

/** The same options with all defaults. */
export type ReadCompareOptions = Required<Omit<CompareOptions, 'metrics' | 'sets' | 'gate'>> &
  Pick<CompareOptions, 'metrics' | 'sets' | 'gate'>;

const OPTIONS: OptionReaders<CompareOptions> = {
  alpha: (node) => node.number(1e-6, 0.5),
  confidence: (node) => node.number(0.5, 0.999_999),
  power: (node) => node.number(0.5, 0.999_999),
  adjustment: (node) => node.oneOf(['bonferroni', 'holm', 'hochberg', 'bh', 'by']),
  metrics: (node) => node.list().map((item) => item.text()),
  a: readFilter,
  b: readFilter,
  clusters: (node) => node.text(),
  onError: (node) => node.oneOf(['missing', 'wrong']),
  allowDifferentData: (node) => node.boolean(),
  maxFlips: (node) => node.wholeNumber(0, 10_000_000),
  sets: ({ value, path }) => readSetOptions(value, path),
  gate: readGateOptions,
};

/** @throws {ConfigError} An option is wrong. */
export function readCompareOptions(given: CompareOptions | undefined): ReadCompareOptions {
  return {
    alpha: 0.05,
    confidence: 0.95,
    power: 0.8,
    adjustment: 'holm',
    a: {},
    b: {},
    clusters: 'auto',
    onError: 'missing',
    allowDifferentData: false,
    maxFlips: MAX_FLIPS,
    ...readOptions<CompareOptions>(given, OPTIONS),
  };
}

function readFilter({ value, path }: ConfigNode): SystemFilter {
  return readOptions<SystemFilter>(
    value,
    {
      prompt: (node) => node.text(),
      provider: (node) => node.text(),
      model: (node) => node.text(),
    },
    path,
  );
}

import {
  CONFIDENCE,
  type IntervalOptions,
  present,
  requireSameLength,
  type Score,
} from '../arguments.js';
import { mean, sum } from '../moments.js';
import { around } from './mean-interval.js';
import { LIST, oneOf, type OptionChecks, readOptions, SHARE } from '../options.js';

/** Name of a cluster: records with the same name belong together. */
export type ClusterName = string | number;

/** Options for clustered data. */
export interface ClusteredOptions extends IntervalOptions {
  /** `CR1` multiplies the variance by G/(G−1), `none` does not. @default 'CR1' */
  readonly correction?: 'none' | 'CR1';
  /** `t`: with G − 1 degrees of freedom. @default 't' */
  readonly method?: 't' | 'normal';
  /** A second way in which the same records belong together, such as by template and by topic. */
  readonly clusters2?: readonly ClusterName[];
}

const CLUSTERED_OPTIONS: OptionChecks<ClusteredOptions> = {
  confidence: SHARE,
  correction: oneOf('none', 'CR1'),
  method: oneOf('t', 'normal'),
  clusters2: LIST,
};

/** Mean over records, with a standard error that accounts for records that belong together. */
export interface ClusteredInterval {
  readonly n: number;
  /** Number of clusters; with two ways of clustering, the smaller number. */
  readonly clusters: number;
  /** With two ways of clustering, the number of each. */
  readonly clustersEach: readonly number[];
  readonly mean: number | null;
  /** Variance of the mean; can be negative with two ways of clustering. */
  readonly variance: number | null;
  readonly stderr: number | null;
  readonly df: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** Clustered variance (CR1) divided by that of independent records: the cost of clustering. */
  readonly designEffect: number | null;
}

/**
 * Mean of records with a standard error clustered by their groups: questions about one text carry less information than as many questions about different texts.
 *
 * With a single cluster there is no CR1 error: null.
 *
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`, `STATISTICS_INVALID_ARGUMENT`.
 * @see Miller (2024), Adding Error Bars to Evals, arXiv:2411.00640, appendix A
 * @see Cameron, Gelbach and Miller (2011), doi:10.1198/jbes.2010.07136, for two ways of clustering
 *
 * @example
 * ```ts
 * import { clusteredInterval } from '@testbench/statistics';
 *
 * const topics = ['a', 'a', 'a', 'b', 'b', 'c', 'c', 'c'];
 * const { clusters, stderr } = clusteredInterval([1, 1, 0, 0, 1, 0, 1, 1], topics);
 * [clusters, stderr]; // => [3, 0.046875]
 * ```
 */
export function clusteredInterval(
  values: readonly Score[],
  clusters: readonly ClusterName[],
  options?: ClusteredOptions,
): ClusteredInterval {
  const {
    confidence = CONFIDENCE,
    correction = 'CR1',
    method = 't',
    clusters2,
  } = readOptions(options, CLUSTERED_OPTIONS);
  requireSameLength(values, clusters, 'values and clusters');
  if (clusters2 !== undefined) requireSameLength(values, clusters2, 'values and clusters');
  const numbers = present(values);
  const n = numbers.length;
  const ofPresent = (names: readonly ClusterName[]): readonly ClusterName[] =>
    n === values.length ? names : names.filter((_, index) => values[index] !== null);
  const first = ofPresent(clusters);
  const second = clusters2 === undefined ? undefined : ofPresent(clusters2);
  const counts = [first, ...(second === undefined ? [] : [second])].map(
    (names) => new Set(names).size,
  );
  const smallest = Math.min(...counts);
  const empty = {
    n,
    clusters: smallest,
    clustersEach: counts,
    mean: n === 0 ? null : mean(numbers),
    variance: null,
    stderr: null,
    df: null,
    lower: null,
    upper: null,
    designEffect: null,
  };
  if (n === 0) return empty;
  const centre = mean(numbers);
  const centred = numbers.map((value) => value - centre);
  const varianceBy = (names: readonly ClusterName[], scale: boolean): number =>
    clusterVariance(centred, names, scale);
  const combine = (scale: boolean): number =>
    second === undefined
      ? varianceBy(first, scale)
      : varianceBy(first, scale) +
        varianceBy(second, scale) -
        varianceBy(
          first.map((name, index) => JSON.stringify([name, second[index]])),
          scale,
        );
  const corrected = combine(true);
  const variance = correction === 'CR1' ? corrected : combine(false);
  if (Number.isNaN(variance)) return { ...empty, df: method === 'normal' ? null : smallest - 1 };
  const independent = sum(centred.map((value) => value * value)) / (n - 1) / n;
  const designEffect =
    n > 1 && independent > 0 && Number.isFinite(corrected) ? corrected / independent : null;
  if (variance < 0) return { ...empty, mean: centre, variance, designEffect };
  const stderr = Math.sqrt(variance);
  const df = method === 'normal' ? null : smallest - 1;
  const interval =
    df !== null && df < 1 ? { lower: null, upper: null } : around(centre, stderr, confidence, df);
  return {
    ...empty,
    mean: centre,
    variance,
    stderr,
    df,
    ...interval,
    designEffect,
  };
}

/** Variance of a mean: the squared sums within clusters over n²; NaN for one cluster if it is to be scaled. */
function clusterVariance(
  centred: readonly number[],
  names: readonly ClusterName[],
  scale: boolean,
): number {
  const places = new Map<ClusterName, number>();
  const at = Uint32Array.from(names, (name) => {
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    return place;
  });
  // Neumaier's sum in each cluster.
  const totals = new Float64Array(places.size);
  const lost = new Float64Array(places.size);
  for (const [index, place] of at.entries()) {
    const [total, value] = [totals[place]!, centred[index]!];
    const next = total + value;
    lost[place]! +=
      Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    totals[place] = next;
  }
  const total = sum(totals.map((each, place) => (each + lost[place]!) ** 2)) / centred.length ** 2;
  if (!scale) return total;
  return places.size < 2 ? Number.NaN : (total * places.size) / (places.size - 1);
}

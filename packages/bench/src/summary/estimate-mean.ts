import {
  bootstrapInterval,
  clusteredInterval,
  meanInterval,
  proportionInterval,
  resample,
} from '@testbench/statistics';

import type { Clusters } from './clusters.js';
import { BOOTSTRAP_RESAMPLES } from './limits.js';
import type { Interval, MetricScale } from './run-summary.js';

/** How means are estimated. */
export interface EstimateOptions {
  readonly confidence: number;
  /** `auto`: Wilson's for scores of 0 and 1, else Student's t; clustered where there are clusters. */
  readonly method: 'auto' | 'bootstrap';
  readonly resamples?: number;
  readonly seed?: number;
}

/** A mean over records. */
export interface MeanEstimate {
  readonly n: number;
  readonly scale: MetricScale;
  readonly mean: number | null;
  readonly standardDeviation: number | null;
  readonly interval: Interval | null;
}

/**
 * The mean of scores from 0 to 1 with its interval.
 *
 * @param values The scores, without missing ones.
 * @param clusters Clusters of these values; undefined if they are independent.
 */
export function estimateMean(
  values: readonly number[],
  clusters: Clusters | undefined,
  options: EstimateOptions,
): MeanEstimate {
  const { n, mean, sd } = meanInterval(values);
  const scale = values.every((value) => value === 0 || value === 1) ? 'binary' : 'graded';
  const facts = { n, scale, mean, standardDeviation: sd } as const;
  if (n === 0) return { ...facts, interval: null };
  // Without any spread, only Wilson's method shows remaining uncertainty.
  const hasSpread = values.some((value) => value !== values[0]);
  if (!hasSpread) {
    return { ...facts, interval: scale === 'binary' || n > 1 ? wilson(values, options) : null };
  }
  if (options.method === 'bootstrap') {
    const interval = bootstrap(values, clusters, options);
    if (interval.low < interval.high) return { ...facts, interval };
  }
  const clustered = clusters === undefined ? null : byClusters(values, clusters, options);
  if (clustered !== null) return { ...facts, interval: clustered };
  return {
    ...facts,
    interval: scale === 'binary' ? wilson(values, options) : student(values, options),
  };
}

/** The interval's part of a score signature. */
export function intervalLabel(interval: Interval | null): string | undefined {
  if (interval === null) return undefined;
  const { method, clusteredBy, clusters, resamples, seed } = interval;
  const parts = [
    ...(resamples === undefined ? [] : [String(resamples), `seed:${seed}`]),
    ...(clusteredBy === undefined ? [] : [`${encodeURIComponent(clusteredBy)}:${clusters}`]),
  ];
  return parts.length === 0 ? method : `${method}(${parts.join(',')})`;
}

function wilson(values: readonly number[], { confidence }: EstimateOptions): Interval {
  const successes = values.reduce((sum, value) => sum + value, 0);
  const n = values.length;
  const { lower, upper } = proportionInterval(Math.min(successes, n), n, { confidence });
  return { low: lower!, high: upper!, confidence, method: 'wilson' };
}

function student(values: readonly number[], { confidence }: EstimateOptions): Interval {
  const { lower, upper } = meanInterval(values, { confidence });
  return { ...within(lower!, upper!), confidence, method: 'student' };
}

function byClusters(
  values: readonly number[],
  { by, numbers }: Clusters,
  { confidence }: EstimateOptions,
): Interval | null {
  const { lower, upper, stderr, clusters } = clusteredInterval(values, Array.from(numbers), {
    confidence,
  });
  if (lower === null || upper === null || stderr === null || stderr === 0) return null;
  return {
    ...within(lower, upper),
    confidence,
    method: 'clustered',
    clusteredBy: by,
    clusters,
  };
}

function bootstrap(
  values: readonly number[],
  clusters: Clusters | undefined,
  { confidence, resamples = BOOTSTRAP_RESAMPLES, seed = 0 }: EstimateOptions,
): Interval {
  const { lower, upper } = bootstrapInterval(
    { values },
    {
      confidence,
      resamples: resample(values.length, {
        count: resamples,
        seed,
        ...(clusters === undefined ? {} : { clusters: Array.from(clusters.numbers) }),
      }),
    },
  );
  return {
    low: lower!,
    high: upper!,
    confidence,
    method: 'bootstrap',
    ...(clusters === undefined
      ? {}
      : { clusteredBy: clusters.by, clusters: new Set(clusters.numbers).size }),
    resamples,
    seed,
  };
}

/** Scores are from 0 to 1. */
function within(low: number, high: number): { readonly low: number; readonly high: number } {
  return { low: Math.max(0, low), high: Math.min(1, high) };
}

import {
  clusteredDifference,
  discordantPairs,
  mcnemarTest,
  pairedDifference,
  proportionInterval,
  signTest,
  wilcoxonTest,
} from '@testbench/statistics';
import { studentTwoSided } from '@testbench/statistics/distributions';

import type { Clusters } from '../summary/clusters.js';
import type { MetricScale } from '../summary/run-summary.js';
import type { DifferenceInterval, TestResult } from './run-comparison.js';

/** The result of paired scores for a difference, b − a. */
export interface DifferenceEstimate {
  readonly scale: MetricScale;
  readonly difference: number | null;
  readonly standardError: number | null;
  readonly interval: DifferenceInterval | null;
  /** The deciding one first. */
  readonly tests: readonly TestResult[];
  readonly designEffect: number | null;
}

/**
 * The difference of paired scores with its interval, and the tests for this kind of score: McNemar's for right and wrong, Student's t,
 * Wilcoxon's and the sign test for numbers; if records come in clusters, the t test with a clustered error decides.
 *
 * @param clusters The clusters of these records; undefined if they are independent.
 */
export function testDifference(
  a: readonly number[],
  b: readonly number[],
  clusters: Clusters | undefined,
  confidence: number,
): DifferenceEstimate {
  const isBinary = (values: readonly number[]): boolean =>
    values.every((value) => value === 0 || value === 1);
  const scale = isBinary(a) && isBinary(b) ? 'binary' : 'graded';
  const independent = pairedDifference(b, a, { confidence });
  const { meanDifference: difference, stderr, t, df, p } = independent;
  const clustered = clusters === undefined ? undefined : byClusters(a, b, clusters, confidence);
  const pairedT: TestResult = { test: 'paired-t', p, statistic: t, df };
  const tests = [
    ...(clustered === undefined ? [] : [clustered.test]),
    ...(scale === 'binary'
      ? [...mcnemar(a, b), pairedT]
      : [...(p === null ? [] : [pairedT]), ...ranked(a, b)]),
  ];
  const facts = {
    scale,
    difference,
    designEffect: clustered?.designEffect ?? null,
    tests,
  } as const;
  if (clustered !== undefined) {
    return { ...facts, standardError: clustered.stderr, interval: clustered.interval };
  }
  return { ...facts, standardError: stderr, interval: intervalOf(independent, confidence) };
}

function intervalOf(
  { n, meanDifference, t, lower, upper }: ReturnType<typeof pairedDifference>,
  confidence: number,
): DifferenceInterval | null {
  if (meanDifference === null) return null;
  if (t !== null && lower !== null && upper !== null) {
    return { ...within(lower, upper), confidence, method: 'student' };
  }
  // All records differ by the same amount: Wilson's interval for 0 of n gives the share of records for which this may not hold.
  const others = proportionInterval(0, n, { confidence }).upper!;
  return {
    low: meanDifference - others * (1 + meanDifference),
    high: meanDifference + others * (1 - meanDifference),
    confidence,
    method: 'wilson',
  };
}

function byClusters(
  a: readonly number[],
  b: readonly number[],
  { by, numbers }: Clusters,
  confidence: number,
):
  | {
      readonly stderr: number;
      readonly interval: DifferenceInterval;
      readonly test: TestResult;
      readonly designEffect: number | null;
    }
  | undefined {
  const found = clusteredDifference(b, a, Array.from(numbers), { confidence });
  const { mean, stderr, df, lower, upper, clusters, designEffect } = found;
  if (mean === null || stderr === null || df === null || lower === null || upper === null) {
    return undefined;
  }
  // A rounding residue of equal sums is not spread.
  if (stderr <= 10 * Number.EPSILON) return undefined;
  const statistic = mean / stderr;
  return {
    stderr,
    interval: {
      ...within(lower, upper),
      confidence,
      method: 'clustered',
      clusteredBy: by,
      clusters,
    },
    test: { test: 'clustered-t', p: studentTwoSided(statistic, df), statistic, df },
    designEffect,
  };
}

function mcnemar(a: readonly number[], b: readonly number[]): TestResult[] {
  const pairs = discordantPairs(a, b);
  return (['midp', 'exact'] as const).map((method) => ({
    test: `mcnemar-${method}`,
    p: mcnemarTest(pairs, { method }).p,
    statistic: null,
    df: null,
  }));
}

function ranked(a: readonly number[], b: readonly number[]): TestResult[] {
  const { p, statistic } = wilcoxonTest(b, a);
  return [
    { test: 'sign', p: signTest(b, a).p, statistic: null, df: null },
    { test: 'wilcoxon', p, statistic, df: null },
  ];
}

/** Scores are from 0 to 1, and their differences from −1 to 1. */
function within(low: number, high: number): { readonly low: number; readonly high: number } {
  return { low: Math.max(-1, low), high: Math.min(1, high) };
}

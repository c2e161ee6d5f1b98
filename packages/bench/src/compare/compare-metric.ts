import { adjustPValues, meanInterval } from '@testbench/statistics';

import { type Clusters, clustersAt } from '../summary/clusters.js';
import { groupsOf } from '../summary/groups.js';
import type { RecordColumns } from '../summary/record-columns.js';
import type { MetricColumn } from '../summary/score-table.js';
import type { ReadCompareOptions } from './compare-options.js';
import { findFlips, type PairedScores } from './find-flips.js';
import type { PairedRecords } from './pair-records.js';
import type { GroupComparison, MetricComparison } from './run-comparison.js';
import { planRecords } from './plan-records.js';
import { testDifference } from './test-difference.js';

/** A comparison of one metric before its p-value was adjusted for the others. */
export type UnadjustedComparison = Omit<MetricComparison, 'adjustedP' | 'verdict'>;

/** What all metrics of a comparison have in common. */
export interface MetricSetting {
  readonly paired: PairedRecords;
  /** The clusters of the paired records. */
  readonly clusters: Clusters | undefined;
  readonly options: ReadCompareOptions;
  /** Number of tests that are adjusted together. */
  readonly tests: number;
}

/** Compares one metric of two systems, over the records that have a score in both. */
export function compareMetric(
  a: MetricColumn,
  b: MetricColumn,
  { paired, clusters, options, tests }: MetricSetting,
): UnadjustedComparison {
  const { onlyA, onlyB, ...scores } = selectScores(a, b, paired);
  const { confidence, alpha, power, maxFlips } = options;
  const among = clusters === undefined ? undefined : clustersAt(clusters, scores.places);
  const estimate = testDifference(scores.a, scores.b, among, confidence);
  const { scale, difference, standardError, interval, designEffect } = estimate;
  const rightFrom = scale === 'binary' ? 1 : (b.threshold ?? a.threshold ?? null);
  const flips = findFlips(scores, paired.records, rightFrom, maxFlips);
  const [deciding] = estimate.tests;
  return {
    metric: a.metric,
    kind: a.kind,
    scale,
    n: scores.a.length,
    onlyA,
    onlyB,
    meanA: meanInterval(scores.a).mean,
    meanB: meanInterval(scores.b).mean,
    difference,
    standardError,
    interval,
    test: deciding?.test ?? null,
    p: scores.a.length === 0 ? null : (deciding?.p ?? null),
    tests: scores.a.length === 0 ? [] : estimate.tests,
    designEffect,
    planning: planRecords(scores, scale, flips, { alpha: alpha / tests, power, designEffect }),
    flips,
    groups: compareGroups(scores, paired.records, rightFrom, confidence),
  };
}

function selectScores(
  a: MetricColumn,
  b: MetricColumn,
  pairs: PairedRecords,
): PairedScores & { readonly onlyA: number; readonly onlyB: number } {
  const scores = { a: [] as number[], b: [] as number[] };
  const places = new Uint32Array(pairs.records.count);
  let [onlyA, onlyB] = [0, 0];
  for (let pair = 0; pair < places.length; pair += 1) {
    const [before, after] = [a.values.at(pairs.a[pair]!), b.values.at(pairs.b[pair]!)];
    if (Number.isNaN(before)) {
      if (!Number.isNaN(after)) onlyB += 1;
    } else if (Number.isNaN(after)) {
      onlyA += 1;
    } else {
      places[scores.a.length] = pair;
      scores.a.push(before);
      scores.b.push(after);
    }
  }
  return { ...scores, places: places.subarray(0, scores.a.length), onlyA, onlyB };
}

/** Within a group records count as independent. */
function compareGroups(
  scores: PairedScores,
  records: RecordColumns,
  rightFrom: number | null,
  confidence: number,
): GroupComparison[] {
  const groups = groupsOf(records.groups, scores.places);
  const found = groups.map(({ group, positions: members }) => {
    const [a, b] = [scores.a, scores.b].map((list) => members.map((member) => list[member]!));
    const { difference, interval, tests } = testDifference(a!, b!, undefined, confidence);
    const places = members.map((member) => scores.places[member]!);
    const { gained, lost } = findFlips({ a: a!, b: b!, places }, records, rightFrom, 0);
    return {
      group,
      n: members.length,
      meanA: meanInterval(a!).mean,
      meanB: meanInterval(b!).mean,
      difference,
      interval,
      p: tests[0]?.p ?? null,
      gained,
      lost,
    };
  });
  const { adjusted } = adjustPValues(found.map(({ p }) => p));
  return found.map((group, index) => Object.assign(group, { adjustedP: adjusted[index]! }));
}

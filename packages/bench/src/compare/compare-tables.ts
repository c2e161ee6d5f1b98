import { adjustPValues } from '@testbench/statistics';

import { withoutUndefined } from '../config/without-undefined.js';
import { checkCompared } from '../gates/check-compared.js';
import { checkLosses } from '../gates/check-losses.js';
import { followRecords } from '../gates/named-records.js';
import { comparePlans } from '../plan/compare-plans.js';
import type { PlanContent } from '../plan/plan.js';
import { clustersOf } from '../summary/clusters.js';
import { CLUSTER_COLUMN } from '../summary/cluster-column.js';
import { type MetricColumn, type ScoreTable } from '../summary/score-table.js';
import { type ChosenMetrics, chooseMetrics } from './choose-metrics.js';
import type { ReadCompareOptions } from './compare-options.js';
import { compareMetric, type UnadjustedComparison } from './compare-metric.js';
import { compareCorpus } from './compare-corpus.js';
import type { UnadjustedCorpus } from './compare-sets.js';
import type { ComparedSide } from './compared-side.js';
import { comparisonNotes } from './comparison-notes.js';
import { notComparable } from './not-comparable.js';
import { pairRecords, type PairedRecords } from './pair-records.js';
import { type PairedSystems, pairSystems } from './pair-systems.js';
import {
  type GateResult,
  type PlanDifference,
  RUN_COMPARISON_VERSION,
  type RunComparison,
  type SystemComparison,
  type Verdict,
} from './run-comparison.js';

/**
 * Compares the scores of two runs, record by record.
 *
 * @throws {BenchError} `BENCH_NOT_COMPARABLE`.
 */
export async function compareTables(
  a: ComparedSide,
  b: ComparedSide,
  options: ReadCompareOptions,
): Promise<RunComparison> {
  const [left, right] = [a.table, b.table];
  checkData(left, right, options);
  const paired = pairRecords(left, right);
  const systems = pairedSystems(left, right, options);
  const metrics = chooseMetrics(systems.pairs, options.metrics, [left.facts.run, right.facts.run]);
  const { clusters: by, alpha, adjustment } = options;
  const column = by === 'auto' || by === 'none' || by === 'group' ? CLUSTER_COLUMN : by;
  const clusters = clustersOf(paired.records, by, column);
  const { corpus, notes } = await compareCorpus([a, b], { systems, paired, clusters, options });
  const tests =
    systems.pairs.length * metrics.shared.length +
    corpus.flat().filter(({ p }) => p !== null).length;
  const unadjusted = systems.pairs.map((pair) =>
    metrics.shared.map((metric) =>
      compareMetric(...columnsOf(pair, metric), { paired, clusters, options, tests }),
    ),
  );
  const pairs = adjustPairs(systems.pairs, { metrics: unadjusted, corpus }, options);
  return {
    type: 'run-comparison',
    schemaVersion: RUN_COMPARISON_VERSION,
    a: left.facts,
    b: right.facts,
    alpha,
    confidence: options.confidence,
    power: options.power,
    adjustment,
    tests,
    pairedBy: paired.pairedBy,
    records: {
      a: left.records.count,
      b: right.records.count,
      both: paired.records.count,
    },
    errorTreatment: options.onError,
    pairs,
    unpaired: systems.unpaired,
    unpairedMetrics: metrics.unpaired,
    planDifferences: planDifferences(a, b),
    notes: [
      ...comparisonNotes(a, b, { paired, metrics: unadjusted.flat(), by, clusters }),
      ...notes,
    ],
    ...(options.gate === undefined
      ? {}
      : { gate: checkGate(systems, metrics, pairs, { paired, options: options.gate }) }),
  };
}

function checkData(a: ScoreTable, b: ScoreTable, { allowDifferentData }: ReadCompareOptions): void {
  const [left, right] = [a.facts, b.facts];
  if (left.dataset.digest === right.dataset.digest || allowDifferentData) return;
  throw notComparable(
    left.run,
    right.run,
    `their data sets differ (${left.dataset.digest} and ${right.dataset.digest}); where different data is allowed, records are paired by their ids`,
  );
}

function pairedSystems(
  left: ScoreTable,
  right: ScoreTable,
  options: ReadCompareOptions,
): PairedSystems {
  const systems = pairSystems(left.systems, right.systems, options);
  if (systems.pairs.length > 0) return systems;
  throw notComparable(
    left.facts.run,
    right.facts.run,
    `no model of ${listModels(left)} has exactly one counterpart among ${listModels(right)}; choose one of each`,
  );
}

function columnsOf(
  { a, b }: PairedSystems['pairs'][number],
  name: string,
): [MetricColumn, MetricColumn] {
  const find = (metrics: readonly MetricColumn[]): MetricColumn =>
    metrics.find(({ metric }) => metric === name)!;
  return [find(a.metrics), find(b.metrics)];
}

/** All tests are adjusted together: of twenty tests at 5 %, one is expected to be significant by coincidence. */
function adjustPairs(
  pairs: PairedSystems['pairs'],
  unadjusted: {
    readonly metrics: readonly (readonly UnadjustedComparison[])[];
    readonly corpus: readonly (readonly UnadjustedCorpus[])[];
  },
  { adjustment, alpha }: ReadCompareOptions,
): SystemComparison[] {
  const { adjusted } = adjustPValues(
    [...unadjusted.metrics.flat(), ...unadjusted.corpus.flat()].map(({ p }) => p),
    { method: adjustment, alpha },
  );
  const ofMetrics = adjusted.values();
  const ofSets = adjusted.slice(unadjusted.metrics.flat().length).values();
  return pairs.map(({ a, b }, place) => ({
    a: a.name,
    b: b.name,
    metrics: unadjusted.metrics[place]!.map((metric) =>
      decide(metric, ofMetrics.next().value ?? null, alpha),
    ),
    corpus: unadjusted.corpus[place]!.map((set) => decide(set, ofSets.next().value ?? null, alpha)),
  }));
}

function decide<Compared extends { readonly difference: number | null }>(
  compared: Compared,
  adjustedP: number | null,
  alpha: number,
): Compared & { readonly adjustedP: number | null; readonly verdict: Verdict } {
  const { difference } = compared;
  let verdict: Verdict = 'cannot-tell';
  if (difference === null) verdict = 'no-data';
  else if (adjustedP !== null && adjustedP <= alpha && difference !== 0) {
    verdict = difference > 0 ? 'better' : 'worse';
  }
  return { ...compared, adjustedP, verdict };
}

/** Only the parts that both sides have: a baseline has only evaluators. */
function planDifferences(a: ComparedSide, b: ComparedSide): PlanDifference[] {
  const shared = (plan: object, other: object): PlanContent =>
    Object.fromEntries(
      Object.entries(plan).filter(([key]) => Object.hasOwn(other, key)),
    ) as unknown as PlanContent;
  return comparePlans(shared(a.plan, b.plan), shared(b.plan, a.plan)).map(
    ({ path, before, after }) => withoutUndefined({ path, a: before, b: after }),
  );
}

function checkGate(
  systems: PairedSystems,
  metrics: ChosenMetrics,
  pairs: readonly SystemComparison[],
  facts: {
    readonly paired: PairedRecords;
    readonly options: NonNullable<ReadCompareOptions['gate']>;
  },
): GateResult {
  const { paired, options } = facts;
  const guarded = pairs.flatMap((pair, place) =>
    pair.metrics.map((metric) => ({
      pair,
      metric,
      named: followRecords(
        options.records ?? [],
        columnsOf(systems.pairs[place]!, metric.metric),
        paired,
        metric.flips.rightFrom,
      ),
    })),
  );
  const sets = pairs.flatMap((pair) => pair.corpus.map((set) => ({ pair, set })));
  const { checks } = checkLosses(guarded, sets, options);
  const all = [...checks, ...checkCompared(systems.unpaired.a, metrics.missing)];
  return { passed: all.every(({ passed }) => passed), checks: all };
}

function listModels({ systems }: ScoreTable): string {
  const names = systems.slice(0, 5).map(({ name }) => JSON.stringify(name.model));
  return `${names.join(', ')}${systems.length > 5 ? ', …' : ''}`;
}

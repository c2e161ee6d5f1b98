import { adjustPValues } from '@testbench/statistics';

import { withoutUndefined } from '../config/without-undefined.js';
import { canonicalJson } from '../plan/canonical-json.js';
import { comparePlans } from '../plan/compare-plans.js';
import type { PlanContent } from '../plan/plan.js';
import { CLUSTER_COLUMN, type ScoreTable } from '../summary/score-table.js';
import { clustersOf } from '../summary/clusters.js';
import { membersOf } from '../summary/groups.js';
import { clusterNote, groupsNote, incompleteNote } from '../summary/notes.js';
import type { StatisticsNote } from '../summary/run-summary.js';
import type { ReadCompareOptions } from './compare-options.js';
import { compareMetric, type UnadjustedComparison } from './compare-metric.js';
import { notComparable } from './not-comparable.js';
import { pairRecords } from './pair-records.js';
import { pairSystems } from './pair-systems.js';
import {
  type MetricComparison,
  type PlanDifference,
  RUN_COMPARISON_VERSION,
  type RunComparison,
  type Verdict,
} from './run-comparison.js';

/** One side of a comparison: scores, and as much of a plan as is known. */
export interface ComparedSide {
  readonly table: ScoreTable;
  readonly plan: Partial<PlanContent> & Pick<PlanContent, 'evaluators'>;
}

/**
 * Compares the scores of two runs, record by record.
 *
 * @throws {BenchError} `BENCH_NOT_COMPARABLE`.
 */
export function compareTables(
  a: ComparedSide,
  b: ComparedSide,
  options: ReadCompareOptions,
): RunComparison {
  const [left, right] = [a.table, b.table];
  const isSameData = left.facts.dataset.digest === right.facts.dataset.digest;
  if (!isSameData && !options.allowDifferentData) {
    throw notComparable(
      left.facts.run,
      right.facts.run,
      `their data sets differ (${left.facts.dataset.digest} and ${right.facts.dataset.digest}); with "allowDifferentData" records are paired by their ids`,
    );
  }
  const paired = pairRecords(left, right);
  const systems = pairSystems(left.systems, right.systems, options);
  if (systems.pairs.length === 0) {
    throw notComparable(
      left.facts.run,
      right.facts.run,
      `no prompt, provider and model of ${listSystems(left)} has one counterpart among ${listSystems(right)}; choose one of each`,
    );
  }
  const metrics = chooseMetrics(left, right, options.metrics);
  const { clusters: by } = options;
  const column = by === 'auto' || by === 'none' || by === 'group' ? CLUSTER_COLUMN : by;
  const clusters = clustersOf(left.records, by, column);
  const tests = systems.pairs.length * metrics.shared.length;
  const setting = { records: left.records, paired, clusters, options, tests };
  const unadjusted = systems.pairs.map((pair) => ({
    a: pair.a.name,
    b: pair.b.name,
    metrics: metrics.shared.map((metric) => {
      const [before, after] = [pair.a, pair.b].map((system) =>
        system.metrics.find((each) => each.metric === metric)!,
      );
      return compareMetric(before!, after!, setting);
    }),
  }));
  const { alpha, adjustment } = options;
  const { adjusted } = adjustPValues(
    unadjusted.flatMap((pair) => pair.metrics.map(({ p }) => p)),
    { method: adjustment, alpha },
  );
  let place = 0;
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
      a: left.records.keys.length,
      b: right.records.keys.length,
      both: paired.places.length,
    },
    errorTreatment: options.onError,
    pairs: unadjusted.map((pair) => ({
      ...pair,
      metrics: pair.metrics.map((metric) => decide(metric, adjusted[place++] ?? null, alpha)),
    })),
    unpaired: systems.unpaired,
    unpairedMetrics: metrics.unpaired,
    planDifferences: planDifferences(a, b),
    notes: [
      ...incompleteNote(left.facts),
      ...(left === right ? [] : incompleteNote(right.facts)),
      ...(isSameData
        ? []
        : [
            {
              code: 'DATA_DIFFERS',
              message: 'The data sets differ: records of the same id are taken to be the same',
            },
          ]),
      ...evaluatorNotes(a, b, metrics.shared),
      ...scoreNotes(unadjusted.flatMap((pair) => pair.metrics)),
      ...clusterNote(by, clusters, left.records.keys.length),
      ...groupsNote(membersOf(left.records.groups).size),
    ],
  };
}

function decide(
  metric: UnadjustedComparison,
  adjustedP: number | null,
  alpha: number,
): MetricComparison {
  const { difference } = metric;
  let verdict: Verdict = 'cannot-tell';
  if (difference === null) verdict = 'no-data';
  else if (adjustedP !== null && adjustedP <= alpha && difference !== 0) {
    verdict = difference > 0 ? 'better' : 'worse';
  }
  return { ...metric, adjustedP, verdict };
}

function chooseMetrics(
  a: ScoreTable,
  b: ScoreTable,
  wanted: readonly string[] | undefined,
): {
  readonly shared: readonly string[];
  readonly unpaired: { readonly a: readonly string[]; readonly b: readonly string[] };
} {
  const [left, right] = [a, b].map(({ systems }) => systems[0]?.metrics ?? []);
  const names = (metrics: typeof left): string[] => metrics!.map(({ metric }) => metric);
  const [before, after] = [new Set(names(left)), new Set(names(right))];
  for (const metric of wanted ?? []) {
    if (before.has(metric) && after.has(metric)) continue;
    const known = [...before].filter((name) => after.has(name)).map((name) => JSON.stringify(name));
    throw notComparable(
      a.facts.run,
      b.facts.run,
      `there is no metric ${JSON.stringify(metric)} in both; both have ${known.join(', ') || 'none'}`,
    );
  }
  const shared =
    wanted === undefined
      ? left!
          .filter(({ metric, kind }) => kind === 'evaluator' && after.has(metric))
          .map(({ metric }) => metric)
      : [...new Set(wanted)];
  if (shared.length === 0) throw notComparable(a.facts.run, b.facts.run, 'no evaluator is in both');
  const alone = (metrics: typeof left, others: ReadonlySet<string>): string[] =>
    metrics!
      .filter(({ metric, kind }) => kind === 'evaluator' && !others.has(metric))
      .map(({ metric }) => metric);
  return { shared, unpaired: { a: alone(left, after), b: alone(right, before) } };
}

/** Only what both sides know: a baseline has no more than evaluators. */
function planDifferences(a: ComparedSide, b: ComparedSide): PlanDifference[] {
  const shared = (plan: object, other: object): PlanContent =>
    Object.fromEntries(
      Object.entries(plan).filter(([key]) => Object.hasOwn(other, key)),
    ) as unknown as PlanContent;
  return comparePlans(shared(a.plan, b.plan), shared(b.plan, a.plan)).map(
    ({ path, before, after }) => withoutUndefined({ path, a: before, b: after }),
  );
}

/** Scores of an evaluator that was changed are not the same measurement. */
function evaluatorNotes(
  a: ComparedSide,
  b: ComparedSide,
  metrics: readonly string[],
): StatisticsNote[] {
  return metrics.flatMap((metric) => {
    const [left, right] = [a, b].map(({ plan }) => plan.evaluators.find(({ as }) => as === metric));
    if (left === undefined || right === undefined) return [];
    const changed = [
      ...(left.digest === right.digest ? [] : ['its module']),
      ...(canonicalJson(left.config) === canonicalJson(right.config) ? [] : ['its configuration']),
      ...(left.threshold === right.threshold ? [] : ['its threshold']),
    ];
    if (changed.length === 0) return [];
    const message = `The evaluator ${JSON.stringify(metric)} is not the same in both (${changed.join(' and ')}): a difference may be its own`;
    return [{ code: 'EVALUATOR_DIFFERS', message }];
  });
}

/** Different errors: what is compared are the cases that both have. */
function scoreNotes(metrics: readonly UnadjustedComparison[]): StatisticsNote[] {
  const left = Math.max(0, ...metrics.map(({ onlyA }) => onlyA));
  const right = Math.max(0, ...metrics.map(({ onlyB }) => onlyB));
  if (left === 0 && right === 0) return [];
  const message = `Up to ${left} records have a score in a alone, and up to ${right} in b alone, because of errors or filters: only records with both are compared`;
  return [{ code: 'SCORES_MISSING', message }];
}

function listSystems({ systems }: ScoreTable): string {
  const names = systems.slice(0, 5).map(({ name }) => JSON.stringify(name.model));
  return `${names.join(', ')}${systems.length > 5 ? ', …' : ''}`;
}

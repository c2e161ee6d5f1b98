import { adjustPValues } from '@testbench/statistics';

import type {
  CorpusComparison,
  GateCheck,
  GateResult,
  MetricComparison,
  SystemComparison,
} from '../compare/run-comparison.js';
import type { GateOptions } from './gate-options.js';

/** Maximum number of records listed with a check. */
const MAX_LISTED = 100;

/** The state of records that must not get worse. */
export interface NamedRecord {
  readonly record: string;
  /** `worse` also if it had a score and has none now. */
  readonly state: 'fine' | 'worse' | 'unknown';
}

/** One metric of one pair, with its named records. */
export interface GuardedMetric {
  readonly pair: SystemComparison;
  readonly metric: MetricComparison;
  readonly named: readonly NamedRecord[];
}

/** A score of whole sets, such as BLEU, of one pair. */
export interface GuardedSet {
  readonly pair: SystemComparison;
  readonly set: CorpusComparison;
}

/**
 * The two guards of a gate: a broad loss, found by a paired one-sided test over all records, for means and for scores of whole sets; and hard breaks
 * of named records or of more than a share of them.
 */
export function checkLosses(
  metrics: readonly GuardedMetric[],
  sets: readonly GuardedSet[],
  { alpha = 0.05, records, maxLost }: GateOptions,
): GateResult {
  // Holm: the probability of any false alarm stays at alpha, regardless of the number of metrics.
  const { adjusted } = adjustPValues(
    [...metrics.map(({ metric }) => lossP(metric)), ...sets.map(({ set }) => lossP(set))],
    { alpha },
  );
  const checks = metrics.flatMap((each, place): GateCheck[] => [
    checkBroadLoss(each, adjusted[place] ?? null, alpha),
    ...(maxLost === undefined ? [] : [checkShare(each, maxLost)]),
    ...(records === undefined || records.length === 0 ? [] : [checkNamed(each)]),
  ]);
  const setChecks = sets.map((each, place) =>
    checkSetLoss(each, adjusted[metrics.length + place] ?? null, alpha),
  );
  const all = [...checks, ...setChecks];
  return { passed: all.every(({ passed }) => passed), checks: all };
}

/**
 * One-sided: the probability of a loss at least this large if nothing changed. For independent records that are right or wrong, by McNemar's exact
 * test; otherwise by the deciding test of the comparison.
 */
function lossP({
  difference,
  tests,
}: Pick<MetricComparison, 'difference' | 'tests'>): number | null {
  if (difference === null) return null;
  if (difference >= 0) return 1;
  const deciding =
    tests[0]?.test === 'mcnemar-midp'
      ? tests.find(({ test }) => test === 'mcnemar-exact')
      : tests[0];
  return deciding?.p === undefined || deciding.p === null ? null : deciding.p / 2;
}

function checkBroadLoss(
  { pair, metric }: GuardedMetric,
  p: number | null,
  alpha: number,
): GateCheck {
  const { difference, flips, n } = metric;
  // Without common records, a loss cannot be excluded.
  const passed = n > 0 && (p === null || p > alpha);
  const change = difference === null ? 'no record has a score in both' : describe(metric);
  const shown = p === null ? '' : `, one-sided p ${formatP(p)}, alarm at ${alpha}`;
  return {
    ...named(pair, metric),
    check: 'broad-loss',
    passed,
    value: p,
    limit: alpha,
    message: `${pair.b.model}: ${metric.metric}: ${change}${shown}`,
    ...(passed ? {} : { records: listed(flips.lostRecords.map(({ record }) => record)) }),
  };
}

function checkSetLoss({ pair, set }: GuardedSet, p: number | null, alpha: number): GateCheck {
  const { evaluator, difference, without } = set;
  // A lower score without a test may be a loss.
  const isUnknown = p === null && (difference === null || difference < 0);
  const passed = !isUnknown && (p === null || p > alpha);
  const change =
    difference === null
      ? `there is no score of both sets (${without ?? 'no record has one in both'})`
      : `${formatSigned(difference)} over the set`;
  const tested = p === null ? `, not tested${without === undefined ? '' : ` (${without})`}` : '';
  const shown = p === null ? tested : `, one-sided p ${formatP(p)}, alarm at ${alpha}`;
  return {
    check: 'set-loss',
    metric: evaluator,
    system: pair.b,
    passed,
    value: p,
    limit: alpha,
    message: `${pair.b.model}: ${evaluator}: ${change}${difference === null ? '' : shown}`,
  };
}

function formatSigned(difference: number): string {
  return `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(4)}`;
}

function describe({ difference, flips: { lost, gained } }: MetricComparison): string {
  return `${formatSigned(difference!)}, ${lost} records worse and ${gained} better`;
}

function checkShare({ pair, metric }: GuardedMetric, limit: number): GateCheck {
  const { lost, bothRight, rightFrom, lostRecords } = metric.flips;
  const of = rightFrom === null ? metric.n : lost + bothRight;
  const value = of === 0 ? 0 : lost / of;
  const passed = value <= limit;
  const what = rightFrom === null ? 'records' : 'records that were right';
  return {
    ...named(pair, metric),
    check: 'lost-share',
    passed,
    value,
    limit,
    message: `${pair.b.model}: ${metric.metric}: ${lost} of ${of} ${what} got worse (${(value * 100).toFixed(1)} %), at most ${(limit * 100).toFixed(1)} % may`,
    ...(passed ? {} : { records: listed(lostRecords.map(({ record }) => record)) }),
  };
}

function checkNamed({ pair, metric, named: found }: GuardedMetric): GateCheck {
  const broken = found.filter(({ state }) => state === 'worse').map(({ record }) => record);
  const unknown = found.filter(({ state }) => state === 'unknown').map(({ record }) => record);
  const states = [
    ...(broken.length === 0 ? [] : [`${broken.length} got worse`]),
    ...(unknown.length === 0 ? [] : [`${unknown.length} are not in both`]),
  ];
  const state = states.length === 0 ? 'none got worse' : states.join(', ');
  return {
    ...named(pair, metric),
    check: 'hard-break',
    passed: states.length === 0,
    value: broken.length + unknown.length,
    limit: 0,
    message: `${pair.b.model}: ${metric.metric}: of ${found.length} named records ${state}`,
    ...(states.length === 0 ? {} : { records: listed([...broken, ...unknown]) }),
  };
}

function named(
  { b }: SystemComparison,
  { metric }: MetricComparison,
): Pick<GateCheck, 'metric' | 'system'> {
  return { metric, system: b };
}

function listed(records: readonly string[]): string[] {
  return records.slice(0, MAX_LISTED);
}

function formatP(p: number): string {
  return p < 0.0001 ? p.toExponential(1) : p.toFixed(4);
}

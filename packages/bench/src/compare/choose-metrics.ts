import type { MetricColumn } from '../summary/score-table.js';
import { notComparable } from './not-comparable.js';
import type { PairedSystems } from './pair-systems.js';

/** Metrics that are compared, and evaluators that only one side has. */
export interface ChosenMetrics {
  readonly shared: readonly string[];
  readonly unpaired: { readonly a: readonly string[]; readonly b: readonly string[] };
  /** Evaluators that only the first has, except those left out on purpose. */
  readonly missing: readonly string[];
}

/**
 * Chooses what is compared: the requested metrics, or else every evaluator that all paired systems have.
 *
 * @param runs The names of the runs, for errors.
 * @throws {BenchError} `BENCH_NOT_COMPARABLE` if a system lacks a requested metric, or no metric is in all systems.
 */
export function chooseMetrics(
  pairs: PairedSystems['pairs'],
  wanted: readonly string[] | undefined,
  runs: readonly [a: string, b: string],
): ChosenMetrics {
  const [before, after] = [namesOf(pairs.map(({ a }) => a)), namesOf(pairs.map(({ b }) => b))];
  const both = [...before.keys()].filter((name) => after.has(name));
  const missing = wanted?.find((name) => !both.includes(name));
  if (missing !== undefined) {
    const known = both.map((name) => JSON.stringify(name)).join(', ');
    throw notComparable(
      ...runs,
      `there is no metric ${JSON.stringify(missing)} in both; both have ${known || 'none'}`,
    );
  }
  const evaluators = both.filter((name) => before.get(name)?.kind === 'evaluator');
  const shared = wanted === undefined ? evaluators : [...new Set(wanted)];
  if (shared.length === 0) throw notComparable(...runs, 'no evaluator is in both');
  const alone = (
    metrics: ReadonlyMap<string, MetricColumn>,
    others: ReadonlyMap<string, MetricColumn>,
  ): string[] =>
    [...metrics.values()]
      .filter(({ metric, kind }) => kind === 'evaluator' && !others.has(metric))
      .map(({ metric }) => metric);
  const unpaired = { a: alone(before, after), b: alone(after, before) };
  return { shared, unpaired, missing: wanted === undefined ? unpaired.a : [] };
}

/** The metrics that all given systems have. */
function namesOf(
  systems: readonly { readonly metrics: readonly MetricColumn[] }[],
): Map<string, MetricColumn> {
  const [first, ...others] = systems;
  const shared = (first?.metrics ?? []).filter(({ metric }) =>
    others.every(({ metrics }) => metrics.some((each) => each.metric === metric)),
  );
  return new Map(shared.map((column) => [column.metric, column]));
}

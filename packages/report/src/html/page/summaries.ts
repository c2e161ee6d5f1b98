import type {
  MetricComparison,
  MetricSummary,
  RunComparison,
  SystemComparison,
  SystemReport,
} from '@testbench/bench/statistics';

import type { PageSystem } from '../page-data.js';
import type { View } from './view.js';

/** What a summary says of a system of the page; undefined if it knows nothing of it. */
export function reportOf({ store }: View, system: number): SystemReport | undefined {
  const { run, prompt, provider, model } = store.index.systems[system]!;
  return store.index.results.summaries[run]?.systems.find((each) =>
    isSame(each, { prompt, provider, model }),
  );
}

/** Names of metrics over all runs: evaluators first, in the order of the plans. */
export function metricNames({ store }: View): string[] {
  const names = store.index.results.summaries.flatMap(({ systems }) =>
    systems.flatMap(({ metrics }) => metrics.map(({ metric }) => metric)),
  );
  return [...new Set(names)];
}

/** One metric of all systems that have it. */
export function metricLines(
  view: View,
  name: string,
): { readonly system: number; readonly metric: MetricSummary }[] {
  return view.names.flatMap((_, system) => {
    const metric = reportOf(view, system)?.metrics.find((each) => each.metric === name);
    return metric === undefined ? [] : [{ system, metric }];
  });
}

/** What a comparison says of a pair of systems, in either order. */
export interface FoundComparison {
  readonly comparison: RunComparison;
  readonly metric: MetricComparison;
  /** True if the comparison is of b and a: then its differences have the other sign. */
  readonly isReversed: boolean;
}

/** The comparison of two systems of the page by one metric, if there is one. */
export function comparisonOf(
  { store }: View,
  a: number,
  b: number,
  metric: string,
): FoundComparison | undefined {
  const { systems, runs, results } = store.index;
  const [one, other] = [systems[a]!, systems[b]!];
  // Of two runs a comparison is from the first to the second; their names may be the same.
  const second = runs.length - 1;
  const isOf = (pair: SystemComparison, left: PageSystem, right: PageSystem): boolean =>
    left.run === 0 && right.run === second && isSame(pair.a, left) && isSame(pair.b, right);
  for (const comparison of results.comparisons) {
    for (const pair of comparison.pairs) {
      const isStraight = isOf(pair, one, other);
      const isReversed = !isStraight && isOf(pair, other, one);
      if (!isStraight && !isReversed) continue;
      const found = pair.metrics.find((each) => each.metric === metric);
      if (found !== undefined) return { comparison, metric: found, isReversed };
    }
  }
  return undefined;
}

interface SystemParts {
  readonly prompt: string;
  readonly provider: string;
  readonly model: string;
}

function isSame(one: SystemParts, other: SystemParts): boolean {
  return (
    one.prompt === other.prompt && one.provider === other.provider && one.model === other.model
  );
}

import type {
  MetricComparison,
  MetricSummary,
  RunComparison,
  SystemComparison,
  SystemReport,
} from '@testbench/bench/statistics';

import { type SetLine, setLines } from '../../text/set-lines.js';
import type { PageSystem } from '../page-data.js';
import type { View } from './view.js';

/** The summary of a system of the page; undefined if the summaries do not contain it. */
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

/** The comparison of a pair of systems, in either order. */
export interface FoundComparison {
  readonly comparison: RunComparison;
  readonly metric: MetricComparison;
  /** True if the comparison is of b and a: then its differences have the other sign. */
  readonly isReversed: boolean;
}

/** The comparison of two systems of the page by one metric, if there is one. */
export function comparisonOf(
  view: View,
  a: number,
  b: number,
  metric: string,
): FoundComparison | undefined {
  for (const { comparison, pair, isReversed } of pairsOf(view, a, b)) {
    const found = pair.metrics.find((each) => each.metric === metric);
    if (found !== undefined) return { comparison, metric: found, isReversed };
  }
  return undefined;
}

/** Comparisons of scores of whole sets, such as BLEU, of two systems of the page. */
export function setLinesOf(
  view: View,
  a: number,
  b: number,
): { readonly line: SetLine; readonly isReversed: boolean }[] {
  const [found] = pairsOf(view, a, b);
  if (found === undefined) return [];
  return setLines(found.pair).map((line) => ({ line, isReversed: found.isReversed }));
}

/** The comparisons of two systems of the page, in either order. */
function pairsOf(
  { store }: View,
  a: number,
  b: number,
): {
  readonly comparison: RunComparison;
  readonly pair: SystemComparison;
  readonly isReversed: boolean;
}[] {
  const { systems, runs, results } = store.index;
  const [one, other] = [systems[a]!, systems[b]!];
  // With two runs, a comparison goes from the first to the second; their names may be the same.
  const second = runs.length - 1;
  const isOf = (pair: SystemComparison, left: PageSystem, right: PageSystem): boolean =>
    left.run === 0 && right.run === second && isSame(pair.a, left) && isSame(pair.b, right);
  return results.comparisons.flatMap((comparison) =>
    comparison.pairs.flatMap((pair) => {
      const isStraight = isOf(pair, one, other);
      const isReversed = !isStraight && isOf(pair, other, one);
      return isStraight || isReversed ? [{ comparison, pair, isReversed }] : [];
    }),
  );
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

import type { DifferenceInterval } from '@testbench/bench/statistics';
import type { JSX } from 'preact';

import {
  describePlanning,
  formatCount,
  formatDifference,
  formatDifferenceInterval,
  formatP,
  GRADED,
  TEST_WORDS,
  VERDICT_WORDS,
} from '../../../text/format-numbers.js';
import type { SetLine } from '../../../text/set-lines.js';
import { comparisonOf, metricNames, setLinesOf } from '../summaries.js';
import { Name } from '../visible-text.js';
import type { View } from '../view.js';
import { DataTable } from './data-table.js';

/** Results of the paired tests of the two selected systems, metric by metric. */
export function DifferenceTable({ view }: { readonly view: View }): JSX.Element {
  const { a, b } = view.state.value;
  const lines = metricNames(view).flatMap((name) => comparisonOf(view, a, b, name) ?? []);
  if (lines.length === 0) {
    return (
      <p class="muted">
        The report has no test of this pair: make one of the two runs, or put one of the models
        first.
      </p>
    );
  }
  const { alpha, tests, adjustment, records } = lines[0]!.comparison;
  return (
    <>
      <DataTable
        name="Difference of B from A"
        columns={[
          { title: 'metric' },
          { title: 'B − A', isNumber: true },
          { title: 'interval', isNumber: true },
          { title: 'p', isNumber: true },
          { title: 'B gained', isNumber: true },
          { title: 'B lost', isNumber: true },
          { title: 'verdict' },
        ]}
        rows={[
          ...lines.map(({ metric, isReversed }) => {
            const turn = (value: number | null): number | null =>
              isReversed && value !== null ? -value : value;
            const { gained, lost } = metric.flips;
            const verdict = isReversed ? turnVerdict(metric.verdict) : metric.verdict;
            const planning = describePlanning(metric);
            return [
              <Name text={metric.metric} />,
              <strong>{formatDifference(turn(metric.difference), metric)}</strong>,
              formatDifferenceInterval(
                isReversed ? turnInterval(metric.interval) : metric.interval,
                metric,
              ),
              <span title={metric.test === null ? undefined : TEST_WORDS[metric.test]}>
                {formatP(metric.adjustedP)}
              </span>,
              formatCount(isReversed ? lost : gained),
              formatCount(isReversed ? gained : lost),
              <span class={`verdict ${verdict}`}>
                B is{' '}
                {VERDICT_WORDS[verdict] === 'cannot tell'
                  ? 'not told apart'
                  : VERDICT_WORDS[verdict]}
                {planning !== undefined && <small>; {planning}</small>}
              </span>,
            ];
          }),
          ...setLinesOf(view, a, b).map(({ line, isReversed }) => setCells(line, isReversed)),
        ]}
      />
      <p class="muted">
        Paired over {formatCount(records.both)} records
        {lines[0]!.metric.test !== null &&
          `, ${TEST_WORDS[lines[0]!.metric.test]} for ${lines[0]!.metric.metric}`}
        ; a difference counts at p ≤ {alpha}
        {tests > 1 && `, adjusted for ${tests} tests (${adjustment})`}.
      </p>
    </>
  );
}

/** For a whole set, no records are gained or lost. */
function setCells(line: SetLine, isReversed: boolean): JSX.Element[] {
  const difference = isReversed && line.difference !== null ? -line.difference : line.difference;
  const interval = isReversed ? turnInterval(line.interval) : line.interval;
  const { test, verdict: found, without } = line;
  const verdict = found !== undefined && isReversed ? turnVerdict(found) : found;
  return [
    <Name text={line.name} />,
    <strong>{formatDifference(difference, GRADED)}</strong>,
    <>{formatDifferenceInterval(interval, GRADED)}</>,
    <span title={test === null ? undefined : TEST_WORDS[test]}>{formatP(line.p)}</span>,
    <></>,
    <></>,
    <span class={`verdict ${verdict ?? ''}`}>
      {verdict !== undefined &&
        `B is ${verdict === 'cannot-tell' ? 'not told apart' : VERDICT_WORDS[verdict]}`}
      {without !== undefined && (
        <small>
          ; <Name text={without} />
        </small>
      )}
    </span>,
  ];
}

function turnVerdict<Verdict extends string>(verdict: Verdict): Verdict | 'better' | 'worse' {
  if (verdict === 'better') return 'worse';
  return verdict === 'worse' ? 'better' : verdict;
}

function turnInterval(interval: DifferenceInterval | null): DifferenceInterval | null {
  return interval === null ? null : { ...interval, low: -interval.high, high: -interval.low };
}

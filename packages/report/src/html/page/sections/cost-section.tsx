import type { Amounts, Quantiles, SystemReport } from '@testbench/bench/statistics';
import type { JSX } from 'preact';

import { formatCount } from '../../../text/format-numbers.js';
import { countBins, Histogram } from '../charts/histogram.js';
import { formatCost, formatMs } from '../format.js';
import { reportOf } from '../summaries.js';
import { Name } from '../visible-text.js';
import type { View } from '../view.js';
import { DataTable } from './data-table.js';
import { SystemName } from './system-name.js';

const BINS = 24;

interface Line {
  readonly system: number;
  readonly report: SystemReport;
}

/** Cost and latency of answers: quantiles and distributions. */
export function CostSection({ view }: { readonly view: View }): JSX.Element | null {
  const lines = view.names.flatMap((_, system): Line[] => {
    const report = reportOf(view, system);
    return report === undefined ? [] : [{ system, report }];
  });
  const hasTimes = lines.some(({ report }) => report.latency.totalMs.n > 0);
  const hasCosts = lines.some(({ report }) => report.cost !== null);
  const hasTokens = lines.some(({ report }) => report.tokens.prompt.total > 0);
  const hasSteps = lines.some(({ report }) => report.trajectory !== undefined);
  if (!hasTimes && !hasCosts && !hasTokens && !hasSteps) return null;
  return (
    <section aria-labelledby="costs">
      <h2 id="costs">Latency and cost</h2>
      {hasTimes && <Latencies view={view} lines={lines} />}
      {(hasCosts || hasTokens) && <Costs view={view} lines={lines} />}
      {hasSteps && <Trajectories view={view} lines={lines} />}
      <Histograms view={view} />
    </section>
  );
}

function Latencies({
  view,
  lines,
}: {
  readonly view: View;
  readonly lines: readonly Line[];
}): JSX.Element {
  const kinds: readonly [string, (report: SystemReport) => Quantiles][] = [
    ['whole call', ({ latency }) => latency.totalMs],
    ['first token', ({ latency }) => latency.firstTokenMs],
    ['waiting', ({ latency }) => latency.queueMs],
  ];
  const rows = lines.flatMap(({ system, report }) =>
    kinds
      .map(([kind, of]) => ({ kind, times: of(report) }))
      .filter(({ times }) => times.n > 0)
      .map(({ kind, times }) => [
        <SystemName view={view} system={system} />,
        kind,
        formatMs(times.p50),
        formatMs(times.p90),
        formatMs(times.p99),
        formatMs(times.max),
        formatCount(times.n),
      ]),
  );
  return (
    <div class="card">
      <DataTable
        name="Latency"
        columns={[
          { title: 'model' },
          { title: 'time' },
          { title: 'median', isNumber: true },
          { title: 'p90', isNumber: true },
          { title: 'p99', isNumber: true },
          { title: 'longest', isNumber: true },
          { title: 'calls', isNumber: true },
        ]}
        rows={rows}
      />
    </div>
  );
}

function Trajectories({
  view,
  lines,
}: {
  readonly view: View;
  readonly lines: readonly Line[];
}): JSX.Element {
  const rows = lines.flatMap(({ system, report: { trajectory } }) => {
    if (trajectory === undefined) return [];
    const { steps, turns, toolCalls, toolErrors, toolFuel, ends } = trajectory;
    return [
      [
        <SystemName view={view} system={system} />,
        formatMean(steps),
        formatMean(turns),
        formatMean(toolCalls),
        formatCount(toolErrors.total),
        formatCount(Math.round(toolFuel.mean ?? 0)),
        <Name text={ends.map(({ end, count }) => `${end} ${count}`).join(', ')} />,
      ],
    ];
  });
  return (
    <div class="card">
      <DataTable
        name="Steps of a case"
        columns={[
          { title: 'model' },
          { title: 'steps', isNumber: true },
          { title: 'turns', isNumber: true },
          { title: 'tool calls', isNumber: true },
          { title: 'failed tool calls, all', isNumber: true },
          { title: 'fuel of tools', isNumber: true },
          { title: 'ended by' },
        ]}
        rows={rows}
      />
    </div>
  );
}

/** The mean of a case. */
function formatMean({ mean }: Amounts): string {
  if (mean === null) return '–';
  return Number.isInteger(mean) ? formatCount(mean) : mean.toFixed(2);
}

function Costs({
  view,
  lines,
}: {
  readonly view: View;
  readonly lines: readonly Line[];
}): JSX.Element {
  const row = (
    first: JSX.Element,
    who: JSX.Element | string,
    tokensIn: Amounts,
    tokensOut: Amounts,
    cost: Amounts | null,
    cached: string,
  ) => [
    first,
    who,
    formatCount(tokensIn.total),
    formatCount(tokensOut.total),
    formatCost(cost?.total),
    formatCost(cost?.mean),
    cached,
  ];
  return (
    <div class="card">
      <DataTable
        name="Tokens and cost"
        columns={[
          { title: 'model' },
          { title: 'who asked' },
          { title: 'tokens in', isNumber: true },
          { title: 'tokens out', isNumber: true },
          { title: 'cost', isNumber: true },
          { title: 'a case', isNumber: true },
          { title: 'kept answers', isNumber: true },
        ]}
        rows={lines.flatMap(({ system, report }) => [
          row(
            <SystemName view={view} system={system} />,
            'the model',
            report.tokens.prompt,
            report.tokens.completion,
            report.cost,
            formatCount(report.cachedAnswers),
          ),
          ...(report.user === undefined
            ? []
            : [
                row(
                  <SystemName view={view} system={system} />,
                  'the simulated user',
                  report.user.promptTokens,
                  report.user.completionTokens,
                  report.user.cost,
                  '',
                ),
              ]),
          ...report.judges.map((judge) =>
            row(
              <SystemName view={view} system={system} />,
              <Name text={`judge ${judge.evaluator}`} />,
              judge.promptTokens,
              judge.completionTokens,
              judge.cost,
              '',
            ),
          ),
        ])}
      />
    </div>
  );
}

function Histograms({ view }: { readonly view: View }): JSX.Element {
  const { store, names } = view;
  const { rows } = store.index;
  const latencies = valuesBySystem(rows.system, rows.latencyMs, names.length);
  const costs = valuesBySystem(rows.system, rows.cost, names.length);
  const longest = greatest(latencies);
  const dearest = greatest(costs);
  return (
    <div class="small-charts">
      {longest > 0 &&
        names.map((name, system) => (
          <Histogram
            key={`latency-${system}`}
            title={`${name}: latency`}
            counts={countBins(latencies[system]!, 0, longest, BINS)}
            min={0}
            max={longest}
            colour={system}
            format={(value) => (value === 0 ? '0' : formatMs(value))}
          />
        ))}
      {dearest > 0 &&
        names.map((name, system) => (
          <Histogram
            key={`cost-${system}`}
            title={`${name}: cost of a case`}
            counts={countBins(costs[system]!, 0, dearest, BINS)}
            min={0}
            max={dearest}
            colour={system}
            format={formatCost}
          />
        ))}
    </div>
  );
}

function valuesBySystem(
  systems: readonly number[],
  values: readonly (number | null)[],
  count: number,
): number[][] {
  const lists = Array.from({ length: count }, (): number[] => []);
  for (const [row, value] of values.entries()) {
    if (value !== null) lists[systems[row]!]!.push(value);
  }
  return lists;
}

function greatest(lists: readonly (readonly number[])[]): number {
  let most = 0;
  for (const list of lists) for (const value of list) if (value > most) most = value;
  return most;
}

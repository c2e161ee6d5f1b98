import type { MetricSummary } from '@testbench/bench/statistics';
import type { JSX } from 'preact';

import {
  describeMethods,
  formatCount,
  formatInterval,
  formatMean,
  uniqueNotes,
} from '../../../text/format-numbers.js';
import { DotPlot } from '../charts/dot-plot.js';
import { metricLines, metricNames, reportOf } from '../summaries.js';
import { Name } from '../visible-text.js';
import type { View } from '../view.js';
import { AgreementCard } from './agreement-card.js';
import { DataTable } from './data-table.js';
import { SystemName } from './system-name.js';

/** Means with their intervals: a plot and a table for each metric. */
export function ScoreSection({ view }: { readonly view: View }): JSX.Element {
  const { results } = view.store.index;
  const notes = uniqueNotes(
    [...results.summaries, ...results.comparisons].map((each) => each.notes),
  );
  const systems = results.summaries.flatMap((summary) => summary.systems);
  return (
    <section aria-labelledby="scores">
      <h2 id="scores">Scores</h2>
      {notes.map(({ message }) => (
        <p class="notice" key={message}>
          <Name text={message} />
        </p>
      ))}
      {metricNames(view).map((name) => (
        <Metric key={name} view={view} name={name} />
      ))}
      <Corpus view={view} />
      <AgreementCard view={view} />
      <p class="muted">
        {describeMethods(
          systems.flatMap(({ metrics }) => metrics.map(({ interval }) => interval)),
          results.summaries[0]?.confidence ?? 0.95,
        )}
        .
      </p>
    </section>
  );
}

function Metric({
  view,
  name,
}: {
  readonly view: View;
  readonly name: string;
}): JSX.Element | null {
  const lines = metricLines(view, name);
  const first = lines[0]?.metric;
  if (first === undefined) return null;
  const scale = commonScale(lines.map(({ metric }) => metric));
  const hasDropped = lines.some(({ metric }) => metric.dropped > 0);
  const hasEpochs = lines.some(({ metric }) => metric.epochDeviation !== null);
  return (
    <div class="card">
      <h3>
        <Name text={TITLES[first.kind] ?? name} />
        {first.threshold !== null && <small> passes from {first.threshold.value}</small>}
      </h3>
      <div class="columns">
        <DotPlot
          title={`Means of ${name} with their intervals`}
          dots={lines.map(({ system, metric }) => ({
            label: view.names[system]!,
            value: metric.mean,
            low: metric.interval?.low,
            high: metric.interval?.high,
            colour: system,
            text: formatMean(metric.mean, { scale }),
          }))}
          format={(value) => (scale === 'binary' ? `${value * 100} %` : String(value))}
        />
        <DataTable
          name={`Means of ${name}`}
          columns={[
            { title: 'model' },
            { title: 'mean', isNumber: true },
            { title: 'interval', isNumber: true },
            { title: 'n', isNumber: true },
            { title: 'errors', isNumber: true },
            ...(hasEpochs ? [{ title: 'between epochs', isNumber: true }] : []),
            ...(hasDropped ? [{ title: 'dropped', isNumber: true }] : []),
          ]}
          rows={lines.map(({ system, metric }) => [
            <SystemName key={system} view={view} system={system} />,
            <strong>{formatMean(metric.mean, { scale })}</strong>,
            formatInterval(metric.interval, { scale }),
            formatCount(metric.n),
            <span class={metric.errors > 0 ? 'bad' : 'muted'}>{formatCount(metric.errors)}</span>,
            ...(hasEpochs ? [`± ${metric.epochDeviation?.toFixed(3) ?? '–'}`] : []),
            ...(hasDropped ? [formatCount(metric.dropped)] : []),
          ])}
        />
      </div>
      <details>
        <summary>How these numbers were made</summary>
        {lines.map(({ system, metric }) => (
          <p key={system} class="mono signature">
            <Name text={metric.signature} />
          </p>
        ))}
      </details>
    </div>
  );
}

const TITLES: Readonly<Partial<Record<MetricSummary['kind'], string>>> = {
  weighted: 'Weighted score',
  passed: 'Passed all thresholds',
};

/** A common scale for a plot: a share is a number from 0 to 1 too. */
function commonScale(metrics: readonly MetricSummary[]): MetricSummary['scale'] {
  return metrics.every(({ scale }) => scale === 'binary') ? 'binary' : 'graded';
}

/** Scores of the whole set, such as BLEU. */
function Corpus({ view }: { readonly view: View }): JSX.Element | null {
  const lines = view.names.flatMap((_, system) =>
    (reportOf(view, system)?.corpus ?? []).map((corpus) => ({ system, corpus })),
  );
  if (lines.length === 0) return null;
  return (
    <div class="card">
      <h3>Scores of the whole set</h3>
      <DataTable
        name="Scores of the whole set"
        columns={[
          { title: 'model' },
          { title: 'metric' },
          { title: 'value', isNumber: true },
          { title: 'interval', isNumber: true },
          { title: 'n', isNumber: true },
        ]}
        rows={lines.map(({ system, corpus }) => [
          <SystemName key={system} view={view} system={system} />,
          <Name text={`${corpus.evaluator} ${corpus.metric}`} />,
          <strong>{formatMean(corpus.value, { scale: 'graded' })}</strong>,
          formatInterval(corpus.interval, { scale: 'graded' }),
          formatCount(corpus.n),
        ])}
      />
      <details>
        <summary>How these numbers were made</summary>
        {lines.map(({ system, corpus }) => (
          <p key={`${system} ${corpus.metric}`} class="mono signature">
            <Name text={corpus.signature} />
          </p>
        ))}
      </details>
    </div>
  );
}

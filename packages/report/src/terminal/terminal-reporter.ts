import type {
  MetricComparison,
  MetricSummary,
  RunComparison,
  RunSummary,
} from '@testbench/bench/statistics';
import { escapeText, truncateText } from '@testbench/types';

import { MAX_CELL_CHARACTERS } from '../limits.js';
import type { Reporter, ReportOutput } from '../reporter.js';
import {
  describeMethods,
  describePlanning,
  formatCount,
  formatDifference,
  formatDifferenceInterval,
  formatInterval,
  formatItems,
  formatMean,
  formatP,
  GRADED,
  uniqueNotes,
  VERDICT_WORDS,
} from '../text/format-numbers.js';
import { type SetLine, setLines } from '../text/set-lines.js';
import { runLetter, systemNames } from '../text/system-names.js';
import type { Cell, Column } from './lay-out-table.js';
import { renderTable } from './render-table.js';

const plain = (text: string): string => text;
const PLAIN_TITLES: readonly Column[] = [
  { title: 'model' },
  { title: 'metric' },
  { title: 'n', align: 'right' },
  { title: 'mean', align: 'right' },
  { title: 'interval', align: 'right' },
  { title: 'errors', align: 'right' },
];
const COMPARISON_TITLES: readonly Column[] = [
  { title: 'from' },
  { title: 'to' },
  { title: 'metric' },
  { title: 'n', align: 'right' },
  { title: 'difference', align: 'right' },
  { title: 'interval', align: 'right' },
  { title: 'p', align: 'right' },
  { title: 'gained', align: 'right' },
  { title: 'lost', align: 'right' },
  { title: 'verdict' },
];

/** Writes tables for a terminal, without colours: scores, and the results of a comparison. */
export function createTerminalReporter(output: ReportOutput): Reporter {
  return {
    specificationVersion: 'v1',
    name: 'terminal',
    async end({ summaries, comparisons }) {
      const systems = summaries.flatMap((summary, run) =>
        summary.systems.map((system) => ({ ...system, run })),
      );
      const names = systemNames(systems);
      const parts = summaries.map((summary, run) => headline(summary, summaries.length > 1, run));
      parts.push(
        renderTable(
          PLAIN_TITLES,
          systems.flatMap(({ metrics, corpus }, number) => [
            ...metrics.map((metric) => metricCells(names[number]!, metric)),
            ...corpus.map(({ evaluator, metric, n, value, interval }): Cell[] => [
              cell(names[number]!),
              cell(`${evaluator} ${metric}`),
              cell(formatCount(n)),
              cell(formatMean(value, { scale: 'graded' })),
              cell(formatInterval(interval, { scale: 'graded' })),
              cell(''),
            ]),
          ]),
          plain,
        ),
      );
      const confidence = summaries[0]?.confidence ?? 0.95;
      const intervals = systems.flatMap(({ metrics }) => metrics.map(({ interval }) => interval));
      parts.push(`${describeMethods(intervals, confidence)}.`);
      if (comparisons.length > 0) parts.push(renderComparisons(comparisons));
      const notes = uniqueNotes([
        ...summaries.map((summary) => summary.notes),
        ...comparisons.map((comparison) => comparison.notes),
      ]);
      if (notes.length > 0) parts.push(notes.map(({ message }) => `! ${show(message)}`).join('\n'));
      await output.write(`${parts.join('\n\n')}\n`);
    },
  };
}

function headline({ run }: RunSummary, isOneOfTwo: boolean, number: number): string {
  const { name, records, dataset, isComplete } = run;
  return [
    ...(isOneOfTwo ? [`${runLetter(number)}:`] : []),
    show(name),
    `· ${show(run.run)}`,
    `· ${formatItems(records, 'record')}`,
    ...(isComplete ? [] : [`of ${formatCount(dataset.records)}, not complete`]),
  ].join(' ');
}

function metricCells(name: string, metric: MetricSummary): Cell[] {
  return [
    cell(name),
    cell(metric.metric),
    cell(formatCount(metric.n)),
    cell(formatMean(metric.mean, metric)),
    cell(formatInterval(metric.interval, metric)),
    cell(formatCount(metric.errors)),
  ];
}

function renderComparisons(comparisons: readonly RunComparison[]): string {
  const lines = comparisons.flatMap(({ pairs }) =>
    pairs.flatMap(({ a, b, metrics, corpus }) => [
      ...metrics.map((metric) => comparisonCells(a, b, metric)),
      ...setLines({ corpus }).map((line) => setCells(a, b, line)),
    ]),
  );
  return renderTable(COMPARISON_TITLES, lines, plain);
}

function comparisonCells(
  a: { readonly model: string },
  b: { readonly model: string },
  metric: MetricComparison,
): Cell[] {
  const planning = describePlanning(metric);
  return [
    cell(a.model),
    cell(b.model),
    cell(metric.metric),
    cell(formatCount(metric.n)),
    cell(formatDifference(metric.difference, metric)),
    cell(formatDifferenceInterval(metric.interval, metric)),
    cell(formatP(metric.adjustedP)),
    cell(formatCount(metric.flips.gained)),
    cell(formatCount(metric.flips.lost)),
    cell(`${VERDICT_WORDS[metric.verdict]}${planning === undefined ? '' : `: ${planning}`}`),
  ];
}

function setCells(
  a: { readonly model: string },
  b: { readonly model: string },
  { name, n, difference, interval, p, verdict, without }: SetLine,
): Cell[] {
  const why = without === undefined ? '' : `: ${without}`;
  return [
    cell(a.model),
    cell(b.model),
    cell(name),
    cell(formatCount(n)),
    cell(formatDifference(difference, GRADED)),
    cell(formatDifferenceInterval(interval, GRADED)),
    cell(formatP(p)),
    cell(''),
    cell(''),
    cell(verdict === undefined ? '' : `${VERDICT_WORDS[verdict]}${why}`),
  ];
}

function cell(text: string): Cell {
  return { text: show(text) };
}

function show(text: string): string {
  return escapeText(truncateText(text, MAX_CELL_CHARACTERS)).replaceAll('\t', '\\t');
}

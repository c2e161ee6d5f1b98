import type { BenchmarkSummary } from '@testbench/bench/results';
import { type Cell, formatCount, renderTable } from '@testbench/report/terminal';

import { escapeText } from './escape-text.js';
import type { Style } from './style.js';

/** Maximum metrics of a set, in the plugin's order; `summary.json` has all. */
const MAX_METRICS_SHOWN = 4;

/** Shows scores of the whole set, such as BLEU: not by group. Empty without an evaluator of sums. */
export function renderSets({ sets = [] }: BenchmarkSummary, style: Style, width?: number): string {
  const whole = sets.filter(({ labels }) => !Object.hasOwn(labels, 'group'));
  if (whole.length === 0) return '';
  // Prompt and provider only where there are several.
  const varying = ['prompt', 'provider', 'model'].filter(
    (key) => key === 'model' || new Set(whole.map(({ labels }) => labels[key])).size > 1,
  );
  const rows = whole.flatMap((set): Cell[][] => {
    const { evaluator, labels, n, score, metrics, bootstrap, failure } = set;
    const system = varying.map((key) => labels[key] ?? '').join(' / ');
    const begin = [{ text: escapeText(system) }, { text: escapeText(evaluator) }];
    if (score === null) {
      const text = failure === undefined ? 'no scores' : escapeText(failure.message);
      return [[...begin, { text: '–' }, { text: '–' }, { text: '' }, { text, mark: style.red }]];
    }
    const shown = Object.entries(metrics).slice(0, MAX_METRICS_SHOWN);
    const values = shown.length === 0 ? [['score', score] as const] : shown;
    return values.map(([name, { value, interval }], index): Cell[] => {
      const [first, second] = index === 0 ? begin : [{ text: '' }, { text: '' }];
      return [
        first!,
        second!,
        { text: escapeText(name) },
        { text: format(value), mark: style.bold },
        { text: formatCount(n) },
        interval === null || bootstrap === null
          ? { text: '–', mark: style.dim }
          : {
              text: `${format(interval.low)} – ${format(interval.high)} (${formatCount(bootstrap.resamples)} resamples, seed ${bootstrap.seed})`,
              mark: style.dim,
            },
      ];
    });
  });
  const columns = [
    { title: 'model' },
    { title: 'over the set' },
    { title: 'metric' },
    { title: 'value', align: 'right' },
    { title: 'n', align: 'right' },
    { title: '95 % interval' },
  ] as const;
  return renderTable(columns, rows, style.dim, width);
}

function format(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 4 : 2);
}

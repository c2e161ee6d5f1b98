import type { Quantiles, RunSummary, SystemReport } from '@testbench/bench/statistics';

import {
  type Cell,
  type Column,
  describeMethods,
  formatCount,
  formatInterval,
  formatItems,
  formatMean,
  formatShare,
  renderTable,
} from '@testbench/report/terminal';

import { escapeText } from './escape-text.js';
import { formatDuration } from './format-value.js';
import type { Style } from './style.js';

/** Which parts of a summary to show. */
interface ShownSummary {
  readonly groups: boolean;
  readonly signatures: boolean;
}

/** Shows the figures of a run: a table of means and further sections. */
export function renderRunSummary(summary: RunSummary, shown: ShownSummary, style: Style): string {
  const { run, systems, notes } = summary;
  const headline = [
    style.bold(escapeText(run.run)),
    formatItems(run.records, 'record'),
    formatItems(systems.length, 'system'),
    ...(run.epochs.count > 1
      ? [`${run.epochs.count} epochs, reduced by ${escapeText(run.epochs.reducer)}`]
      : []),
  ].join(' · ');
  const intervals = systems.flatMap(({ metrics }) => metrics.map(({ interval }) => interval));
  return [
    headline,
    renderMeans(summary, style),
    style.dim(
      [
        describeMethods(intervals, summary.confidence),
        `Cases without a score ${systems[0]?.metrics[0]?.errorTreatment === 'wrong' ? 'count as 0' : 'are left out'}`,
      ].join('\n'),
    ),
    ...(shown.groups ? [renderGroups(systems, style)] : []),
    renderCorpus(systems, style),
    renderAgreement(systems, style),
    renderUsage(systems, style),
    ...(shown.signatures ? [renderSignatures(systems)] : []),
    notes.map(({ message }) => `${style.yellow('note')}: ${escapeText(message)}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** Prompts and providers appear in a table only if there are several. */
function nameOf(system: SystemReport, systems: readonly SystemReport[]): string {
  const hasSeveral = (key: 'prompt' | 'provider'): boolean =>
    systems.some((other) => other[key] !== system[key]);
  const parts = [
    ...(hasSeveral('prompt') ? [system.prompt] : []),
    ...(hasSeveral('provider') ? [system.provider] : []),
    system.model,
  ];
  return escapeText(parts.join(' / '));
}

function renderMeans({ systems, confidence }: RunSummary, style: Style): string {
  const columns: Column[] = [
    { title: 'model', leastWidth: 6 },
    { title: 'metric', leastWidth: 8 },
    { title: 'n', align: 'right' },
    { title: 'mean', align: 'right' },
    { title: `${formatShare(confidence)} interval`, align: 'right' },
    { title: 'errors', align: 'right', dropRank: 1 },
  ];
  const rows = systems.flatMap((system) =>
    system.metrics.map((metric, place): Cell[] => [
      { text: place === 0 ? nameOf(system, systems) : '', mark: style.bold },
      { text: escapeText(metric.metric) },
      { text: formatCount(metric.n) },
      { text: formatMean(metric.mean, metric), mark: style.bold },
      { text: formatInterval(metric.interval, metric), mark: style.dim },
      { text: formatCount(metric.errors), mark: metric.errors > 0 ? style.red : style.dim },
    ]),
  );
  return renderTable(columns, rows, style.dim, style.width);
}

function renderGroups(systems: readonly SystemReport[], style: Style): string {
  const rows = systems.flatMap((system) =>
    system.metrics.flatMap(({ metric, scale, groups }) =>
      groups.map((group, place): Cell[] => [
        { text: place === 0 ? nameOf(system, systems) : '', mark: style.bold },
        { text: place === 0 ? escapeText(metric) : '' },
        { text: escapeText(group.group) },
        { text: formatCount(group.n) },
        { text: formatMean(group.mean, { scale }) },
        { text: formatInterval(group.interval, { scale }), mark: style.dim },
      ]),
    ),
  );
  if (rows.length === 0) return '';
  const columns: Column[] = [
    { title: 'model', leastWidth: 6 },
    { title: 'metric', leastWidth: 8 },
    { title: 'group', leastWidth: 8 },
    { title: 'n', align: 'right' },
    { title: 'mean', align: 'right' },
    { title: 'interval', align: 'right' },
  ];
  return renderTable(columns, rows, style.dim, style.width);
}

function renderCorpus(systems: readonly SystemReport[], style: Style): string {
  const rows = systems.flatMap((system) =>
    system.corpus.map(({ metric, n, value, interval }): Cell[] => [
      { text: nameOf(system, systems) },
      { text: escapeText(metric) },
      { text: formatCount(n) },
      { text: value === null ? '–' : value.toFixed(4), mark: style.bold },
      {
        text: interval === null ? '–' : `${interval.low.toFixed(4)} – ${interval.high.toFixed(4)}`,
      },
    ]),
  );
  if (rows.length === 0) return '';
  const columns: Column[] = [
    { title: 'model', leastWidth: 6 },
    { title: 'score of the whole set', leastWidth: 8 },
    { title: 'n', align: 'right' },
    { title: 'score', align: 'right' },
    { title: 'interval', align: 'right' },
  ];
  return renderTable(columns, rows, style.dim, style.width);
}

function renderAgreement(systems: readonly SystemReport[], style: Style): string {
  const number = (value: number | null): Cell => ({
    text: value === null ? '–' : value.toFixed(3),
  });
  const rows = systems.flatMap((system) =>
    system.agreement.map((found): Cell[] => [
      { text: nameOf(system, systems) },
      { text: escapeText(`${found.evaluator} and ${found.labels}`) },
      { text: formatCount(found.n) },
      number(found.observed),
      number(found.expected),
      number(found.kappa),
      { text: formatInterval(found.interval, { scale: 'graded' }), mark: style.dim },
      number(found.quadraticKappa),
    ]),
  );
  if (rows.length === 0) return '';
  const columns: Column[] = [
    { title: 'model', leastWidth: 6 },
    { title: 'agreement', leastWidth: 8 },
    ...['n', 'agree', 'by chance', 'kappa', 'interval', 'weighted'].map((title): Column => ({
      title,
      align: 'right',
    })),
  ];
  return renderTable(columns, rows, style.dim, style.width);
}

function renderUsage(systems: readonly SystemReport[], style: Style): string {
  const isMeasured = systems.some(
    ({ latency, tokens, cost }) => latency.totalMs.n > 0 || tokens.prompt.n > 0 || cost !== null,
  );
  if (!isMeasured) return '';
  const time = ({ p50, p95 }: Quantiles): string =>
    p50 === null ? '–' : `${formatDuration(p50)} / ${formatDuration(p95!)}`;
  const rows = systems.map((system): Cell[] => [
    { text: nameOf(system, systems) },
    { text: time(system.latency.totalMs) },
    { text: time(system.latency.firstTokenMs) },
    { text: time(system.latency.queueMs) },
    {
      text: `${formatCount(system.tokens.prompt.total)} / ${formatCount(system.tokens.completion.total)}`,
    },
    { text: system.cost === null ? '–' : system.cost.total.toPrecision(4) },
  ]);
  const titles = ['total p50 / p95', 'first token', 'waiting', 'tokens in / out', 'cost'];
  const columns: Column[] = [
    { title: 'model', leastWidth: 6 },
    ...titles.map((title): Column => ({ title, align: 'right' })),
  ];
  return renderTable(columns, rows, style.dim, style.width);
}

function renderSignatures(systems: readonly SystemReport[]): string {
  return systems
    .flatMap((system) => {
      const { latency, tokens, cost } = system;
      const usage = [
        ...Object.values(latency),
        ...Object.values(tokens),
        ...(cost === null ? [] : [cost]),
      ];
      const all = [
        ...system.metrics.flatMap((metric) => [metric, ...metric.groups]),
        ...system.corpus.flatMap((corpus) => [corpus, ...corpus.groups]),
        ...system.agreement,
        ...usage.filter(({ n }) => n > 0),
      ];
      return [nameOf(system, systems), ...all.map(({ signature }) => `  ${escapeText(signature)}`)];
    })
    .join('\n');
}

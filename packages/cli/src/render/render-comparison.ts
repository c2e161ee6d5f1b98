import type {
  CorpusComparison,
  Flip,
  GroupComparison,
  MetricComparison,
  RunComparison,
  SystemComparison,
  Verdict,
} from '@testbench/bench/statistics';

import {
  type Cell,
  type Column,
  describeMethods,
  describePlanning,
  formatCount,
  formatDifference,
  formatDifferenceInterval,
  formatItems,
  formatMean,
  formatP,
  formatShare,
  GRADED,
  renderTable,
  type SetLine,
  setLines,
  TEST_WORDS,
  VERDICT_WORDS,
} from '@testbench/report/terminal';

import { escapeText } from './escape-text.js';
import type { Mark, Style } from './style.js';

/** Differences between plans that are shown; `--json` has all. */
const SHOWN_DIFFERENCES = 8;

/** Shows a comparison: what improved, what got worse, what is undecided, and which records flipped. */
export function renderComparison(comparison: RunComparison, flips: number, style: Style): string {
  const { a, b, records, pairedBy, pairs, notes } = comparison;
  const headline = [
    style.bold(a.run === b.run ? escapeText(a.run) : escapeText(`${a.run} → ${b.run}`)),
    `${formatItems(records.both, 'record')} in both, by ${pairedBy}`,
  ].join(' · ');
  return [
    headline,
    renderMetrics(comparison, style),
    style.dim(renderMethods(comparison)),
    ...pairs.flatMap((pair) =>
      pair.metrics
        .map((metric) => renderDetails(pair, metric, comparison, flips, style))
        .concat(pair.corpus.map((set) => renderSetGroups(pair, set, comparison, style))),
    ),
    renderUnpaired(comparison, style),
    renderDifferences(comparison, style),
    notes.map(({ message }) => `${style.yellow('note')}: ${escapeText(message)}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function renderMetrics({ pairs, confidence }: RunComparison, style: Style): string {
  const columns: Column[] = [
    { title: 'metric', leastWidth: 8 },
    { title: 'n', align: 'right', dropRank: 1 },
    { title: 'a', align: 'right' },
    { title: 'b', align: 'right' },
    { title: 'b − a', align: 'right' },
    { title: `${formatShare(confidence)} interval`, align: 'right' },
    { title: 'p', align: 'right' },
    { title: 'b is', leastWidth: 11 },
  ];
  return pairs
    .map((pair) => {
      const rows = pair.metrics.map((metric): Cell[] => [
        { text: escapeText(metric.metric) },
        { text: formatCount(metric.n) },
        { text: formatMean(metric.meanA, metric) },
        { text: formatMean(metric.meanB, metric) },
        { text: formatDifference(metric.difference, metric), mark: style.bold },
        { text: formatDifferenceInterval(metric.interval, metric), mark: style.dim },
        { text: formatP(metric.adjustedP) },
        { text: VERDICT_WORDS[metric.verdict], mark: verdictMark(metric.verdict, style) },
      ]);
      rows.push(...setLines(pair).map((line) => setCells(line, style)));
      return `${pairTitle(pair)}\n${renderTable(columns, rows, style.dim, style.width)}`;
    })
    .join('\n\n');
}

function pairTitle({ a, b }: SystemComparison): string {
  const keys = ['prompt', 'provider', 'model'] as const;
  const changed = keys.filter((key) => a[key] !== b[key]);
  if (changed.length === 0) return escapeText(`${a.model} (prompt ${a.prompt})`);
  const side = (name: typeof a): string => changed.map((key) => name[key]).join(' / ');
  return escapeText(`a: ${side(a)}   b: ${side(b)}`);
}

function setCells(line: SetLine, style: Style): Cell[] {
  const { name, n, a, b, difference, interval, p, verdict, without } = line;
  const why = without === undefined ? '' : `: ${without}`;
  return [
    { text: escapeText(name) },
    { text: formatCount(n) },
    { text: formatMean(a, GRADED) },
    { text: formatMean(b, GRADED) },
    { text: formatDifference(difference, GRADED), mark: style.bold },
    { text: formatDifferenceInterval(interval, GRADED), mark: style.dim },
    { text: formatP(p) },
    verdict === undefined
      ? { text: '' }
      : { text: escapeText(`${VERDICT_WORDS[verdict]}${why}`), mark: verdictMark(verdict, style) },
  ];
}

function verdictMark(verdict: Verdict, style: Style): Mark {
  if (verdict === 'better') return style.green;
  return verdict === 'worse' ? style.red : style.yellow;
}

function renderMethods(comparison: RunComparison): string {
  const { pairs, confidence, adjustment, tests, errorTreatment } = comparison;
  const metrics = pairs.flatMap((pair) => pair.metrics);
  const sets = pairs.flatMap((pair) => pair.corpus);
  const intervals = [...metrics, ...sets].map(({ interval }) => interval);
  const names = new Set(
    [...metrics, ...sets].flatMap(({ test }) => (test === null ? [] : [TEST_WORDS[test]])),
  );
  const correction = tests > 1 ? `; adjusted for ${tests} tests (${adjustment})` : '';
  return [
    `${describeMethods(intervals, confidence)}; p: ${[...names].join('; ') || 'none'}, two-sided${correction}`,
    `Shares are in percent, their differences in percentage points (pp). Cases without a score ${errorTreatment === 'missing' ? 'are left out' : 'count as 0'}`,
  ].join('\n');
}

function renderDetails(
  pair: SystemComparison,
  metric: MetricComparison,
  { pairs }: RunComparison,
  shown: number,
  style: Style,
): string {
  const { flips } = metric;
  if (flips.lost + flips.gained === 0 && metric.groups.length === 0) return '';
  const isRight = flips.rightFrom !== null;
  const planning = describePlanning(metric);
  const title =
    pairs.length === 1 ? metric.metric : `${metric.metric}, ${pair.a.model} and ${pair.b.model}`;
  const lines = [
    style.bold(escapeText(title)),
    ...(planning === undefined ? [] : [`  Cannot tell: ${planning}`]),
    `  ${isRight ? 'right → wrong' : 'lower'}: ${formatCount(flips.lost)}${listFlips(flips.lostRecords, flips.lost, shown)}`,
    `  ${isRight ? 'wrong → right' : 'higher'}: ${formatCount(flips.gained)}${listFlips(flips.gainedRecords, flips.gained, shown)}`,
  ];
  const groups =
    metric.groups.length === 0 ? '' : `\n${renderGroups(metric.groups, metric, style)}`;
  return `${lines.join('\n')}${groups}`;
}

function listFlips(flips: readonly Flip[], count: number, shown: number): string {
  const names = flips.slice(0, shown).map(({ record }) => record);
  if (names.length === 0) return '';
  return ` (${escapeText(names.join(', '))}${count > names.length ? ', …' : ''})`;
}

function renderGroups(
  groups: readonly GroupComparison[],
  metric: MetricComparison,
  style: Style,
): string {
  const columns: Column[] = [
    { title: '  group', leastWidth: 8 },
    { title: 'n', align: 'right' },
    { title: 'a', align: 'right' },
    { title: 'b', align: 'right' },
    { title: 'b − a', align: 'right' },
    { title: 'interval', align: 'right' },
    { title: 'p', align: 'right' },
  ];
  const rows = groups.map((group): Cell[] => [
    { text: `  ${escapeText(group.group)}` },
    { text: formatCount(group.n) },
    { text: formatMean(group.meanA, metric) },
    { text: formatMean(group.meanB, metric) },
    { text: formatDifference(group.difference, metric) },
    { text: formatDifferenceInterval(group.interval, metric), mark: style.dim },
    { text: formatP(group.adjustedP) },
  ]);
  return renderTable(columns, rows, style.dim, style.width);
}

/** Scores of whole sets by group, without intervals. */
function renderSetGroups(
  pair: SystemComparison,
  { evaluator, groups }: CorpusComparison,
  { pairs }: RunComparison,
  style: Style,
): string {
  if (groups.length === 0) return '';
  const name = `${evaluator} over the set`;
  const title = pairs.length === 1 ? name : `${name}, ${pair.a.model} and ${pair.b.model}`;
  const columns: Column[] = [
    { title: '  group', leastWidth: 8 },
    { title: 'n', align: 'right' },
    { title: 'a', align: 'right' },
    { title: 'b', align: 'right' },
    { title: 'b − a', align: 'right' },
  ];
  const rows = groups.map(({ group, n, a, b, difference }): Cell[] => [
    { text: `  ${escapeText(group)}` },
    { text: formatCount(n) },
    { text: formatMean(a, GRADED) },
    { text: formatMean(b, GRADED) },
    { text: formatDifference(difference, GRADED) },
  ]);
  return `${style.bold(escapeText(title))}\n${renderTable(columns, rows, style.dim, style.width)}`;
}

/** What only one of the two has. */
function renderUnpaired({ unpaired, unpairedMetrics }: RunComparison, style: Style): string {
  return (['a', 'b'] as const)
    .flatMap((side) => {
      const names = [...unpaired[side].map(({ model }) => model), ...unpairedMetrics[side]];
      if (names.length === 0) return [];
      return [
        `${style.yellow('note')}: Only ${side} has ${escapeText([...new Set(names)].join(', '))}`,
      ];
    })
    .join('\n');
}

function renderDifferences({ planDifferences }: RunComparison, style: Style): string {
  if (planDifferences.length === 0) return '';
  const shown = planDifferences.slice(0, SHOWN_DIFFERENCES).map(({ path }) => path);
  const more = planDifferences.length - shown.length;
  const list = `${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
  return `${style.dim('The plans differ in:')} ${escapeText(list)}`;
}

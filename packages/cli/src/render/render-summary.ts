import type { BenchmarkSummary, ScoreSummary } from '@testbench/bench/results';

import { escapeText } from './escape-text.js';
import { formatCount, formatDuration, formatItems } from './format-value.js';
import { type Cell, type Column, renderTable } from './render-table.js';
import type { Style } from './style.js';

/** More kinds of failure than this are only counted. */
const MAX_FAILURES_SHOWN = 8;
/** More reasons for which a filter dropped rows are only counted. */
const MAX_REASONS_SHOWN = 8;

/** Shows what a run came to: a headline, the table, and what failed. */
export function renderSummary(summary: BenchmarkSummary, style: Style): string {
  const headline = [
    style.bold(escapeText(summary.name)),
    formatItems(summary.records, 'record'),
    formatItems(summary.models.length, 'model'),
    formatItems(summary.evaluators.length, 'evaluator'),
    formatDuration(summary.measured.durationMs),
  ].join(' · ');
  const parts = [headline, renderScores(summary, style), style.dim(intervalNote(summary))];
  const { selfJudged = [] } = summary;
  if (selfJudged.length > 0) {
    const names = selfJudged.map((name) => escapeText(name)).join(', ');
    parts.push(style.red(`A tested model judges in ${names}: models favour what they wrote`));
  }
  const failures = renderFailures(summary, style);
  if (failures !== '') parts.push(failures);
  const drops = renderDrops(summary);
  if (drops !== '') parts.push(drops);
  return parts.join('\n\n');
}

function renderScores(summary: BenchmarkSummary, style: Style): string {
  // A column of zeros that nobody asked for is only noise.
  const filtered = summary.plugins.some(({ type }) => type === 'filter');
  const columns: Column[] = [
    { title: 'model' },
    { title: 'evaluator' },
    { title: 'n', align: 'right' },
    { title: 'mean', align: 'right' },
    { title: '95 % interval', align: 'right' },
    { title: 'errors', align: 'right' },
    ...(filtered ? [{ title: 'dropped', align: 'right' } as const] : []),
  ];
  let lastModel: string | undefined;
  const rows = summary.scores.map((score): Cell[] => {
    const model = score.model === lastModel ? '' : escapeText(score.model);
    lastModel = score.model;
    return [
      { text: model, mark: style.bold },
      { text: escapeText(score.evaluator) },
      { text: formatCount(score.n) },
      { text: score.mean === null ? '–' : formatScore(score.mean, score), mark: style.bold },
      { text: formatInterval(score), mark: style.dim },
      { text: formatCount(score.errors), mark: score.errors > 0 ? style.red : style.dim },
      { text: formatCount(score.dropped) },
    ];
  });
  return renderTable(columns, rows, style.dim);
}

/** A share of right answers in percent; a mean of graded scores as a number. */
function formatScore(value: number, score: ScoreSummary): string {
  return score.interval?.method === 'wilson' ? `${(value * 100).toFixed(1)} %` : value.toFixed(3);
}

function formatInterval(score: ScoreSummary): string {
  const { interval } = score;
  if (interval === null) return '–';
  if (interval.method === 'student')
    return `${interval.low.toFixed(3)} – ${interval.high.toFixed(3)}`;
  return `${(interval.low * 100).toFixed(1)} – ${(interval.high * 100).toFixed(1)} %`;
}

function intervalNote(summary: BenchmarkSummary): string {
  const methods = new Set(summary.scores.map(({ interval }) => interval?.method));
  const notes = [
    ...(methods.has('wilson') ? ['Wilson for scores of only 0 and 1 (in %)'] : []),
    ...(methods.has('student') ? ["Student's t for graded scores"] : []),
  ];
  return notes.length === 0 ? 'No intervals: too few scores' : `Intervals: ${notes.join('; ')}`;
}

function renderFailures(summary: BenchmarkSummary, style: Style): string {
  const lines = summary.scores.flatMap(({ model, evaluator, errorCodes }) =>
    Object.entries(errorCodes).map(([code, { count, first }]) => {
      const where = `${escapeText(model)} / ${escapeText(evaluator)}`;
      return `${style.red(code)} × ${formatCount(count)}  ${where}, first on line ${first.line}: ${escapeText(first.message)}`;
    }),
  );
  const hidden = lines.length - MAX_FAILURES_SHOWN;
  const shown = lines.slice(0, MAX_FAILURES_SHOWN);
  return [...shown, ...(hidden > 0 ? [`and ${hidden} more kinds of failure`] : [])].join('\n');
}

function renderDrops({ dropped = [] }: BenchmarkSummary): string {
  const lines = dropped.slice(0, MAX_REASONS_SHOWN).map(({ model, reason, count, first }) => {
    const why = reason === null ? 'without a reason' : escapeText(reason);
    return `dropped × ${formatCount(count)}  ${escapeText(model)}, first on line ${first.line}: ${why}`;
  });
  const hidden = dropped.length - lines.length;
  return [...lines, ...(hidden > 0 ? [`and ${hidden} more reasons`] : [])].join('\n');
}

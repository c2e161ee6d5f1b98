import type { BenchmarkSummary, ScoreSummary, SystemName } from '@testbench/bench/results';
import {
  type Cell,
  type Column,
  formatCount,
  formatInterval,
  formatMean,
  formatItems,
  renderTable,
} from '@testbench/report/terminal';

import { escapeText } from './escape-text.js';
import { formatDuration } from './format-value.js';
import { renderSets } from './render-sets.js';
import type { Style } from './style.js';

/** Kinds of failure beyond this number are only counted. */
const MAX_FAILURES_SHOWN = 8;
/** Columns to which a name may be cut in a narrow terminal. */
const LEAST_NAME = 5;
/** Reasons for dropping rows beyond this number are only counted. */
const MAX_REASONS_SHOWN = 8;

/**
 * Shows the result of a run: a headline, the table, and failures.
 *
 * @param width Columns of the terminal. @default as many as the table takes
 */
export function renderSummary(summary: BenchmarkSummary, style: Style, width?: number): string {
  const headline = [
    style.bold(escapeText(summary.name)),
    formatItems(summary.records, 'record'),
    ...(summary.prompts.length > 1 ? [formatItems(summary.prompts.length, 'prompt')] : []),
    formatItems(summary.models.length, 'model'),
    formatItems(summary.evaluators.length, 'evaluator'),
    formatDuration(summary.measured.durationMs),
  ].join(' · ');
  const parts = [headline, renderScores(summary, style, width), style.dim(intervalNote(summary))];
  const sets = renderSets(summary, style, width);
  if (sets !== '') parts.push(sets);
  const { selfJudged = [] } = summary;
  if (selfJudged.length > 0) {
    const names = selfJudged.map((name) => escapeText(name)).join(', ');
    parts.push(style.red(`A tested model judges in ${names}: models favour their own answers`));
  }
  const failures = renderFailures(summary, style);
  if (failures !== '') parts.push(failures);
  const drops = renderDrops(summary);
  if (drops !== '') parts.push(drops);
  return parts.join('\n\n');
}

function renderScores(summary: BenchmarkSummary, style: Style, width?: number): string {
  // A column of zeros is only noise.
  const filtered = summary.plugins.some(({ type }) => type === 'filter');
  const hasErrors = summary.scores.some(({ errors }) => errors > 0);
  const names = namesOf(summary);
  const columns: Column[] = [
    ...names.map((title) => ({ title, leastWidth: LEAST_NAME })),
    { title: 'evaluator', leastWidth: LEAST_NAME },
    { title: 'n', align: 'right' },
    { title: 'mean', align: 'right' },
    { title: '95 % interval', align: 'right', dropRank: 1 },
    { title: 'errors', align: 'right', ...(hasErrors ? {} : { dropRank: 2 }) },
    ...(filtered ? [{ title: 'dropped', align: 'right' } as const] : []),
  ];
  let last: ScoreSummary | undefined;
  const rows = summary.scores.map((score): Cell[] => {
    const before = last;
    // A name is not repeated below itself unless one to its left has changed.
    const isSame = (upTo: number): boolean =>
      before !== undefined &&
      names.slice(0, upTo + 1).every((name) => before[name] === score[name]);
    last = score;
    return [
      ...names.map((name, at) => ({
        text: isSame(at) ? '' : escapeText(score[name]),
        mark: style.bold,
      })),
      { text: escapeText(score.evaluator) },
      { text: formatCount(score.n) },
      { text: formatMean(score.mean, scaleOf(score)), mark: style.bold },
      { text: formatInterval(score.interval, scaleOf(score)), mark: style.dim },
      { text: formatCount(score.errors), mark: score.errors > 0 ? style.red : style.dim },
      { text: formatCount(score.dropped) },
    ];
  });
  return renderTable(columns, rows, style.dim, width);
}

/** What distinguishes the lines: the model, and prompt and provider if there are several. */
function namesOf({ prompts, providers }: BenchmarkSummary): readonly (keyof SystemName)[] {
  return [
    ...(prompts.length > 1 ? (['prompt'] as const) : []),
    ...(providers.length > 1 ? (['provider'] as const) : []),
    'model',
  ];
}

/** Binary scores, whose means are percentages, or graded ones. */
function scaleOf({ interval }: ScoreSummary): { readonly scale: 'binary' | 'graded' } {
  return { scale: interval?.method === 'wilson' ? 'binary' : 'graded' };
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
  const names = namesOf(summary);
  const lines = summary.scores.flatMap(({ errorCodes, ...score }) =>
    Object.entries(errorCodes).map(([code, { count, first }]) => {
      const where = [...names.map((name) => score[name]), score.evaluator]
        .map(escapeText)
        .join(' / ');
      const place = placeOf(summary, score.evaluator, code);
      return `${style.red(code)} × ${formatCount(count)}  ${where}, first on line ${first.line}: ${escapeText(first.message)}${place}`;
    }),
  );
  const hidden = lines.length - MAX_FAILURES_SHOWN;
  const shown = lines.slice(0, MAX_FAILURES_SHOWN);
  return [...shown, ...(hidden > 0 ? [`and ${hidden} more kinds of failure`] : [])].join('\n');
}

/** Where in its plugin's source an evaluator failed most often in this way, if known. */
function placeOf({ failures }: BenchmarkSummary, stage: string, code: string): string {
  const group = failures.find((one) => one.stage === stage && one.code === code && one.place);
  return group?.place === undefined ? '' : ` (${escapeText(group.place)})`;
}

function renderDrops({ dropped = [] }: BenchmarkSummary): string {
  const lines = dropped.slice(0, MAX_REASONS_SHOWN).map(({ model, reason, count, first }) => {
    const why = reason === null ? 'without a reason' : escapeText(reason);
    return `dropped × ${formatCount(count)}  ${escapeText(model)}, first on line ${first.line}: ${why}`;
  });
  const hidden = dropped.length - lines.length;
  return [...lines, ...(hidden > 0 ? [`and ${hidden} more reasons`] : [])].join('\n');
}

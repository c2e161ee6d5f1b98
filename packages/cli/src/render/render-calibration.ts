import type { Calibration, JudgeCalibration } from '@testbench/bench/judging';
import {
  type Cell,
  type Column,
  formatCount,
  formatInterval,
  formatItems,
  formatKappa,
  formatShareOf,
  renderTable,
} from '@testbench/report/terminal';

import { escapeText } from './escape-text.js';
import type { Style } from './style.js';

/** Shows the agreement of judges with people. */
export function renderCalibration(calibration: Calibration, style: Style): string {
  const { labels, unmatched, disputed, peopleAlpha, judges } = calibration;
  const facts = [
    formatItems(labels, 'label'),
    ...(unmatched === 0 ? [] : [`${formatCount(unmatched)} of no record of the run`]),
    ...(disputed === 0 ? [] : [`${formatCount(disputed)} on which people are evenly split`]),
    ...(peopleAlpha === null ? [] : [`people among themselves: alpha ${formatKappa(peopleAlpha)}`]),
  ].join(' · ');
  if (judges.length === 0) return `${facts}\n\nNo case has both a label and a verdict.`;
  const columns: Column[] = [
    { title: 'judge', leastWidth: 8 },
    ...['n', 'agree', 'by chance', 'kappa', 'interval', 'weighted'].map((title): Column => ({
      title,
      align: 'right',
    })),
  ];
  const rows = judges.map((judge): Cell[] => [
    { text: nameOf(judge), mark: style.bold },
    { text: formatCount(judge.n) },
    { text: formatShareOf(judge.observed) },
    { text: formatShareOf(judge.expected) },
    { text: formatKappa(judge.kappa), mark: style.bold },
    { text: formatInterval(judge.interval, { scale: 'graded' }), mark: style.dim },
    { text: formatKappa(judge.quadraticKappa) },
  ]);
  return [
    facts,
    renderTable(columns, rows, style.dim, style.width),
    ...judges.map((judge) => renderJudge(judge, style)),
  ].join('\n\n');
}

function nameOf({ evaluator, judge }: JudgeCalibration): string {
  return escapeText(judge === undefined ? evaluator : `${evaluator} / ${judge}`);
}

/** Base rates and the confusion table in one: people in rows, the judge in columns. */
function renderJudge(found: JudgeCalibration, style: Style): string {
  const { baseRates, confusion, disagreements } = found;
  const label = (value: unknown): string => escapeText(String(value));
  const count = (people: unknown, judge: unknown): number =>
    confusion.find((cell) => cell.people === people && cell.judge === judge)?.count ?? 0;
  const columns: Column[] = [
    { title: 'people say', leastWidth: 8 },
    ...baseRates.map((rate): Column => ({ title: `judge: ${label(rate.label)}`, align: 'right' })),
    { title: 'people', align: 'right' },
    { title: 'judge', align: 'right' },
  ];
  const rows = baseRates.map((rate): Cell[] => [
    { text: label(rate.label) },
    ...baseRates.map((other): Cell => ({ text: formatCount(count(rate.label, other.label)) })),
    { text: formatShareOf(rate.people) },
    { text: formatShareOf(rate.judge) },
  ]);
  const listed = disagreements.map(
    ({ record, model, epoch, people, judge }) =>
      `  ${escapeText(record)} (${escapeText(model)}${epoch === 1 ? '' : `, epoch ${epoch}`}): people ${label(people)}, judge ${label(judge)}`,
  );
  return [
    style.bold(nameOf(found)),
    ...(baseRates.length === 0 ? [] : [renderTable(columns, rows, style.dim, style.width)]),
    ...(listed.length === 0 ? [] : ['They differ on:', ...listed]),
  ].join('\n');
}

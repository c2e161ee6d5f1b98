import type { CallEstimate, RunEstimate } from '@testbench/bench';
import {
  type Cell,
  type Column,
  formatCount,
  formatItems,
  renderTable,
} from '@testbench/report/terminal';

import { escapeText } from './escape-text.js';
import { formatMoney } from './format-value.js';
import type { Style } from './style.js';

const COLUMNS: readonly Column[] = [
  { title: 'calls of', leastWidth: 6 },
  { title: 'model', leastWidth: 6 },
  { title: 'planned', align: 'right', dropRank: 3 },
  { title: 'stored', align: 'right' },
  { title: 'cached', align: 'right' },
  { title: 'to make', align: 'right' },
  { title: 'tokens in', align: 'right', dropRank: 2 },
  { title: 'tokens out', align: 'right', dropRank: 1 },
  { title: 'cost', align: 'right' },
  { title: 'at most', align: 'right' },
];
const UNKNOWN = '?';

/**
 * Shows what a run would do: one line for each model and evaluator, the total of paid calls, and notes.
 *
 * @param width Columns of the terminal. @default as many as the table takes
 */
export function renderEstimate(estimate: RunEstimate, style: Style, width?: number): string {
  const { records, cases, storedRecords, calls, total, notes, isWhole } = estimate;
  const headline = [
    style.bold(escapeText(estimate.run)),
    formatItems(records, 'record'),
    formatItems(cases, 'case'),
    ...(storedRecords > 0 ? [`${formatItems(storedRecords, 'record')} stored`] : []),
  ].join(' · ');
  const count = `${isWhole ? '' : 'About '}${formatItems(total.toMake, 'paid call')}`;
  const money = total.money === undefined ? 'an unknown sum' : `about ${formatMoney(total.money)}`;
  const most = total.mostMoney === undefined ? '' : `, at most ${formatMoney(total.mostMoney)}`;
  const paid =
    total.toMake === 0
      ? 'No call would be paid for.'
      : `${count} would be made, for ${money}${most}.`;
  return [
    headline,
    renderTable(
      COLUMNS,
      calls.map((call) => renderCall(call, style)),
      style.dim,
      width,
    ),
    [paid, ...notes.map((note) => `${style.dim('note:')} ${escapeText(note)}`)].join('\n'),
  ].join('\n\n');
}

function renderCall(call: CallEstimate, style: Style): Cell[] {
  const { name, model = '', planned, stored, cached, toMake, isPaid, tokens } = call;
  const price = (money: number | undefined): string =>
    money === undefined ? UNKNOWN : formatMoney(money);
  const paid = !isPaid
    ? ['', '', 'free', '']
    : [
        formatCount(tokens?.input ?? 0),
        tokens?.output === undefined ? UNKNOWN : formatCount(tokens.output),
        price(call.money),
        price(call.mostMoney),
      ];
  return [
    { text: escapeText(name), mark: style.bold },
    { text: escapeText(model) },
    ...[planned, stored, cached].map((count) => ({ text: formatCount(count) })),
    { text: formatCount(toMake), mark: style.bold },
    ...paid.map((text) => ({ text })),
  ];
}

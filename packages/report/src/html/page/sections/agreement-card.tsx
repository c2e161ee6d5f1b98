import type { JSX } from 'preact';

import {
  formatCount,
  formatInterval,
  formatKappa,
  formatShareOf,
} from '../../../text/format-numbers.js';
import { reportOf } from '../summaries.js';
import { Name } from '../visible-text.js';
import type { View } from '../view.js';
import { DataTable } from './data-table.js';
import { SystemName } from './system-name.js';

/** How far judges agree with human labels, with base rates: high agreement on labels, one of which is rare, says little. */
export function AgreementCard({ view }: { readonly view: View }): JSX.Element | null {
  const lines = view.names.flatMap((_, system) =>
    (reportOf(view, system)?.agreement ?? []).map((found) => ({ system, found })),
  );
  if (lines.length === 0) return null;
  const isGraded = lines.some(({ found }) => found.quadraticKappa !== null);
  return (
    <div class="card">
      <h3>Agreement with people</h3>
      <DataTable
        name="Agreement of evaluators with labels that people gave"
        columns={[
          { title: 'model' },
          { title: 'evaluator' },
          { title: 'labels' },
          { title: 'n', isNumber: true },
          { title: 'agree', isNumber: true },
          { title: 'by chance', isNumber: true },
          { title: 'kappa', isNumber: true },
          { title: 'interval', isNumber: true },
          ...(isGraded ? [{ title: 'weighted kappa', isNumber: true }] : []),
        ]}
        rows={lines.map(({ system, found }) => [
          <SystemName key={system} view={view} system={system} />,
          <Name text={found.evaluator} />,
          <Name text={found.labels} />,
          formatCount(found.n),
          formatShareOf(found.observed),
          formatShareOf(found.expected),
          <strong>{formatKappa(found.kappa)}</strong>,
          formatInterval(found.interval, { scale: 'graded' }),
          ...(isGraded ? [formatKappa(found.quadraticKappa)] : []),
        ])}
      />
      <details>
        <summary>How often each says what</summary>
        <DataTable
          name="Base rates of evaluators and people"
          columns={[
            { title: 'model' },
            { title: 'evaluator' },
            { title: 'label', isNumber: true },
            { title: 'evaluator says so', isNumber: true },
            { title: 'people say so', isNumber: true },
          ]}
          rows={lines.flatMap(({ system, found }) =>
            found.baseRates.map(({ label, evaluator, people }) => [
              <SystemName key={system} view={view} system={system} />,
              <Name text={found.evaluator} />,
              String(Number(label.toPrecision(6))),
              formatShareOf(evaluator),
              formatShareOf(people),
            ]),
          )}
        />
        {lines.map(({ system, found }) => (
          <p key={`${system} ${found.evaluator}`} class="mono signature">
            <Name text={found.signature} />
          </p>
        ))}
      </details>
    </div>
  );
}

import { useState } from 'preact/hooks';
import type { JSX } from 'preact';

import { MAX_RECORDS, ROWS_SHOWN } from '../../limits.js';
import type { AuthorStore } from '../author-store.js';
import { Choice, NumberField } from '../fields.js';
import { Problem } from '../problem.js';
import { ResultRow } from './result-row.js';
import { isFailing, summarise } from './summarise.js';

const FILTERS = [
  ['failing', 'below 1, or failed'],
  ['errors', 'failed calls'],
  ['log', 'with log lines'],
  ['all', 'all'],
] as const;
type Filter = (typeof FILTERS)[number][0];

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Runs the plugin on the records, and shows the results. */
export function ResultsPanel({ store }: { readonly store: AuthorStore }): JSX.Element {
  const [filter, setFilter] = useState<Filter>('failing');
  const [shown, setShown] = useState(ROWS_SHOWN);
  const isRunning = store.isRunning.value;
  const outcome = store.outcome.value;
  const rows = store.rows.value.filter((row) => {
    if (filter === 'failing') return isFailing(row);
    if (filter === 'errors') return row.error !== undefined;
    return filter === 'all' || row.log.length > 0;
  });
  const records = store.taken.value;
  return (
    <section class="author-card" aria-label="Results">
      <h2>Run</h2>
      <div class="author-row">
        <NumberField
          label={`Records (of ${store.records.value.length})`}
          value={store.count.value}
          least={1}
          most={MAX_RECORDS}
          step={1}
          onInput={(count) => {
            store.count.value = Math.round(count);
          }}
        />
        <button
          type="button"
          class="author-primary"
          disabled={isRunning || records.length === 0}
          onClick={() => void store.run()}
        >
          Run
        </button>
        {isRunning && (
          <button type="button" onClick={() => store.workbench.stop()}>
            Stop
          </button>
        )}
      </div>
      <p class="author-status" role="status">
        {store.status.value}
      </p>
      {outcome?.kind === 'failed' && (
        <p class="author-problem" role="alert">
          {outcome.failed.message} <span class="author-code">({outcome.failed.code})</span>
        </p>
      )}
      {outcome?.kind === 'ended' && (
        <Problem
          text={`${outcome.message}. The worker was ended; the next run starts a fresh one.`}
        />
      )}
      <SummaryList store={store} />
      {store.rows.value.length > 0 && (
        <>
          <Choice label="Show records" value={filter} options={FILTERS} onChange={setFilter} />
          <div class="author-scroll" role="region" aria-label="Rows" tabIndex={0}>
            <table class="author-table">
              <caption>
                {rows.length} of {store.rows.value.length} records
              </caption>
              <thead>
                <tr>
                  <th scope="col">Record</th>
                  <th scope="col">Score</th>
                  <th scope="col">Explanation</th>
                  <th scope="col">Fuel</th>
                  <th scope="col">Memory</th>
                </tr>
              </thead>
              <tbody>
                {rows.slice(0, shown).map((row) => (
                  <ResultRow key={row.index} row={row} record={records[row.index]} />
                ))}
              </tbody>
            </table>
          </div>
          {rows.length > shown && (
            <button type="button" onClick={() => setShown(shown + ROWS_SHOWN)}>
              Show {ROWS_SHOWN} more
            </button>
          )}
        </>
      )}
    </section>
  );
}

function SummaryList({ store }: { readonly store: AuthorStore }): JSX.Element | null {
  const rows = store.rows.value;
  const compiled = store.compiled.value;
  if (compiled === undefined) return null;
  const summary = summarise(rows);
  const outcome = store.outcome.value;
  const facts: [string, string][] = [
    ['Right', `${summary.right} of ${summary.total}`],
    ['Mean score', summary.mean === undefined ? '–' : summary.mean.toFixed(4)],
    ['Failed calls', String(summary.failed)],
    ['Fuel a call', summary.fuel === undefined ? '–' : number.format(summary.fuel.mean)],
    ['Most fuel', summary.fuel === undefined ? '–' : number.format(summary.fuel.most)],
    ['Memory', `${number.format(summary.memoryBytes / 1024)} KiB`],
    ['Compiled in', `${number.format(compiled.compileMs)} ms`],
    ['Module', `${number.format(compiled.module.length)} bytes`],
  ];
  if (outcome?.kind === 'done') facts.push(['Ran in', `${number.format(outcome.runMs)} ms`]);
  return (
    <>
      <dl class="author-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {compiled.warnings.map(({ line, message }, index) => (
        <p key={index} class="author-warning">
          Line {line}: {message}
        </p>
      ))}
    </>
  );
}

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { formatItems } from '../../../text/format-numbers.js';
import { formatCost, formatMs, formatScore } from '../format.js';
import { scoreKind } from '../outcomes.js';
import { Name } from '../visible-text.js';
import { ROW_KINDS, SORT_ORDERS } from '../view-state.js';
import type { View } from '../view.js';
import { useNarrow } from '../use-narrow.js';
import { VirtualList } from '../virtual-list.js';
import { EvaluatorSelect, Select, SystemSelect } from './selects.js';

const ROW_HEIGHT = 46;
const NARROW_ROW_HEIGHT = 78;
const KIND_WORDS: Readonly<Record<(typeof ROW_KINDS)[number], string>> = {
  all: 'all answers',
  failed: 'failures',
  dropped: 'dropped',
  right: 'right',
  wrong: 'wrong',
};
const SORT_WORDS: Readonly<Record<(typeof SORT_ORDERS)[number], string>> = {
  'data set': 'data set',
  score: 'lowest score',
  latency: 'longest call',
  cost: 'dearest call',
};

/** Filters, search, and the list of records. */
export function RecordsSection({ view }: { readonly view: View }): JSX.Element {
  const { store, state, choose, selected } = view;
  const { system, group, show, sort, cell, q } = state.value;
  const records = selected.value;
  const isNarrow = useNarrow();
  return (
    <section aria-labelledby="records">
      <h2 id="records">Records</h2>
      <div class="controls" role="search">
        <div class="control wide">
          <label for="search">Search in all texts</label>
          <input
            id="search"
            type="search"
            value={q}
            placeholder="prompt, answer, explanation, error, id …"
            onInput={({ currentTarget }) => choose({ q: currentTarget.value })}
          />
        </div>
        <SystemSelect
          view={view}
          label="Model"
          value={system}
          all="all"
          choose={(value) => choose({ system: value })}
        />
        {store.index.groups.length > 0 && (
          <Select
            label="Group"
            value={group}
            options={[
              { value: -1, text: 'all' },
              ...store.index.groups.map((text, value) => ({ value, text })),
            ]}
            choose={(value) => choose({ group: value })}
          />
        )}
        <Select
          label="Show"
          value={show}
          options={ROW_KINDS.map((value) => ({ value, text: KIND_WORDS[value] }))}
          choose={(value) => choose({ show: value })}
        />
        <Select
          label="Order"
          value={sort}
          options={SORT_ORDERS.map((value) => ({ value, text: SORT_WORDS[value] }))}
          choose={(value) => choose({ sort: value })}
        />
        <EvaluatorSelect view={view} />
      </div>
      <p class="status" role="status">
        <SearchStatus view={view} /> {formatItems(records.length, 'record')}
        {records.length !== store.recordCount && ` of ${formatItems(store.recordCount, 'record')}`}
        {cell !== '' && (
          <>
            {' '}
            · {describeCell(cell)}{' '}
            <button type="button" class="link" onClick={() => choose({ cell: '' })}>
              show all cells
            </button>
          </>
        )}
      </p>
      {records.length === 0 ? (
        <p class="card">No record is like that.</p>
      ) : (
        <VirtualList
          count={records.length}
          rowHeight={isNarrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT}
          label="Records"
          open={(position) => choose({ record: records[position]! })}
        >
          {(position) => <RecordLine view={view} record={records[position]!} />}
        </VirtualList>
      )}
    </section>
  );
}

function describeCell(cell: string): string {
  const words: Readonly<Record<string, string>> = {
    right: 'right',
    wrong: 'wrong',
    none: 'without a score',
  };
  const [a = '', b = ''] = cell.split('-');
  return `A ${words[a]}, B ${words[b]}`;
}

function SearchStatus({ view }: { readonly view: View }): JSX.Element | null {
  const { q, share, ms, found } = view.search.value;
  if (q === '') return null;
  if (share < 1 || found === undefined) return <>Searching, {Math.floor(share * 100)} % …</>;
  return <span data-search-ms={Math.round(ms)}>Found in {formatMs(ms)}:</span>;
}

/** One record: its question, and all epochs of each system in a row. */
function RecordLine({
  view,
  record,
}: {
  readonly view: View;
  readonly record: number;
}): JSX.Element {
  const { store, names } = view;
  const { by } = view.state.value;
  const { records, groups } = store.index;
  const rows = store.rowsOfRecord[record]!.map((number) => store.row(number));
  const id = records.id[record] ?? String(records.index[record]!);
  const group = groups[records.group[record]!];
  const systems = [...new Set(rows.map(({ system }) => system))].sort((one, other) => one - other);
  return (
    <>
      <span class="record-id mono">
        <Name text={id} />
      </span>
      <span class="record-text">
        {group !== undefined && (
          <span class="tag">
            <Name text={group} />
          </span>
        )}
        <Snippet view={view} row={rows[0]!.number} />
      </span>
      <span class="record-scores">
        {systems.map((system) => (
          <span key={system} class="epochs">
            <span class="visually-hidden">{names[system]}: </span>
            {rows
              .filter((row) => row.system === system)
              .map((row) => {
                const score = store.score(by, row.number);
                const kind = row.isDropped ? 'dropped' : scoreKind(store, by, score);
                return (
                  <span
                    key={row.number}
                    class={`score ${kind}`}
                    title={`${names[system]}, epoch ${row.epoch}: ${kind}, ${formatMs(row.latencyMs)}, cost ${formatCost(row.cost)}`}
                  >
                    {kind === 'failed'
                      ? '×'
                      : kind === 'dropped'
                        ? '⌀'
                        : formatScore(score).slice(0, 5)}
                  </span>
                );
              })}
          </span>
        ))}
      </span>
    </>
  );
}

/** The beginning of the question, as soon as its block is read. */
function Snippet({ view, row }: { readonly view: View; readonly row: number }): JSX.Element {
  const [text, setText] = useState('');
  useEffect(() => {
    const gone = new AbortController();
    const show = async (): Promise<void> => {
      const { input, messages, failure } = await view.store.texts(row);
      const content = messages?.at(-1)?.content ?? failure?.code ?? '';
      const whole = input ?? (typeof content === 'string' ? content : JSON.stringify(content));
      if (!gone.signal.aborted) setText(whole.slice(0, 1000).replaceAll(/\s+/g, ' ').slice(0, 200));
    };
    void show();
    return () => gone.abort();
  }, [view, row]);
  return <Name text={text} />;
}

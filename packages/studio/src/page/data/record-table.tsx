import { DataTable, formatCount, LongText, Name } from '@testbench/report/components';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import type { RecordPage } from '../../data/read-records.js';
import { pathOf } from '../api.js';
import { SearchField } from '../parts/search-field.js';
import { Loading } from '../parts/states.js';
import { useLoaded } from '../parts/use-loaded.js';

const PAGE_ROWS = 50;
/** Maximum characters of a value in the table; the record itself shows all of it. */
const CELL_CHARACTERS = 160;
const SHOWN_COLUMNS = 8;
/** From this length, a column gets a width suitable for reading text. */
const WIDE_CHARACTERS = 40;

/** The records of a data set, a page at a time. */
export function RecordTable({ path }: { readonly path: string }): JSX.Element {
  const [typed, setTyped] = useState('');
  const [words, setWords] = useState('');
  /** Starts of this page and the pages before it. */
  const [starts, setStarts] = useState<readonly number[]>([0]);
  const [open, setOpen] = useState(-1);
  const from = starts.at(-1)!;
  const loaded = useLoaded<RecordPage>(
    pathOf('/api/dataset', { path, from, count: PAGE_ROWS, q: words }),
  );
  const { value } = loaded;
  const turn = (next: readonly number[]): void => {
    setStarts(next);
    setOpen(-1);
  };
  return (
    <>
      <nav class="crumbs" aria-label="Data set">
        <a href="/data">Data</a>
      </nav>
      <h1>
        <Name text={path} />
      </h1>
      <form
        class="controls"
        onSubmit={(event) => {
          event.preventDefault();
          setWords(typed);
          turn([0]);
        }}
      >
        <SearchField
          id="record-words"
          label="Find records that have all of these words"
          words={typed}
          setWords={setTyped}
        />
        <button type="submit">Find</button>
      </form>
      <Loading loaded={loaded} what="records" />
      {value !== undefined && (
        <>
          <div class="controls pager">
            <p class="status" role="status">
              {formatCount(value.total)} records, {value.format}
              {describeShown(value, words)}
            </p>
            <span class="buttons">
              <button
                type="button"
                disabled={starts.length < 2}
                onClick={() => turn(starts.slice(0, -1))}
              >
                Previous
              </button>
              <button
                type="button"
                disabled={value.next === undefined}
                onClick={() => turn([...starts, value.next!])}
              >
                Next
              </button>
            </span>
          </div>
          {value.rows.length > 0 && <Table page={value} open={open} setOpen={setOpen} />}
        </>
      )}
    </>
  );
}

function describeShown({ rows }: RecordPage, words: string): string {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return words === '' ? '' : ': none has the words';
  return `: ${formatCount(first.index + 1)} to ${formatCount(last.index + 1)}`;
}

function Table({
  page,
  open,
  setOpen,
}: {
  readonly page: RecordPage;
  readonly open: number;
  readonly setOpen: (index: number) => void;
}): JSX.Element {
  const columns = page.columns.slice(0, SHOWN_COLUMNS);
  const record = page.rows.find(({ index }) => index === open);
  return (
    <>
      {record !== undefined && (
        <section class="card" aria-labelledby="open-record">
          <h2 id="open-record" class="in-card">
            Record {formatCount(record.index + 1)}
          </h2>
          {Object.entries(record.values).map(([name, text]) => (
            <div key={name}>
              <p class="eyebrow">
                <Name text={name} />
              </p>
              <LongText text={text} label={name} />
            </div>
          ))}
          <button type="button" onClick={() => setOpen(-1)}>
            Close
          </button>
        </section>
      )}
      <div class="card">
        <DataTable
          name="Records"
          columns={[{ title: 'record' }, ...columns.map((title) => ({ title }))]}
          rows={page.rows.map(({ index, values }) => [
            <button key="open" type="button" class="link" onClick={() => setOpen(index)}>
              {formatCount(index + 1)}
            </button>,
            ...columns.map((name) => {
              const text = Object.hasOwn(values, name) ? values[name]! : '';
              const isLong = text.length > CELL_CHARACTERS;
              return (
                <span
                  key={name}
                  class={text.length > WIDE_CHARACTERS ? 'cell-text long' : 'cell-text'}
                >
                  <Name text={isLong ? `${text.slice(0, CELL_CHARACTERS)}…` : text} />
                </span>
              );
            }),
          ])}
        />
        {(page.hasMoreColumns || page.columns.length > SHOWN_COLUMNS) && (
          <p class="muted">Records have more fields: open one to see all of them.</p>
        )}
      </div>
    </>
  );
}

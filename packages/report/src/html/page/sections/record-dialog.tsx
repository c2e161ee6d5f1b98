import { useComputed } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

import type { BlockRow } from '../../encode-block.js';
import { expectedText, type FullRow } from '../full-row.js';
import { LongText, Name } from '../visible-text.js';
import type { View } from '../view.js';
import { AnswerCard } from './answer-card.js';
import { Attachments } from './attachments.js';
import { EpochTable } from './epoch-table.js';

/** One record with everything known about it. */
export function RecordDialog({ view }: { readonly view: View }): JSX.Element {
  const { state, selected, choose } = view;
  const record = useComputed(() => state.value.record).value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    if (record !== -1 && !element.open) element.showModal();
    if (record === -1 && element.open) element.close();
    element.scrollTop = 0;
  }, [record]);
  const position = selected.value.indexOf(record);
  const step = (by: number): void => {
    const next = selected.value[position + by];
    if (next !== undefined) choose({ record: next });
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby="record-title"
      onClose={() => {
        if (state.peek().record !== -1) choose({ record: -1 });
      }}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
      onKeyDown={(event) => {
        const isText = (event.target as Element).closest('input, textarea, select, pre') !== null;
        if (isText || event.altKey || event.ctrlKey || event.metaKey) return;
        if (event.key === 'ArrowRight') step(1);
        if (event.key === 'ArrowLeft') step(-1);
      }}
    >
      {record !== -1 && (
        <div class="sheet">
          <header>
            <h2 id="record-title">
              Record{' '}
              <Name
                text={
                  view.store.index.records.id[record] ??
                  String(view.store.index.records.index[record]!)
                }
              />
            </h2>
            <div class="buttons">
              <button
                type="button"
                onClick={() => step(-1)}
                disabled={position <= 0}
                aria-label="Previous record"
              >
                ←
              </button>
              <button
                type="button"
                onClick={() => step(1)}
                disabled={position === -1 || position === selected.value.length - 1}
                aria-label="Next record"
              >
                →
              </button>
              <button type="button" onClick={() => dialog.current?.close()}>
                Close
              </button>
            </div>
          </header>
          <RecordContent key={record} view={view} record={record} />
        </div>
      )}
    </dialog>
  );
}

function RecordContent({
  view,
  record,
}: {
  readonly view: View;
  readonly record: number;
}): JSX.Element {
  const { store } = view;
  const [rows, setRows] = useState<readonly FullRow[]>([]);
  useEffect(() => {
    const gone = new AbortController();
    const show = async (): Promise<void> => {
      const found = await Promise.all(
        store.rowsOfRecord[record]!.map(async (number) => ({
          row: store.row(number),
          texts: await store.texts(number),
        })),
      );
      if (!gone.signal.aborted) setRows(found);
    };
    void show();
    return () => gone.abort();
  }, [store, record]);
  if (rows.length === 0) return <p>Reading …</p>;
  const { records, groups } = store.index;
  const group = groups[records.group[record]!];
  const first = rows.find(
    ({ texts }) => texts.input !== undefined || texts.messages !== undefined,
  )?.texts;
  const files = rows.find(({ texts }) => texts.attachments !== undefined)?.texts.attachments;
  return (
    <>
      <p class="facts">
        <span>position {records.index[record]!}</span>
        {rows[0]!.texts.line !== undefined && <span>line {rows[0]!.texts.line}</span>}
        {group !== undefined && (
          <span>
            group <Name text={group} />
          </span>
        )}
      </p>
      <Columns columns={rows[0]!.texts.columns} />
      <EpochTable view={view} rows={rows} />
      {first !== undefined && isShared(rows) && <Question texts={first} />}
      {files !== undefined && <Attachments files={files} imageOf={store.imageOf} />}
      {first !== undefined && <Expected texts={first} />}
      {rows.map((full) => (
        <AnswerCard
          key={full.row.number}
          view={view}
          full={full}
          question={isShared(rows) ? undefined : <Question texts={full.texts} />}
        />
      ))}
    </>
  );
}

/** True if all rows asked the same question: with several prompts, each answer shows its own question. */
function isShared(rows: readonly FullRow[]): boolean {
  const asked = rows
    .filter(({ texts }) => texts.input !== undefined || texts.messages !== undefined)
    .map(({ texts }) => JSON.stringify([texts.input, texts.messages]));
  return new Set(asked).size <= 1;
}

function Question({ texts }: { readonly texts: BlockRow }): JSX.Element | null {
  const { input, messages } = texts;
  if (input === undefined && messages === undefined) return null;
  return (
    <section>
      <h3>{messages === undefined ? 'Prompt' : 'Messages'}</h3>
      {input !== undefined && <LongText text={input} label="prompt" />}
      {messages?.map(({ role, content }, index) => (
        <div key={index} class="message">
          <p class="role">
            <Name text={role} />
          </p>
          <LongText
            text={typeof content === 'string' ? content : JSON.stringify(content, undefined, 2)}
            label={`message ${index + 1}`}
          />
        </div>
      ))}
    </section>
  );
}

function Expected({ texts }: { readonly texts: BlockRow }): JSX.Element | null {
  const text = expectedText(texts);
  if (text === undefined) return null;
  return (
    <section>
      <h3>Expected</h3>
      <LongText text={text} label="expected" />
    </section>
  );
}

function Columns({ columns }: { readonly columns: BlockRow['columns'] }): JSX.Element | null {
  const entries = Object.entries(columns ?? {});
  if (entries.length === 0) return null;
  return (
    <dl class="pairs">
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>
            <Name text={name} />
          </dt>
          <dd>
            <Name text={typeof value === 'string' ? value : JSON.stringify(value)} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

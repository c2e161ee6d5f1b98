import { useState } from 'preact/hooks';
import type { JSX } from 'preact';

import type { DataRecord } from '../../data/records.js';
import type { RunRow } from '../../worker/messages.js';
import { scoreOf } from './summarise.js';

/** Maximum characters shown of a record: some records are whole books. */
const MAX_CHARACTERS = 10_000;

/** One call, and on demand its record, its log and its full result. Texts of models and plugins are rendered as text, never as HTML. */
export function ResultRow({
  row,
  record,
}: {
  readonly row: RunRow;
  readonly record: DataRecord | undefined;
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const { explanation } = (row.result ?? {}) as { readonly explanation?: unknown };
  const said = row.error?.message ?? (typeof explanation === 'string' ? explanation : '');
  const score = scoreOf(row);
  return (
    <>
      <tr class={row.error === undefined ? undefined : 'author-failed'}>
        <th scope="row">
          <button
            type="button"
            class="author-link"
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {row.index + 1}
          </button>
        </th>
        <td>{row.error?.code ?? (score === undefined ? '–' : String(score))}</td>
        <td class="author-said">{said}</td>
        <td>{row.fuel ?? '–'}</td>
        <td>{row.memoryBytes === undefined ? '–' : `${row.memoryBytes / 1024} KiB`}</td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={5}>
            {row.log.map(({ level, message }, index) => (
              <p key={index} class="author-log">
                <strong>{level}</strong> {message}
              </p>
            ))}
            <Value name="Result" value={row.result ?? row.error} />
            <Value name="Record" value={record} />
          </td>
        </tr>
      )}
    </>
  );
}

function Value({ name, value }: { readonly name: string; readonly value: unknown }): JSX.Element {
  const text = JSON.stringify(value, undefined, 2) ?? 'nothing';
  return (
    <pre class="author-preview" role="region" aria-label={name} tabIndex={0}>
      {text.slice(0, MAX_CHARACTERS)}
    </pre>
  );
}

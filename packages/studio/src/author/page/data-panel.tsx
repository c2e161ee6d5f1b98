import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';

import { type DataRecord, type Mapping, parseRecords } from '../data/records.js';
import { MAX_RECORD_BYTES, MAX_RECORDS } from '../limits.js';
import type { AuthorStore } from './author-store.js';
import { Choice } from './fields.js';
import { Problem } from './problem.js';

const ROLES = [
  ['output', 'The answer is'],
  ['expected', 'The expected answer is'],
  ['input', 'The question is'],
] as const satisfies readonly (readonly [keyof Mapping, string])[];

/** Selects the records, and the roles of their fields. */
export function DataPanel({ store }: { readonly store: AuthorStore }): JSX.Element {
  const [problem, setProblem] = useState('');
  const [datasets, setDatasets] = useState<readonly string[]>([]);
  const { host } = store;
  useEffect(() => {
    host.listDatasets?.().then(setDatasets, (error: Error) => setProblem(error.message));
  }, [host]);
  const take = async (name: string, read: () => Promise<readonly DataRecord[]>): Promise<void> => {
    try {
      store.takeRecords(name, await read());
      setProblem('');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  const open = async (choice: string): Promise<void> => {
    const sample = host.samples.find(({ name }) => name === choice);
    await take(
      choice,
      async () => sample?.records ?? (await host.readRecords!(choice, MAX_RECORDS)),
    );
  };
  const fields = store.fields.value;
  const options: [string, string][] = [
    ['', 'nothing'],
    ...fields.map((field): [string, string] => [field, field]),
  ];
  const names = [...host.samples.map(({ name }) => name), ...datasets];
  return (
    <section class="author-card" aria-label="Data">
      <h2>Data</h2>
      <div class="author-row">
        <Choice
          label="Records of"
          value={names.includes(store.recordsName.value) ? store.recordsName.value : ''}
          options={[['', 'Choose…'], ...names.map((name): [string, string] => [name, name])]}
          onChange={(name) => void (name !== '' && open(name))}
        />
        <label class="author-field">
          <span>or a file (JSON lines, JSON)</span>
          <input
            type="file"
            accept=".jsonl,.ndjson,.json"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file === undefined) return;
              if (file.size > MAX_RECORD_BYTES) setProblem('Cannot read the file: more than 64 MB');
              else void take(file.name, async () => parseRecords(await file.text()));
            }}
          />
        </label>
      </div>
      <details>
        <summary>Paste records</summary>
        <label class="author-field">
          <span>One JSON object a line</span>
          <textarea
            rows={4}
            spellcheck={false}
            onChange={(event) => {
              const text = event.currentTarget.value;
              void take('pasted records', async () => parseRecords(text));
            }}
          />
        </label>
      </details>
      <Problem text={problem} />
      {fields.length > 0 && (
        <div class="author-row">
          {ROLES.map(([role, label]) => (
            <Choice
              key={role}
              label={label}
              value={store.mapping.value[role]}
              options={options}
              onChange={(path) => {
                store.mapping.value = { ...store.mapping.value, [role]: path };
              }}
            />
          ))}
        </div>
      )}
    </section>
  );
}

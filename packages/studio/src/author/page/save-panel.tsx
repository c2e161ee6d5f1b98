import { useState } from 'preact/hooks';
import type { JSX } from 'preact';

import { dataFor } from '../data/records.js';
import { isPluginName } from '../recipe/project-files.js';
import type { SavedProject } from '../save/save-project.js';
import type { AuthorStore } from './author-store.js';
import { TextField } from './fields.js';
import { Problem } from './problem.js';

/** Saves the metric: as a project in the studio, or as a file from the playground. */
export function SavePanel({ store }: { readonly store: AuthorStore }): JSX.Element {
  return (
    <section class="author-card" aria-label="Keep">
      <h2>Keep it</h2>
      {store.host.save && <SaveProject store={store} />}
      <Downloads store={store} />
    </section>
  );
}

function SaveProject({ store }: { readonly store: AuthorStore }): JSX.Element {
  const [reply, setReply] = useState<SavedProject | undefined>(undefined);
  const [problem, setProblem] = useState('');
  const [isTaken, setTaken] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const recipe = store.recipe.value;
  const save = async (overwrite: boolean): Promise<void> => {
    setSaving(true);
    setReply(undefined);
    try {
      const { name, description } = recipe;
      const found = store.rows.value.find(({ error, result }) => !error && result !== undefined);
      const record = found && store.taken.value[found.index];
      const example = record && {
        data: exampleData(dataFor(record, store.mapping.value)),
        result: found.result,
      };
      const source = store.source.value;
      setReply(
        await store.host.save!({
          name,
          description,
          source,
          overwrite,
          ...(example && { example }),
        }),
      );
      setProblem('');
      setTaken(false);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setTaken((error as { code?: string }).code === 'STUDIO_EXISTS');
    } finally {
      setSaving(false);
    }
  };
  return (
    <div>
      <div class="author-row">
        <TextField
          label="Name of the project"
          value={recipe.name}
          maxLength={64}
          onInput={(name) => {
            store.recipe.value = { ...recipe, name };
          }}
        />
        <button
          type="button"
          disabled={isSaving || !isPluginName(recipe.name)}
          onClick={() => void save(false)}
        >
          Save and build
        </button>
        {isTaken && (
          <button type="button" disabled={isSaving} onClick={() => void save(true)}>
            Replace its source
          </button>
        )}
      </div>
      <Problem text={problem} />
      {reply && (
        <div role="status" class="author-saved">
          <p>
            Saved in <code>{reply.folder}</code>.
          </p>
          {reply.digest !== undefined && (
            <p>
              Built, {reply.bytes} bytes: <code>{reply.digest}</code>. <code>testbench build</code>{' '}
              in that folder gives the same.
            </p>
          )}
          {reply.note !== undefined && <p>{reply.note}</p>}
        </div>
      )}
    </div>
  );
}

/** Includes the record only if there is no other data: a test should be short. */
function exampleData(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { record, ...named } = data;
  return Object.keys(named).length === 0 ? { record } : named;
}

function Downloads({ store }: { readonly store: AuthorStore }): JSX.Element {
  const [problem, setProblem] = useState('');
  const [isBuilding, setBuilding] = useState(false);
  const { name } = store.recipe.value;
  const build = async (): Promise<void> => {
    setBuilding(true);
    const outcome = await store.workbench.run({
      files: store.files.value,
      data: [],
      isRelease: true,
    });
    setBuilding(false);
    if (outcome.kind === 'done') {
      setProblem('');
      download(`${name}.wasm`, outcome.compiled.module, 'application/wasm');
    } else setProblem(outcome.kind === 'failed' ? outcome.failed.message : outcome.message);
  };
  return (
    <div class="author-row">
      <button
        type="button"
        onClick={() => download('index.ts', store.source.value, 'text/plain;charset=utf-8')}
      >
        Download the source
      </button>
      <button type="button" disabled={isBuilding} onClick={() => void build()}>
        {isBuilding ? 'Building…' : 'Download the module'}
      </button>
      <Problem text={problem} />
    </div>
  );
}

function download(name: string, contents: string | Uint8Array<ArrayBuffer>, type: string): void {
  const url = URL.createObjectURL(new Blob([contents], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Only after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

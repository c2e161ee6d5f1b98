import { computed, effect, signal } from '@preact/signals';

import { dataFor, type DataRecord, fieldsOf, guessMapping, type Mapping } from '../data/records.js';
import { DEFAULT_RECORDS } from '../limits.js';
import { generateSource } from '../recipe/generate-source.js';
import { projectFiles } from '../recipe/project-files.js';
import { FRESH_RECIPE, type Recipe } from '../recipe/recipe.js';
import type { RunRow } from '../worker/messages.js';
import type { AuthorHost } from './author-host.js';
import { type Compiled, type Outcome, Workbench } from './workbench.js';

/** The state of the page, and its actions. */
export type AuthorStore = ReturnType<typeof createAuthorStore>;

/** Values of a record after each step, by `<check> <side> <step>`; step -1 is the input. */
export type Preview = ReadonlyMap<string, string>;

/** Delay until the user pauses typing. */
const PREVIEW_DELAY_MS = 300;

/** Makes the state of one page, and starts loading the compiler. */
export function createAuthorStore(host: AuthorHost) {
  const workbench = new Workbench(() => new Worker(host.workerUrl, { type: 'module' }));
  workbench.warmUp();
  const recipe = signal<Recipe>(FRESH_RECIPE);
  /** The source, once the user has edited it manually: the builder no longer changes it. */
  const written = signal<string | undefined>(undefined);
  const records = signal<readonly DataRecord[]>([]);
  const recordsName = signal('');
  const mapping = signal<Mapping>({ output: '', expected: '', input: '' });
  const count = signal(DEFAULT_RECORDS);
  const isRunning = signal(false);
  const rows = signal<readonly RunRow[]>([]);
  const compiled = signal<Compiled | undefined>(undefined);
  const outcome = signal<Outcome | undefined>(undefined);
  const place = signal(0);
  const preview = signal<Preview>(new Map());
  const previewProblem = signal('');
  const fields = computed(() => fieldsOf(records.value));
  const source = computed(() => written.value ?? generateSource(recipe.value));
  const taken = computed(() => records.value.slice(0, count.value));
  const files = computed(() => projectFiles(source.value, recipe.value));
  /** Status for screen readers. */
  const status = computed(() => {
    if (isRunning.value) return compiled.value === undefined ? 'Compiling' : 'Running';
    if (outcome.value === undefined) return '';
    return outcome.value.kind === 'done' ? `Ran ${rows.value.length} records` : 'Failed';
  });

  const run = async (): Promise<void> => {
    if (isRunning.value) return;
    isRunning.value = true;
    [rows.value, outcome.value, compiled.value] = [[], undefined, undefined];
    const data = taken.value.map((record) => dataFor(record, mapping.value));
    outcome.value = await workbench.run(
      { files: files.value, data },
      {
        onCompiled: (module) => {
          compiled.value = module;
        },
        onRows: (more) => {
          rows.value = [...rows.value, ...more];
        },
      },
    );
    isRunning.value = false;
  };

  let isPreviewing = false;
  let isStale = false;
  /** Runs the metric on one record, and keeps the result of each step. The last change wins. */
  const refreshPreview = async (): Promise<void> => {
    isStale = true;
    if (isPreviewing) return;
    isPreviewing = true;
    while (isStale) {
      isStale = false;
      const record = records.peek()[place.peek()];
      if (record === undefined || written.peek() !== undefined) continue;
      const code = generateSource(recipe.peek(), { isTraced: true });
      const values = new Map<string, string>();
      const done = await workbench.run(
        {
          files: projectFiles(code, recipe.peek()),
          data: [dataFor(record, mapping.peek())],
        },
        { onRows: (found) => found.forEach((row) => keepValues(row, values)) },
      );
      previewProblem.value = values.get('error') ?? problemOf(done);
      preview.value = values;
    }
    isPreviewing = false;
  };

  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    // Named so that the effect depends on them.
    void [recipe.value, records.value, mapping.value, place.value, written.value];
    clearTimeout(timer);
    timer = setTimeout(() => void refreshPreview(), PREVIEW_DELAY_MS);
  });

  return {
    host,
    workbench,
    recipe,
    written,
    source,
    files,
    records,
    recordsName,
    mapping,
    fields,
    count,
    taken,
    isRunning,
    rows,
    compiled,
    outcome,
    place,
    preview,
    previewProblem,
    status,
    run,
    takeRecords(name: string, given: readonly DataRecord[]): void {
      records.value = given;
      recordsName.value = name;
      mapping.value = guessMapping(fieldsOf(given));
      place.value = 0;
      [rows.value, outcome.value] = [[], undefined];
    },
  };
}

function keepValues(row: RunRow, values: Map<string, string>): void {
  for (const { message } of row.log) {
    const tab = message.indexOf('\t');
    const key = message.slice(0, tab);
    // If there are several right answers, the first is shown.
    if (!values.has(key)) values.set(key, String(JSON.parse(message.slice(tab + 1))));
  }
  if (row.error !== undefined) values.set('error', row.error.message);
  const { score } = (row.result ?? {}) as { readonly score?: number };
  if (score !== undefined) values.set('score', String(score));
}

function problemOf(outcome: Outcome): string {
  if (outcome.kind === 'failed') return outcome.failed.message;
  return outcome.kind === 'ended' ? outcome.message : '';
}

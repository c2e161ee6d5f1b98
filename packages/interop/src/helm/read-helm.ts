import type { ImportedCase } from '@testbench/bench/import';

import { CountedNotes } from '../counted-notes.js';
import type { JsonPlace } from '../json/json-place.js';
import { parseJson } from '../json/parse-json.js';
import { readBytes, readText } from '../json/read-file.js';
import { splitJson } from '../json/split-json.js';
import { scalarsOf, splitModel } from '../models.js';
import { noSamples } from '../no-samples.js';
import type { FoundRun, StatedMean } from '../read-run.js';
import { instanceKey } from './instance-key.js';
import { readInstanceStats, statedMeans, statsKey } from './instance-stats.js';
import { readState } from './read-state.js';

const STATES = 'request_states';

/** The files of a run; the last two may be missing. */
export interface HelmFiles {
  readonly state: string;
  readonly instanceStats: string;
  readonly spec?: string;
  readonly stats?: string;
}

/**
 * Reads a run of HELM.
 *
 * @param digest Of its files.
 * @throws {ImportError} `IMPORT_INVALID`; `cases()` also `IMPORT_NO_SAMPLES`, `IMPORT_TOO_LARGE`.
 */
export async function readHelm(files: HelmFiles, digest: string): Promise<FoundRun> {
  const spec =
    files.spec === undefined ? undefined : parseJson(await readText(files.spec), files.spec);
  const adapter = spec?.at('adapter_spec') ?? (await readAdapter(files.state));
  const stated =
    files.stats === undefined
      ? []
      : statedMeans(parseJson(await readText(files.stats), files.stats));
  const [provider, model] = splitModel(adapter.at('model').text() ?? '', 'helm');
  const notes = new CountedNotes();
  const name = spec?.at('name').text() ?? 'helm';
  return {
    format: 'helm',
    files: [files.state, files.instanceStats, files.spec, files.stats].filter(
      (file) => file !== undefined,
    ),
    // The model is a column, not a part of the task.
    name: name.replace(/(?:^|[,:])model=[^,]*/, '').replaceAll('=', '-') || 'helm',
    tool: { name: 'helm', version: 'unknown' },
    digest,
    provider,
    model,
    parameters: scalarsOf(adapter.at('model').isMissing ? adapter : settingsOf(adapter)),
    metrics: [],
    stated,
    get notes() {
      return notes.all;
    },
    cases: () => readCases(files, stated, notes),
  };
}

const SETTINGS = new Set([
  'method',
  'temperature',
  'max_tokens',
  'num_outputs',
  'max_train_instances',
]);

/** Only what the model was asked with: the rest are texts of prompts. */
function settingsOf(adapter: JsonPlace): JsonPlace {
  const kept = adapter.entries().filter(([name]) => SETTINGS.has(name));
  return parseJson(
    JSON.stringify(Object.fromEntries(kept.map(([name, { value }]) => [name, value]))),
    adapter.file,
    adapter.place,
  );
}

async function readAdapter(file: string): Promise<JsonPlace> {
  for await (const piece of splitJson(readBytes(file), STATES, file)) {
    if (piece.kind === 'rest') return parseJson(piece.text, file).at('adapter_spec');
  }
  return parseJson('', file);
}

async function* readCases(
  files: HelmFiles,
  stated: readonly StatedMean[],
  notes: CountedNotes,
): AsyncGenerator<ImportedCase> {
  const stats = await readInstanceStats(files.instanceStats);
  const names = new RecordNames();
  let isEmpty = true;
  for await (const states of instancesOf(files.state)) {
    isEmpty = false;
    const [first] = states as [JsonPlace];
    const instance = first.at('instance');
    const key = instanceKey(instance.at('id'), instance.at('perturbation'));
    const found = stats.get(statsKey(key, first.at('train_trial_index').number() ?? 0));
    if (found === undefined) notes.count('an instance has no stats');
    yield readState({ states, stats: found, id: names.of(key, instance) });
  }
  if (isEmpty) throw noSamples(files.state, undefined, stated, 'scenario_state.json');
}

/** The requests of a file, those about one instance in one trial together: they stand next to each other. */
async function* instancesOf(file: string): AsyncGenerator<readonly JsonPlace[]> {
  let states: JsonPlace[] = [];
  let last: string | undefined;
  for await (const piece of splitJson(readBytes(file), STATES, file)) {
    if (piece.kind === 'rest') {
      parseJson(piece.text, file);
      continue;
    }
    const state = parseJson(piece.text, file, `${STATES}[${piece.index}]`);
    const instance = state.at('instance');
    const key = statsKey(
      instanceKey(instance.at('id'), instance.at('perturbation')),
      state.at('train_trial_index').number() ?? 0,
    );
    const isOneOfMany = !state.at('reference_index').isMissing;
    if (states.length > 0 && (key !== last || !isOneOfMany)) {
      yield states;
      states = [];
    }
    states.push(state);
    last = key;
  }
  if (states.length > 0) yield states;
}

/** Names records: instances of one id differ by their perturbations, whose names may be the same. */
class RecordNames {
  readonly #names = new Map<string, string>();
  readonly #used = new Set<string>();

  of(key: string, instance: JsonPlace): string {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const id = instance.at('id').name();
    const perturbation = instance.at('perturbation').at('name').value;
    const base = typeof perturbation === 'string' ? `${id}/${perturbation}` : id;
    let name = base;
    for (let n = 2; this.#used.has(name); n += 1) name = `${base}/${n}`;
    this.#used.add(name);
    this.#names.set(key, name);
    return name;
  }
}

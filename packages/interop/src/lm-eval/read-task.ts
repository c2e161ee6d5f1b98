import type { ImportedCase } from '@testbench/bench/import';

import { CountedNotes } from '../counted-notes.js';
import { JsonPlace } from '../json/json-place.js';
import { parseJson } from '../json/parse-json.js';
import { firstCharacter, readBytes, readLines } from '../json/read-file.js';
import { splitJson } from '../json/split-json.js';
import { scalarsOf, splitModel } from '../models.js';
import { noSamples } from '../no-samples.js';
import type { FoundRun } from '../read-run.js';
import { chooseAnswer } from './choose-answer.js';
import { sampleValues, statedMeans } from './metric-values.js';
import { SampleFilters } from './sample-filters.js';
import { promptOf, readRequests } from './sample-lines.js';

const TOOL = 'lm-evaluation-harness';

/** The files of one task. */
export interface TaskFiles {
  readonly task: string;
  readonly samplesFile: string;
  /** The content of the results file; undefined if there is none. */
  readonly results?: JsonPlace;
  /** What a reader should know about them. */
  readonly notes?: readonly string[];
}

/**
 * Reads the samples of one task of lm-evaluation-harness.
 *
 * @param digest Of the file of its samples.
 * @throws {ImportError} `IMPORT_INVALID`; `cases()` also `IMPORT_NO_SAMPLES`, `IMPORT_TOO_LARGE`.
 */
export function readTask(
  { task, samplesFile, results: given, notes: told = [] }: TaskFiles,
  digest: string,
): FoundRun {
  const results = given ?? new JsonPlace({}, samplesFile, '');
  const config = results.at('config');
  const notes = new CountedNotes();
  for (const note of told) notes.add(note);
  const [provider, model] = modelOf(results);
  const stated = statedMeans(results, task);
  const statedCases = results.at('n-samples').at(task).at('effective').number();
  const version =
    results.at('lm_eval_version').text() ?? results.at('git_hash').text() ?? 'unknown';
  const taskConfig = results.at('configs').at(task);
  return {
    format: 'lm-eval',
    files: given === undefined ? [samplesFile] : [given.file, samplesFile],
    name: task,
    tool: { name: TOOL, version },
    digest,
    provider,
    model,
    parameters: {
      ...scalarsOf(taskConfig.at('generation_kwargs')),
      ...scalarsOf(config.at('gen_kwargs')),
      ...(results.at('n-shot').at(task).isMissing
        ? {}
        : { num_fewshot: results.at('n-shot').at(task).value }),
    },
    metrics: [],
    stated,
    ...(statedCases === undefined ? {} : { statedCases }),
    get notes() {
      return notes.all;
    },
    cases: () =>
      readCases(samplesFile, taskConfig, notes, () =>
        noSamples(samplesFile, statedCases, stated, '--log_samples'),
      ),
  };
}

/**
 * A file has all samples once for every filter. The first pass takes the scores of all filters, which are small; the second one the texts, with the
 * lines of the first filter.
 */
async function* readCases(
  file: string,
  taskConfig: JsonPlace,
  notes: CountedNotes,
  empty: () => Error,
): AsyncGenerator<ImportedCase> {
  const values = new Map<string, Record<string, number | null>>();
  const filters = new Set<string>();
  const firstPass = new SampleFilters(taskConfig);
  for await (const sample of readSamples(file)) {
    const filter = firstPass.next(sample);
    filters.add(filter);
    const id = idOf(sample);
    const found = sampleValues(sample, filter, (metric) => {
      notes.count(`a value of ${JSON.stringify(metric)} is no number`);
    });
    values.set(id, { ...values.get(id), ...found });
  }
  if (filters.size === 0) throw empty();
  const [first] = filters;
  const secondPass = new SampleFilters(taskConfig);
  for await (const sample of readSamples(file)) {
    if (secondPass.next(sample) !== first) continue;
    const id = idOf(sample);
    const requests = readRequests(sample);
    const { output, answer, expected, choices } = chooseAnswer(
      sample,
      requests,
      filters.size === 1,
    );
    const prompt = promptOf(requests[0]?.context);
    const isText = typeof prompt === 'string';
    yield {
      id,
      epoch: 1,
      record: {
        input: isText ? prompt : String(prompt.at(-1)!.content),
        ...(isText ? {} : { messages: prompt }),
        ...(expected === undefined ? {} : { expected }),
        fields: {
          ...(choices === undefined ? {} : { choices }),
          ...(sample.at('doc').isMissing ? {} : { doc: sample.at('doc').value }),
        },
      },
      output,
      ...(answer === undefined ? {} : { answer }),
      values: values.get(id)!,
    };
  }
}

/** The samples of a file: a JSON object per line; early versions wrote one list over many lines. */
async function* readSamples(file: string): AsyncGenerator<JsonPlace> {
  const isObject = (sample: JsonPlace): JsonPlace => {
    if (!sample.isObject) throw sample.wrong('an object');
    return sample;
  };
  if ((await firstCharacter(file)) === '[') {
    for await (const piece of splitJson(readBytes(file), undefined, file)) {
      if (piece.kind === 'rest') parseJson(piece.text, file);
      else yield isObject(parseJson(piece.text, file, `[${piece.index}]`));
    }
    return;
  }
  for await (const { line, text } of readLines(file)) {
    yield isObject(parseJson(text, file, `line ${line}`));
  }
}

function idOf(sample: JsonPlace): string {
  return sample.at('doc_id').name();
}

/** The model's name: of the results, or of the arguments that it was made with. */
function modelOf(results: JsonPlace): [provider: string, model: string] {
  const config = results.at('config');
  const kind = config.at('model').value;
  const args = config.at('model_args');
  const named = [
    results.at('model_name').value,
    args.at('pretrained').value,
    args.at('model').value,
    typeof args.value === 'string' ? argumentOf(args.value) : undefined,
  ].find((name): name is string => typeof name === 'string' && name !== '');
  const provider = typeof kind === 'string' && kind !== '' ? kind : TOOL;
  if (named === undefined) return splitModel('', provider);
  return [provider, named];
}

/** `pretrained=name,dtype=…`, or `model=name`. */
function argumentOf(text: string): string | undefined {
  return /(?:^|,)\s*(?:pretrained|model)=([^,]+)/.exec(text)?.[1]?.trim();
}

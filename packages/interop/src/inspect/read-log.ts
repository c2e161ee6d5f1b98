import type { Reducer } from '@testbench/bench';
import type { ImportedCase } from '@testbench/bench/import';

import { CountedNotes } from '../counted-notes.js';
import { ImportError } from '../errors.js';
import type { JsonPlace } from '../json/json-place.js';
import { scalarsOf, splitModel } from '../models.js';
import { noSamples } from '../no-samples.js';
import type { FoundRun, StatedMean } from '../read-run.js';
import type { LogSource } from './log-source.js';
import { readSample } from './read-sample.js';

/** The newest version of the format that is known. */
const LOG_VERSION = 2;
/** Totals of a scorer that are the mean of its values. */
const MEANS = new Set(['accuracy', 'mean']);

/**
 * Reads a log of inspect_ai.
 *
 * @param digest Of its file.
 * @throws {ImportError} `IMPORT_VERSION`, `IMPORT_INVALID`; `cases()` also `IMPORT_NO_SAMPLES`, `IMPORT_TOO_LARGE`.
 */
export async function readLog(source: LogSource, digest: string): Promise<FoundRun> {
  const header = await source.header();
  const version = header.at('version').number() ?? LOG_VERSION;
  if (version > LOG_VERSION) {
    const state = `it is a log of version ${version}, and this program reads versions up to ${LOG_VERSION}`;
    throw new ImportError('IMPORT_VERSION', state, { file: source.file, place: 'version' });
  }
  const spec = header.at('eval');
  const task = spec.at('task').text() ?? spec.reject('an "eval" with a task');
  const fullModel = spec.at('model').text() ?? spec.reject('an "eval" with a model');
  const scores = readStatedScores(header.at('results'));
  const [provider, model] = splitModel(fullModel, 'inspect_ai');
  const reducers = spec.at('config').at('epochs_reducer').list();
  const reducerName = reducers[0]?.text() ?? 'mean';
  const reducer = reducerOf(reducerName);
  const notes = new CountedNotes();
  const status = header.at('status').text();
  if (status !== 'success') {
    const state =
      status === undefined ? 'has no status' : `has the status ${JSON.stringify(status)}`;
    notes.add(`the log ${state}: samples may be missing`);
  }
  if (reducer === undefined) {
    notes.add(`epochs are reduced by the mean: ${JSON.stringify(reducerName)} is not known here`);
  }
  const [first] = scores;
  const context = { model: fullModel, firstScorer: first?.scorer ?? '', notes };
  const stated = scores.flatMap((score) => statedMeans(score, reducerName));
  const statedCases = header.at('results').at('completed_samples').number();
  return {
    format: 'inspect',
    files: [source.file],
    name: task,
    tool: {
      name: 'inspect_ai',
      version: spec.at('packages').at('inspect_ai').text() ?? 'unknown',
    },
    digest,
    provider,
    model,
    parameters: {
      ...scalarsOf(spec.at('model_generate_config')),
      ...scalarsOf(header.at('plan').at('config')),
    },
    // Of a scorer whose values are objects only the keys are metrics, which its samples have.
    metrics: scores.filter(({ name, scorer }) => name === scorer).map(({ name }) => name),
    ...(reducer === undefined ? {} : { reducer }),
    stated,
    ...(statedCases === undefined ? {} : { statedCases }),
    get notes() {
      return notes.all;
    },
    async *cases(): AsyncGenerator<ImportedCase> {
      let isEmpty = true;
      for await (const { sample, attachments } of source.samples()) {
        isEmpty = false;
        yield readSample(sample, context, attachments);
      }
      if (isEmpty) throw noSamples(source.file, statedCases, stated, 'log_samples');
    },
  };
}

/** The scorers with their totals, in the forms of all versions. */
interface StatedScore {
  readonly name: string;
  readonly scorer: string;
  readonly reducer: string | undefined;
  readonly metrics: JsonPlace;
}

function readStatedScores(results: JsonPlace): StatedScore[] {
  const old = results.at('scorer');
  if (!old.isMissing) {
    const name = old.isObject ? old.at('name').name() : old.name();
    return [{ name, scorer: name, reducer: undefined, metrics: results.at('metrics') }];
  }
  const list = results.at('scores').isMissing ? results.at('scorers') : results.at('scores');
  return list.list().map((score) => {
    const name = score.at('name').name();
    const reducer = score.at('reducer').text();
    return {
      name,
      scorer: score.at('scorer').text() ?? name,
      reducer,
      metrics: score.at('metrics'),
    };
  });
}

/** The means among the totals of a scorer. */
function statedMeans(
  { name, scorer, reducer, metrics }: StatedScore,
  chosen: string,
): StatedMean[] {
  // Totals of other reducers are about other numbers.
  if (reducer !== undefined && reducer !== chosen) return [];
  const metric = name === scorer ? scorer : `${scorer}/${name}`;
  const entries = metrics.isList
    ? metrics.list().map((each) => [each.at('name').text() ?? '', each] as const)
    : metrics.entries();
  return entries.flatMap(([total, place]) => {
    const { value } = place.isObject ? place.at('value') : place;
    const isMean = MEANS.has(total) && typeof value === 'number';
    return isMean ? [{ metric, name: total, value }] : [];
  });
}

/** The names of reducers here. */
function reducerOf(name: string): Reducer | undefined {
  if (['mean', 'median', 'mode', 'max'].includes(name)) return name as Reducer;
  const [, kind, k] = /^(at_least|pass_at|pass_k)_([1-9]\d{0,3})$/.exec(name) ?? [];
  if (kind === undefined) return undefined;
  const kinds = { at_least: 'at-least-', pass_at: 'pass@', pass_k: 'pass^' };
  return `${kinds[kind as keyof typeof kinds]}${k}` as Reducer;
}

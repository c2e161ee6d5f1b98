import type { ImportedCase } from '@testbench/bench/import';

import type { JsonPlace } from '../json/json-place.js';
import { groupOf } from './instance-key.js';
import type { InstanceStats } from './instance-stats.js';

/** The requests about one instance in one trial, and its stats. */
export interface InstanceRequests {
  /** At least one; several if every reference was asked about. */
  readonly states: readonly JsonPlace[];
  readonly stats: InstanceStats | undefined;
  /** Name of its record. */
  readonly id: string;
}

/** Reads what HELM asked about an instance, and what it got. @throws {ImportError} `IMPORT_INVALID`. */
export function readState({ states, stats, id }: InstanceRequests): ImportedCase {
  const [state] = states as [JsonPlace];
  const instance = state.at('instance');
  const references = instance.at('references').list();
  const texts = references.map((reference) => textOf(reference.at('output')));
  const correct = texts.filter((_, index) => isCorrect(references[index]!));
  const group = groupOf(instance);
  const prompt = promptOf(state.at('request'));
  const failure = states.map((each) => failureOf(each, stats)).find((each) => each !== undefined);
  const result = state.at('result');
  const chosen = states.length > 1 ? chooseReference(states, texts, stats) : readCompletion(state);
  const reason = result.at('completions').list()[0]?.at('finish_reason').at('reason').value;
  const usage = usageOf(stats);
  return {
    id,
    epoch: (state.at('train_trial_index').number() ?? 0) + 1,
    record: {
      input: inputOf(instance),
      ...(correct.length === 0 ? {} : { expected: correct.length === 1 ? correct[0] : correct }),
      ...(group === undefined ? {} : { group }),
      fields: {
        ...(texts.length < 2 ? {} : { choices: texts }),
        ...(instance.at('extra_data').isMissing
          ? {}
          : { metadata: instance.at('extra_data').value }),
      },
    },
    ...(prompt === undefined ? {} : { prompt }),
    ...chosen,
    ...(typeof reason === 'string' ? { finishReason: reason } : {}),
    ...(usage === undefined ? {} : { usage }),
    ...(failure === undefined ? {} : { failure }),
    measured: timesOf(result),
    values: stats?.values ?? {},
  };
}

/** A text in an object; early versions have the text itself. */
function textOf(place: JsonPlace): string {
  return typeof place.value === 'string' ? place.value : (place.at('text').text() ?? '');
}

function inputOf(instance: JsonPlace): string {
  const input = instance.at('input');
  if (typeof input.value === 'string') return input.value;
  const text = input.at('text').text();
  if (text !== undefined && text !== '') return text;
  const last = input.at('messages').list().at(-1)?.at('content').value;
  return typeof last === 'string' ? last : '';
}

function isCorrect(reference: JsonPlace): boolean {
  return reference
    .at('tags')
    .list()
    .some(({ value }) => value === 'correct');
}

function promptOf(request: JsonPlace): ImportedCase['prompt'] {
  const messages = request.at('messages').list();
  if (messages.length === 0) return request.at('prompt').text();
  return messages.map((message) => ({
    role: message.at('role').text() ?? message.reject('a message with a role'),
    content: message.at('content').value ?? '',
  }));
}

/** What the model wrote; of a letter of a choice the text that it stands for. */
function readCompletion(state: JsonPlace): Pick<ImportedCase, 'output' | 'answer'> {
  const text = state.at('result').at('completions').list()[0]?.at('text').text();
  if (text === undefined) return {};
  const mapping = state.at('output_mapping');
  const mapped = mapping.isObject ? mapping.at(text.trim()).value : undefined;
  return typeof mapped === 'string' ? { output: mapped, answer: text } : { output: text };
}

/** The reference that the model finds most likely: as HELM says, or by the likelihoods of its texts. */
function chooseReference(
  states: readonly JsonPlace[],
  texts: readonly string[],
  stats: InstanceStats | undefined,
): Pick<ImportedCase, 'output'> {
  const told = stats?.all.get('predicted_index');
  const likelihoods = new Map<number, number>();
  for (const state of states) {
    const reference = state.at('reference_index').number();
    const found = state.at('result').at('completions').list()[0]?.at('logprob').number();
    if (reference === undefined || found === undefined) continue;
    // What a text is worth without its question is taken off.
    const sign = state.at('request_mode').value === 'calibration' ? -1 : 1;
    likelihoods.set(reference, (likelihoods.get(reference) ?? 0) + sign * found);
  }
  const best = [...likelihoods].toSorted(([, one], [, other]) => other - one)[0]?.[0];
  const output = texts[told ?? best ?? -1];
  return output === undefined ? {} : { output };
}

function failureOf(state: JsonPlace, stats: InstanceStats | undefined): string | undefined {
  const result = state.at('result');
  // Some keep the scores, and leave out what the model said.
  const isScored = Object.values(stats?.values ?? {}).some((value) => value !== null);
  if (result.isMissing) return isScored ? undefined : 'the request was not made';
  if (result.at('success').value !== false) return undefined;
  const error = result.at('error').value;
  return typeof error === 'string' && error !== '' ? error : 'the request failed';
}

function usageOf(stats: InstanceStats | undefined): ImportedCase['usage'] {
  const count = (...names: readonly string[]): number | undefined =>
    names.map((name) => stats?.all.get(name)).find((value) => Number.isSafeInteger(value));
  const promptTokens = count('num_prompt_tokens');
  const completionTokens = count('num_completion_tokens', 'num_output_tokens');
  if (promptTokens === undefined || completionTokens === undefined) return undefined;
  if (promptTokens < 0 || completionTokens < 0) return undefined;
  return { promptTokens, completionTokens, cachedTokens: 0 };
}

function timesOf(result: JsonPlace): NonNullable<ImportedCase['measured']> {
  const { value: seconds } = result.at('request_time');
  const { value: at } = result.at('request_datetime');
  const isTime = typeof at === 'number' && at > 0 && at < 1e11;
  return {
    ...(isTime ? { startedAt: new Date(at * 1000).toISOString() } : {}),
    ...(typeof seconds === 'number' && seconds >= 0 ? { totalMs: Math.round(seconds * 1000) } : {}),
    ...(result.at('cached').value === true ? { cached: true } : {}),
  };
}

import type { JsonPlace } from '../json/json-place.js';
import { firstText, readLikelihood, type SampleRequest } from './sample-lines.js';

/** What a sample's model answered, and what would have been right. */
export interface ChosenAnswer {
  readonly output: string;
  readonly answer?: string;
  readonly expected?: unknown;
  readonly choices?: readonly string[];
}

/**
 * The answer of a sample: its text, or the choice that the model finds most likely.
 *
 * @param isOnlyFilter False if other filters made other outputs of the same text: then the text counts.
 */
export function chooseAnswer(
  sample: JsonPlace,
  requests: readonly SampleRequest[],
  isOnlyFilter: boolean,
): ChosenAnswer {
  const target = sample.at('target').value;
  const expected = target === undefined || target === null ? {} : { expected: target };
  const filtered = sample.at('filtered_resps');
  const results = filtered.isList ? filtered.list().map(({ value }) => value) : [filtered.value];
  const likelihoods = results.map(readLikelihood);
  if (results.length > 0 && likelihoods.every((each) => each !== undefined)) {
    const found = likelihoods as readonly NonNullable<(typeof likelihoods)[number]>[];
    if (found.length > 1) return chooseLikely(sample, requests, found, target);
    const text = typeof requests[0]?.argument === 'string' ? requests[0].argument : '';
    return { output: found[0]!.isGreedy ? text : '', ...expected };
  }
  const output = firstText(results) ?? '';
  const answer = firstText(sample.at('resps').value) ?? output;
  if (!isOnlyFilter) return { output: answer, ...expected };
  return { output, ...(answer === output ? {} : { answer }), ...expected };
}

function chooseLikely(
  sample: JsonPlace,
  requests: readonly SampleRequest[],
  likelihoods: readonly { readonly likelihood: number }[],
  target: unknown,
): ChosenAnswer {
  // Mutual information asks for every choice a second time, without the question.
  const half = requests.length / 2;
  const isDoubled =
    requests.length > 2 &&
    requests.slice(half).every(({ context }) => context === '') &&
    requests[0]?.context !== '';
  const count = isDoubled ? half : likelihoods.length;
  const texts = requests.slice(0, count).map(({ argument }) => textOf(argument).trim());
  // Some tasks put the choice into the question, and ask for the same text each time.
  const isNamed = texts.length === count && new Set(texts).size === texts.length;
  const choices = isNamed ? texts : Array.from({ length: count }, (_, index) => String(index));
  let best = 0;
  for (let index = 1; index < count; index += 1) {
    if (likelihoods[index]!.likelihood > likelihoods[best]!.likelihood) best = index;
  }
  const output = choices[best]!;
  const expected = rightChoice(target, choices, output, sample.at('acc').value === 1);
  return { output, choices, ...(expected === undefined ? {} : { expected }) };
}

/** The right choice: files name it by its number or by its text, and do not say which. */
function rightChoice(
  target: unknown,
  choices: readonly string[],
  output: string,
  isRight: boolean,
): unknown {
  if (target === undefined || target === null) return undefined;
  if (Array.isArray(target)) {
    return target.map((each) => rightChoice(each, choices, output, false));
  }
  const text = textOf(target).trim();
  const byNumber = /^\d+$/.test(text) ? choices[Number(text)] : undefined;
  const byText = choices.includes(text) ? text : undefined;
  const named = typeof target === 'number' ? [byNumber] : [byNumber, byText];
  const found = named.filter((each) => each !== undefined);
  // Where both are possible, the score says which it was.
  return found.find((each) => (each === output) === isRight) ?? found[0] ?? text;
}

/** Texts as they are; anything else as JSON. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

import type { JsonPlace } from '../json/json-place.js';

/** One request of a sample: its arguments, and what came back. */
export interface SampleRequest {
  readonly context: unknown;
  /** The text whose likelihood was asked for, or the settings of a generation. */
  readonly argument: unknown;
}

/** The requests of a sample: lists in early versions, objects with `gen_args_0` and `arg_0` in later ones. */
export function readRequests(sample: JsonPlace): SampleRequest[] {
  const given = sample.at('arguments');
  const requests = given.isObject ? given.entries().map(([, request]) => request) : given.list();
  return requests.map((request) => {
    const [context, argument] = request.isObject
      ? [request.at('arg_0'), request.at('arg_1')]
      : request.isList
        ? request.list()
        : [request];
    return { context: context?.value, argument: argument?.value };
  });
}

/** The prompt of a request: a text, or a conversation that was written as JSON. */
export function promptOf(context: unknown): string | { role: string; content: unknown }[] {
  // The chat template of an API keeps its JSON in a list of one.
  const text = Array.isArray(context) && context.length === 1 ? (context as unknown[])[0] : context;
  if (typeof text !== 'string') return text === undefined ? '' : JSON.stringify(text);
  if (!text.startsWith('[{')) return text;
  try {
    const messages: unknown = JSON.parse(text);
    const isMessage = (each: unknown): boolean =>
      typeof each === 'object' &&
      each !== null &&
      typeof (each as { role?: unknown }).role === 'string' &&
      typeof (each as { content?: unknown }).content === 'string';
    if (Array.isArray(messages) && messages.every(isMessage)) {
      return messages as { role: string; content: unknown }[];
    }
  } catch {
    // Text that begins like JSON.
  }
  return text;
}

/** A likelihood, and whether the text was the model's own choice; undefined for anything else. */
export function readLikelihood(
  value: unknown,
): { readonly likelihood: number; readonly isGreedy: boolean } | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [given, greedy] = value as unknown[];
  const likelihood = typeof given === 'string' ? numberOf(given) : given;
  if (typeof likelihood !== 'number' || Number.isNaN(likelihood)) return undefined;
  if (typeof greedy === 'boolean') return { likelihood, isGreedy: greedy };
  if (greedy === 'True' || greedy === 'False') return { likelihood, isGreedy: greedy === 'True' };
  return undefined;
}

function numberOf(text: string): number | undefined {
  if (text === '-inf') return -Infinity;
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** The first text in nested lists, such as those of repeats. */
export function firstText(value: unknown): string | undefined {
  let found = value;
  while (Array.isArray(found)) found = (found as unknown[])[0];
  if (typeof found === 'string') return found;
  return typeof found === 'number' || typeof found === 'boolean' ? String(found) : undefined;
}

import { isObject } from '../is-object.js';
import { ownValue } from '../own-value.js';
import { MAX_TOOL_CALLS } from './limits.js';

/** A tool that a model wants to be called, as its provider gave it. */
export interface ModelToolCall {
  readonly id?: string;
  readonly name: string;
  /** JSON as the model wrote it: it may be wrong. */
  readonly arguments: string;
}

/**
 * Reads `tool_calls` of a provider's answer.
 *
 * @param fail Makes the error of what is wrong.
 * @returns Undefined if there are none.
 * @throws What `fail` makes: it is no list, too long, or a call has no name or arguments that are no text.
 */
export function readToolCalls(
  value: unknown,
  fail: (problem: string) => Error,
): readonly ModelToolCall[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw fail('"data.tool_calls" is no list');
  if (value.length === 0) return undefined;
  if (value.length > MAX_TOOL_CALLS) {
    throw fail(`"data.tool_calls" has ${value.length} entries, limit is ${MAX_TOOL_CALLS}`);
  }
  return value.map((entry: unknown, index) => {
    const given = isObject(entry) ? entry : {};
    const name = ownValue(given, 'name');
    const input = ownValue(given, 'arguments') ?? '';
    const id = ownValue(given, 'id');
    if (typeof name !== 'string' || typeof input !== 'string') {
      throw fail(`"data.tool_calls[${index}]" has no texts "name" and "arguments"`);
    }
    return { ...(typeof id === 'string' && id !== '' ? { id } : {}), name, arguments: input };
  });
}

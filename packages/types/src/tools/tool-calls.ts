import { MAX_TOOL_CALLS } from '../limits.js';
import { isJsonObject } from '../data/is-json-object.js';
import { WireError } from '../data/wire-error.js';

/** A tool that a model wants to call, as its provider reported it. */
export interface ToolCall {
  readonly id?: string;
  readonly name: string;
  /** JSON as the model wrote it: it may be wrong. */
  readonly arguments: string;
}

/**
 * Reads the tools that a model wants to call from the `data` of its provider.
 *
 * @param data A parsed JSON value; not changed.
 * @returns Undefined if there are none.
 * @throws {WireError} `WIRE_BAD_SHAPE`: `tool_calls` is not a list or is longer than 256, or a call has no name or has arguments that are not a text.
 *
 * @example
 * ```ts
 * import { readToolCalls } from '@testbench/types/tools';
 *
 * readToolCalls({ text: '', tool_calls: [{ name: 'f' }] }); // => [{ name: 'f', arguments: '' }]
 * readToolCalls({ text: 'none' }); // => undefined
 * ```
 */
export function readToolCalls(data: unknown): readonly ToolCall[] | undefined {
  const calls = isJsonObject(data) ? own(data, 'tool_calls') : undefined;
  if (calls === undefined || calls === null) return undefined;
  if (!Array.isArray(calls)) throw wrong('"data.tool_calls" is no list');
  if (calls.length === 0) return undefined;
  if (calls.length > MAX_TOOL_CALLS) {
    throw wrong(`"data.tool_calls" has ${calls.length} entries, limit is ${MAX_TOOL_CALLS}`);
  }
  return calls.map((entry: unknown, index): ToolCall => {
    const given = isJsonObject(entry) ? entry : {};
    const id = own(given, 'id');
    const name = own(given, 'name');
    const input = own(given, 'arguments') ?? '';
    if (typeof name !== 'string' || typeof input !== 'string') {
      throw wrong(`"data.tool_calls[${index}]" has no texts "name" and "arguments"`);
    }
    return typeof id === 'string' && id !== ''
      ? { id, name, arguments: input }
      : { name, arguments: input };
  });
}

function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function wrong(state: string): WireError {
  return new WireError('WIRE_BAD_SHAPE', state);
}

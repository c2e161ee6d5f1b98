import { isJsonObject } from '../data/is-json-object.js';
import { WireError } from '../data/wire-error.js';
import type { Ask, AskRound } from './asking.js';
import { MAX_ASKS_PER_ROUND, MAX_CONTINUE_BYTES, MAX_PROVIDER_NAME_LENGTH } from './limits.js';

const FIELDS: ReadonlySet<string> = new Set(['ask', 'continue', 'metadata']);
const COMPLETION_FIELDS: ReadonlySet<string> = new Set(['provider', 'complete']);
const encoder = new TextEncoder();

/** True if a parsed output asks instead of giving a result. */
export function asksSomething(value: unknown): boolean {
  return isJsonObject(value) && Object.hasOwn(value, 'ask');
}

/**
 * Reads an output that asks: `{"ask": […], "continue": …}`.
 *
 * The content of a request is checked when it is made, as `host_http_open` checks it; a bad request fails on its own.
 *
 * @param value A parsed JSON value; not changed.
 * @throws {WireError} `WIRE_BAD_SHAPE`, naming the field.
 *
 * @example
 * ```ts
 * import { parseAskRound } from '@testbench/types/asking';
 *
 * const { asks } = parseAskRound({ ask: [{ url: 'https://api.example.com/' }], continue: 1 });
 * asks.length; // => 1
 * ```
 */
export function parseAskRound(value: unknown): AskRound {
  if (!isJsonObject(value)) fail('the output', 'expected an object');
  const unknown = Object.keys(value).find((key) => !FIELDS.has(key));
  if (unknown !== undefined) {
    fail(quoted(unknown), 'an output that asks has no such field');
  }
  const list = value['ask'];
  if (!Array.isArray(list)) fail('"ask"', 'expected a list');
  if (list.length === 0) fail('"ask"', 'it is empty');
  if (list.length > MAX_ASKS_PER_ROUND) {
    fail('"ask"', `${list.length} are asked, limit is ${MAX_ASKS_PER_ROUND}`);
  }
  const state = value['continue'] ?? null;
  checkContinue(state);
  return { asks: list.map(readAsk), continue: state };
}

function readAsk(value: unknown, index: number): Ask {
  const place = `"ask[${index}]"`;
  if (!isJsonObject(value)) fail(place, 'expected an object');
  if (!Object.hasOwn(value, 'complete')) {
    if (typeof value['url'] !== 'string') fail(place, 'expected a "url" or a "complete"');
    return value as unknown as Ask;
  }
  const unknown = Object.keys(value).find((key) => !COMPLETION_FIELDS.has(key));
  if (unknown !== undefined) fail(place, `unknown field ${quoted(unknown)}`);
  const { complete, provider } = value;
  if (!isJsonObject(complete)) fail(place, 'expected an object in "complete"');
  if (
    typeof provider !== 'string' ||
    provider === '' ||
    provider.length > MAX_PROVIDER_NAME_LENGTH
  ) {
    fail(place, 'expected the name of a provider in "provider"');
  }
  return value as unknown as Ask;
}

function checkContinue(state: unknown): void {
  const text = JSON.stringify(state);
  // A UTF-16 unit takes at most three bytes.
  if (text.length * 3 <= MAX_CONTINUE_BYTES) return;
  const { length } = encoder.encode(text);
  if (length <= MAX_CONTINUE_BYTES) return;
  fail('"continue"', `it is ${length} bytes, limit is ${MAX_CONTINUE_BYTES}`);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}

function fail(what: string, state: string): never {
  throw new WireError('WIRE_BAD_SHAPE', `${what}: ${state}`);
}

import { isJsonObject } from '../data/is-json-object.js';
import { WireError } from '../data/wire-error.js';
import type { Ask, AskRound } from './asking.js';
import { MAX_EMBEDDING_DIMENSIONS } from '../limits.js';
import {
  MAX_ASKS_PER_ROUND,
  MAX_CONTINUE_BYTES,
  MAX_PROVIDER_NAME_LENGTH,
  MAX_TEXTS_PER_EMBED,
} from './limits.js';

const FIELDS: ReadonlySet<string> = new Set(['ask', 'continue', 'metadata']);
const COMPLETION_FIELDS: ReadonlySet<string> = new Set(['provider', 'complete']);
const EMBEDDING_FIELDS: ReadonlySet<string> = new Set(['provider', 'embed']);
const EMBED_FIELDS: ReadonlySet<string> = new Set(['model', 'input', 'dimensions']);
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
  const kind = ['complete', 'embed'].find((name) => Object.hasOwn(value, name));
  if (kind === undefined) {
    if (typeof value['url'] !== 'string') {
      fail(place, 'expected a "url", a "complete" or an "embed"');
    }
    return value as unknown as Ask;
  }
  refuseUnknown(value, kind === 'embed' ? EMBEDDING_FIELDS : COMPLETION_FIELDS, place);
  const { provider } = value;
  const content = value[kind];
  if (!isJsonObject(content)) fail(place, `expected an object in "${kind}"`);
  if (
    typeof provider !== 'string' ||
    provider === '' ||
    provider.length > MAX_PROVIDER_NAME_LENGTH
  ) {
    fail(place, 'expected the name of a provider in "provider"');
  }
  if (kind === 'embed') checkEmbed(content, `"ask[${index}].embed"`);
  return value as unknown as Ask;
}

function checkEmbed(embed: Readonly<Record<string, unknown>>, place: string): void {
  refuseUnknown(embed, EMBED_FIELDS, place);
  const { model, input, dimensions } = embed;
  if (typeof model !== 'string' || model === '') fail(place, 'expected the name of a model');
  if (!Array.isArray(input) || input.length === 0 || input.length > MAX_TEXTS_PER_EMBED) {
    fail(place, `expected a list of 1 to ${MAX_TEXTS_PER_EMBED} texts in "input"`);
  }
  const wrong = input.findIndex((text) => typeof text !== 'string');
  if (wrong !== -1) fail(place, `"input[${wrong}]" is not a text`);
  if (dimensions === undefined) return;
  const isLength = Number.isSafeInteger(dimensions) && (dimensions as number) > 0;
  if (isLength && (dimensions as number) <= MAX_EMBEDDING_DIMENSIONS) return;
  fail(place, `expected a whole number from 1 to ${MAX_EMBEDDING_DIMENSIONS} in "dimensions"`);
}

function refuseUnknown(
  value: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  place: string,
): void {
  const unknown = Object.keys(value).find((key) => !known.has(key));
  if (unknown !== undefined) fail(place, `unknown field ${quoted(unknown)}`);
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

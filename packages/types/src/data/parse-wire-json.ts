import { MAX_JSON_DEPTH } from '../limits.js';
import { WireError } from './wire-error.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses UTF-8 JSON that came from a plugin.
 *
 * Besides what `JSON.parse` checks, the bytes must be valid UTF-8 without a byte order mark, must not nest
 * deeper than 64 levels, and must contain no unpaired surrogate (not even escaped) and no number beyond a double. A key `__proto__`
 * becomes an own property; of equal keys the last one counts; integers beyond 2^53 are rounded, as everywhere in JavaScript.
 *
 * @param bytes The bytes, or their text if the caller has decoded them just as strictly.
 * @throws {WireError} `WIRE_BAD_UTF8`, `WIRE_BAD_JSON` or `WIRE_TOO_DEEP`.
 *
 * @example
 * ```ts
 * import { parseWireJson } from '@testbench/types';
 *
 * parseWireJson(new TextEncoder().encode('{"score":1}')); // => { score: 1 }
 * ```
 */
export function parseWireJson(bytes: Uint8Array | string): unknown {
  const text = typeof bytes === 'string' ? bytes : decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WireError('WIRE_BAD_JSON', `not valid JSON (${reasonOf(cause)})`, { cause });
  }
  // V8 parses without recursion, so checking the depth afterwards is safe, and it costs one step per
  // value, not one per byte. Decoded UTF-8 holds no lone surrogate; only an escape can make one.
  check(value, 1, text.includes('\\u'));
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new WireError('WIRE_BAD_UTF8', 'not valid UTF-8', { cause });
  }
}

function check(value: unknown, depth: number, mayHoldSurrogates: boolean): void {
  if (typeof value === 'string') {
    if (mayHoldSurrogates) checkString(value);
    return;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new WireError('WIRE_BAD_JSON', 'a number is too large for a double');
  }
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_JSON_DEPTH) {
    throw new WireError('WIRE_TOO_DEEP', `nests deeper than ${MAX_JSON_DEPTH} levels`);
  }
  if (Array.isArray(value)) {
    for (const item of value) check(item, depth + 1, mayHoldSurrogates);
    return;
  }
  if (mayHoldSurrogates) for (const key of Object.keys(value)) checkString(key);
  // No list of the values is needed: a parsed object has only own fields.
  for (const key in value) {
    check((value as Record<string, unknown>)[key], depth + 1, mayHoldSurrogates);
  }
}

function checkString(text: string): void {
  if (!text.isWellFormed()) {
    throw new WireError('WIRE_BAD_UTF8', 'a string has an unpaired surrogate');
  }
}

/** The parser's words without the input that it quotes: a message never carries a whole input. */
function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/,? ?(\.\.\.)?".*" is not valid JSON$/s, '');
}

import { MAX_JSON_DEPTH } from '../limits.js';
import { WireError } from './wire-error.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Parses UTF-8 JSON that came from a plugin.
 *
 * Beside what `JSON.parse` checks, the bytes must be valid UTF-8 without a byte order mark, nest no
 * deeper than 64 levels, and hold no unpaired surrogate (not even escaped). A key `__proto__` becomes an own property.
 *
 * @throws {WireError} `WIRE_BAD_UTF8`, `WIRE_BAD_JSON` or `WIRE_TOO_DEEP`.
 *
 * @example
 * ```ts
 * import { parseWireJson } from '@testbench/types';
 *
 * parseWireJson(new TextEncoder().encode('{"score":1}')); // => { score: 1 }
 * ```
 */
export function parseWireJson(bytes: Uint8Array): unknown {
  // Depth first: a deep document costs the parser stack before it costs us an error.
  checkDepth(bytes);
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw new WireError('WIRE_BAD_UTF8', 'not valid UTF-8', { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WireError('WIRE_BAD_JSON', `not valid JSON (${(cause as Error).message})`, { cause });
  }
  // Decoded UTF-8 cannot hold a lone surrogate; only an escape can make one.
  if (text.includes('\\u') && !isWellFormedDeep(value)) {
    throw new WireError('WIRE_BAD_UTF8', 'a string has an unpaired surrogate');
  }
  return value;
}

/** Counts brackets outside of strings; whether they match is the parser's business. */
function checkDepth(bytes: Uint8Array): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index]!;
    if (inString) {
      if (byte === BACKSLASH) index += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) {
      inString = true;
    } else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > MAX_JSON_DEPTH) {
        throw new WireError('WIRE_TOO_DEEP', `nests deeper than ${MAX_JSON_DEPTH} levels`);
      }
    } else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
    }
  }
}

function isWellFormedDeep(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (Array.isArray(value)) return value.every(isWellFormedDeep);
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).every(
      ([key, item]) => key.isWellFormed() && isWellFormedDeep(item),
    );
  }
  return true;
}

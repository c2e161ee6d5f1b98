import { decodeText } from '../text/decode-text.js';
import { WireError } from './wire-error.js';

/**
 * Parses JSON written by people: a configuration, a policy, an argument.
 *
 * Unlike `JSON.parse` it accepts a byte order mark, reports an empty file or another encoding, and rejects a key that
 * occurs twice in an object, since one of the two would be lost silently.
 *
 * @param source A file's bytes, or a text.
 * @throws {WireError} `WIRE_BAD_UTF8` or `WIRE_BAD_JSON`; the message says what is wrong, worded to follow a colon.
 *
 * @example
 * ```ts
 * import { parseJsonText } from '@testbench/types';
 *
 * parseJsonText('\uFEFF{"a": 1}'); // => { a: 1 }
 * try {
 *   parseJsonText('{"a": 1,\n "a": 2}');
 * } catch (error) {
 *   (error as Error).message; // => 'the key "a" is there twice in one object (line 2)'
 * }
 * ```
 */
export function parseJsonText(source: Uint8Array | string): unknown {
  const text = typeof source === 'string' ? source.replace(/^\uFEFF/, '') : decodeText(source);
  if (/^\s*$/.test(text)) throw new WireError('WIRE_BAD_JSON', 'it is empty');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WireError('WIRE_BAD_JSON', `not valid JSON (${(cause as Error).message})`, { cause });
  }
  rejectDuplicateKeys(text);
  return value;
}

/** Tokens that open, close or continue something; the numbers and names in between do not matter. */
const TOKEN = /["{}[\],]/g;

/** Looks for keys in a text that is known to be JSON, in one pass. */
function rejectDuplicateKeys(text: string): void {
  /** The keys of each open object; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let keys: Set<string> | undefined;
  let isKey = false;
  const tokens = new RegExp(TOKEN);
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    const [token] = match;
    if (token === '{' || token === '[') {
      keys = token === '{' ? new Set() : undefined;
      open.push(keys);
      isKey = token === '{';
    } else if (token === '}' || token === ']') {
      open.pop();
      keys = open.at(-1);
      isKey = false;
    } else if (token === ',') {
      isKey = keys !== undefined;
    } else {
      tokens.lastIndex = endOfString(text, match.index);
      if (isKey) addKey(keys!, text, match.index, tokens.lastIndex);
      isKey = false;
    }
  }
}

/** Not by a regular expression: those overflow their stack on a string of a few megabytes. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
  }
}

function addKey(keys: Set<string>, text: string, start: number, end: number): void {
  // Use the parser: `"a"` and `"\u0061"` are the same key.
  const key = JSON.parse(text.slice(start, end)) as string;
  if (keys.has(key)) {
    const line = text.slice(0, start).split('\n').length;
    const name = key.length > 40 ? `${key.slice(0, 40)}…` : key;
    throw new WireError(
      'WIRE_BAD_JSON',
      `the key ${JSON.stringify(name)} is there twice in one object (line ${line})`,
    );
  }
  keys.add(key);
}

import { ImportError } from '../errors.js';
import { MAX_DEPTH } from '../limits.js';
import { JsonPlace } from './json-place.js';

/** The names that Python writes for numbers that JSON does not have. */
const NOT_JSON = ['-Infinity', 'Infinity', 'NaN'] as const;

/**
 * Parses JSON as Python writes it: `NaN` and `Infinity` become null.
 *
 * @param file For errors, as `place`.
 * @throws {ImportError} `IMPORT_INVALID`: it is not JSON, or nests too deeply.
 */
export function parseJson(text: string, file: string, place = ''): JsonPlace {
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    try {
      value = JSON.parse(withoutNaN(text));
    } catch (cause) {
      throw new ImportError('IMPORT_INVALID', 'it is not JSON', { file, place, cause });
    }
  }
  if (isDeep(value, MAX_DEPTH)) {
    const state = `it nests deeper than ${MAX_DEPTH} levels`;
    throw new ImportError('IMPORT_INVALID', state, { file, place });
  }
  return new JsonPlace(value, file, place);
}

/** Replaces the names outside of texts. */
function withoutNaN(text: string): string {
  const parts: string[] = [];
  let start = 0;
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    if (char === '"') {
      at = endOfText(text, at);
      continue;
    }
    const name = NOT_JSON.find((each) => char === each[0] && text.startsWith(each, at));
    if (name === undefined) {
      at += 1;
      continue;
    }
    parts.push(text.slice(start, at), 'null');
    at += name.length;
    start = at;
  }
  parts.push(text.slice(start));
  return parts.join('');
}

/** The place after a text that begins at a quotation mark. */
function endOfText(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end === -1) return text.length;
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return end + 1;
    at = end + 1;
  }
}

/** True if a value nests deeper than this many levels. */
export function isDeep(value: unknown, left: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  for (const key in value) {
    if (isDeep((value as Readonly<Record<string, unknown>>)[key], left - 1)) return true;
  }
  return false;
}

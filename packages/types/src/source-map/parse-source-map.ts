import { countStructure } from '../data/count-structure.js';
import { isJsonObject } from '../data/is-json-object.js';
import { WireError } from '../data/wire-error.js';
import { decodeText } from '../text/decode-text.js';
import { MAX_MAPPINGS, MAX_SOURCE_MAP_BYTES, MAX_SOURCE_MAP_STRUCTURE } from './limits.js';
import { SourceMap } from './source-map.js';
import { VlqReader } from './vlq.js';

/** Largest line, column and offset: the maximum of an `Int32Array`. */
const MAX_POSITION = 2 ** 31 - 1;

/**
 * Reads the source map of a module: version 3 of the format, with one line, whose columns are offsets in the module.
 *
 * It is untrusted, like the module, and read only as data: no file that it names is opened.
 *
 * @param bytes The whole file.
 * @throws {WireError} `WIRE_BAD_UTF8`, `WIRE_BAD_JSON`; `WIRE_BAD_SHAPE` for another version, an index map, a map of more than one line,
 *   numbers that are wrong or go backwards, and more than 16 MiB, 500,000 brackets and commas or 2,000,000 places. The message is worded
 *   to follow a colon.
 *
 * @example
 * ```ts
 * import { parseSourceMap } from '@testbench/types/source-map';
 *
 * const text = '{"version":3,"sources":["a.c"],"names":[],"mappings":"gBAEE"}';
 * parseSourceMap(new TextEncoder().encode(text)).find(20); // => { file: 'a.c', line: 3, column: 3 }
 * ```
 *
 * @see https://tc39.es/ecma426/
 */
export function parseSourceMap(bytes: Uint8Array): SourceMap {
  if (bytes.length > MAX_SOURCE_MAP_BYTES) {
    throw wrong(`it has ${bytes.length} bytes, limit is ${MAX_SOURCE_MAP_BYTES}`);
  }
  // Counted before anything is parsed: 16 MiB of brackets would block the host's thread for seconds.
  const structure = countStructure(bytes);
  if (structure > MAX_SOURCE_MAP_STRUCTURE) {
    throw wrong(`it has ${structure} brackets and commas, limit is ${MAX_SOURCE_MAP_STRUCTURE}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes));
  } catch (cause) {
    if (cause instanceof WireError) throw cause;
    throw new WireError('WIRE_BAD_JSON', 'not valid JSON', { cause });
  }
  if (!isJsonObject(value)) throw wrong('it is no object');
  if (value['version'] !== 3) throw wrong('it is not of version 3');
  if (value['sections'] !== undefined) throw wrong('it is an index of other maps');
  const { mappings, sourceRoot } = value;
  if (typeof mappings !== 'string') throw wrong('"mappings" is no text');
  const sources = texts(value, 'sources');
  const root = typeof sourceRoot === 'string' ? sourceRoot.replace(/([^/])$/, '$1/') : '';
  return new SourceMap({
    ...readMappings(mappings, sources.length),
    sources: sources.map((source) => root + source),
    contents: texts(value, 'sourcesContent'),
    functions: texts(value, 'x_functions'),
    digest: typeof value['x_module'] === 'string' ? value['x_module'] : undefined,
  });
}

/** A list of texts; null stands for an empty one. */
function texts(map: Readonly<Record<string, unknown>>, key: string): readonly string[] {
  const list = map[key] ?? [];
  if (!Array.isArray(list)) throw wrong(`"${key}" is no list`);
  return list.map((item: unknown) => {
    if (item !== null && typeof item !== 'string') throw wrong(`"${key}" has what is no text`);
    return item ?? '';
  });
}

function readMappings(
  mappings: string,
  sources: number,
): { readonly offsets: Int32Array; readonly places: Int32Array } {
  // A segment is followed by a comma, except perhaps the last one.
  let count = 1;
  for (let at = mappings.indexOf(','); at >= 0; at = mappings.indexOf(',', at + 1)) count += 1;
  if (count > MAX_MAPPINGS) throw wrong(`it has ${count} places, limit is ${MAX_MAPPINGS}`);
  const offsets = new Int32Array(count);
  const places = new Int32Array(3 * count);
  const reader = new VlqReader(mappings);
  let used = 0;
  let offset = 0;
  const place = [0, 0, 0];
  while (reader.offset < mappings.length) {
    if (mappings[reader.offset] === ';') throw wrong('it has more than one line');
    if (mappings[reader.offset] === ',') {
      reader.offset += 1;
      continue;
    }
    const ahead = reader.next();
    if (ahead === undefined || ahead < 0) throw wrong('its offsets are wrong or go backwards');
    offset += ahead;
    if (offset > MAX_POSITION) throw wrong('an offset is beyond any module');
    offsets[used] = offset;
    if (reader.atEndOfSegment) {
      places[3 * used] = -1;
    } else {
      for (let field = 0; field < 3; field += 1) {
        const step = reader.next();
        if (step === undefined) throw wrong('a place has wrong numbers');
        const moved = place[field]! + step;
        if (moved < 0 || moved > MAX_POSITION) throw wrong('a place is out of range');
        place[field] = moved;
        places[3 * used + field] = moved;
      }
      if (place[0]! >= sources) throw wrong('a place is in a source that is not listed');
      // A name.
      if (!reader.atEndOfSegment && reader.next() === undefined) throw wrong('a name is wrong');
    }
    if (!reader.atEndOfSegment) throw wrong('a place has too many numbers');
    used += 1;
  }
  return { offsets: offsets.subarray(0, used), places: places.subarray(0, 3 * used) };
}

function wrong(state: string): WireError {
  return new WireError('WIRE_BAD_SHAPE', state);
}

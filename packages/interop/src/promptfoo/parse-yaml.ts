import { parseYaml as parse, YamlError } from '@testbench/bench/import';

import { ImportError } from '../errors.js';
import { isDeep } from '../json/parse-json.js';
import { JsonPlace } from '../json/json-place.js';
import { MAX_DEPTH } from '../limits.js';

/** The slowest text of this size takes 3 s to parse. */
const MAX_YAML_CHARACTERS = 512 * 1024;

/** Parses YAML without tags of its own: aliases are counted, and nothing is made but JSON. @throws {ImportError} `IMPORT_INVALID`, `IMPORT_TOO_LARGE`. */
export function parseYaml(text: string, file: string): JsonPlace {
  if (text.length > MAX_YAML_CHARACTERS) {
    const state = `it has more than ${MAX_YAML_CHARACTERS} characters; write tests as CSV or JSON Lines`;
    throw new ImportError('IMPORT_TOO_LARGE', state, { file });
  }
  try {
    const value = parse(text);
    if (isDeep(value, MAX_DEPTH)) {
      throw new YamlError(`it nests deeper than ${MAX_DEPTH} levels`, undefined);
    }
    return new JsonPlace(value, file, '');
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    throw new ImportError('IMPORT_INVALID', cause.message, { file, cause });
  }
}

import { ConfigNode, joinPath } from '@testbench/types/config';

import { MAX_CONFIG_DEPTH } from './limits.js';
import { refuse } from './stage-types.js';

/** Records passed by a program are checked one by one, like those of a file. */
const RECORDS = 'dataset.records';

/**
 * Rejects what no plan can hold, anywhere in a configuration: numbers that are not finite (`1e400` in JSON, Infinity in a program), texts with half a
 * character, and values that nest without end. The expected kind of a value is checked by its type.
 *
 * @throws {ConfigError} `CONFIG_INVALID`, with the path.
 */
export function checkValues(value: unknown, path = '', depth = 0): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    refuse(new ConfigNode(value, path), `the number is ${value}, expected a finite one`);
  }
  if (typeof value === 'string') checkText(value, path);
  if (typeof value !== 'object' || value === null || path === RECORDS) return;
  if (depth === MAX_CONFIG_DEPTH) {
    refuse(new ConfigNode(value, path), `it nests deeper than ${MAX_CONFIG_DEPTH} levels`);
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkValues(item, `${path}[${index}]`, depth + 1);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    checkText(key, path);
    checkValues(inner, joinPath(path, key), depth + 1);
  }
}

function checkText(text: string, path: string): void {
  if (text.isWellFormed()) return;
  refuse(new ConfigNode(text, path), 'a text has half a character (a surrogate without the other)');
}

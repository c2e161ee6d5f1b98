import { fileURLToPath } from 'node:url';

import { resolveModulePath } from '../load/read-module-file.js';
import type { OwnSourceMap, SourceMapChoice } from './source-map-choice.js';

/**
 * A caller's choice as it is now, whatever becomes of the working directory and the bytes.
 *
 * @throws {LoadError} `LOAD_NOT_FOUND` for a relative path where the working directory was removed.
 * @throws {TypeError} For a URL with another scheme than `file:`.
 */
export function ownSourceMap(choice: SourceMapChoice | undefined): OwnSourceMap | undefined {
  if (choice instanceof Uint8Array) return new Uint8Array(choice);
  if (choice instanceof URL) return fileURLToPath(choice);
  return typeof choice === 'string' ? resolveModulePath(choice) : choice;
}

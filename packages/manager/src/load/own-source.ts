import { fileURLToPath } from 'node:url';

import type { PluginSource } from '../options.js';
import { resolveModulePath } from './read-module-file.js';

/**
 * A caller's source as an absolute path, or as a copy of the bytes: a relative path is resolved now, even if the
 * working directory changes later.
 *
 * @throws {LoadError} `LOAD_NOT_FOUND` for a relative path if the working directory was removed.
 * @throws {TypeError} For anything else: `new Uint8Array(42)` would be 42 zeros.
 */
export function ownSource(source: PluginSource): string | Uint8Array<ArrayBuffer> {
  if (typeof source === 'string') return resolveModulePath(source);
  if (source instanceof Uint8Array) return new Uint8Array(source);
  if (source instanceof URL && source.protocol === 'file:') return fileURLToPath(source);
  const found =
    source instanceof URL ? `a URL with the scheme "${source.protocol}"` : describe(source);
  throw new TypeError(
    `Cannot load plugin: expected a path, a "file:" URL or a Uint8Array, found ${found}`,
  );
}

function describe(source: unknown): string {
  if (source === null || source === undefined) return String(source);
  return typeof source === 'object' ? 'an object' : `a ${typeof source}`;
}

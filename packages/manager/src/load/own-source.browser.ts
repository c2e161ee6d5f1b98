import type { PluginSource } from '../options.js';
import { resolveModulePath } from './read-module-file.browser.js';

/**
 * The source of a plugin, as it is now.
 *
 * @returns The address of a module, or a copy of its bytes.
 * @throws {TypeError} For anything else.
 * @throws {LoadError} `LOAD_NOT_FOUND` for a string that is not an address.
 */
export function ownSource(source: PluginSource): string | Uint8Array<ArrayBuffer> {
  if (typeof source === 'string') return resolveModulePath(source);
  if (source instanceof URL) return source.href;
  if (source instanceof Uint8Array) return new Uint8Array(source);
  const found = source === null ? 'null' : typeof source;
  throw new TypeError(`Cannot load plugin: expected a URL or a Uint8Array, found ${found}`);
}

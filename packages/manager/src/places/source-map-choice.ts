import type { ConfigNode } from '@testbench/types/config';
import { LoadError, PluginError } from '@testbench/types/errors';
import { MAX_SOURCE_MAP_BYTES, parseSourceMap, type SourceMap } from '@testbench/types/source-map';

import { readModuleFile } from '../load/read-module-file.js';

/** Where a plugin's source map is: a path, a `file:` URL, or its bytes; false for none. */
export type SourceMapChoice = string | URL | Uint8Array | false;

/** The same, checked and copied: an absolute path, or our own copy of the bytes. */
export type OwnSourceMap = string | Uint8Array | false;

/** Reads the option `sourceMap`. */
export function readSourceMapChoice(node: ConfigNode): SourceMapChoice {
  const { value } = node;
  if (value === false || value instanceof Uint8Array) return value;
  return value instanceof URL ? value : node.text();
}

/**
 * Reads a source map. Like the plugin, it is not trusted.
 *
 * @throws {LoadError} `LOAD_NOT_FOUND`, `LOAD_UNREADABLE`; `LOAD_INVALID_SOURCE_MAP` if it is not a source map, or exceeds a limit.
 */
export async function openSourceMap(source: string | Uint8Array): Promise<SourceMap> {
  const bytes =
    typeof source === 'string' ? await readModuleFile(source, MAX_SOURCE_MAP_BYTES) : source;
  try {
    return parseSourceMap(bytes);
  } catch (cause) {
    if (!PluginError.is(cause)) throw cause;
    const name = typeof source === 'string' ? ` "${source}"` : '';
    throw new LoadError(
      'LOAD_INVALID_SOURCE_MAP',
      `Cannot read source map${name}: ${cause.message}`,
      { cause },
    );
  }
}

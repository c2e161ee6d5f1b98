import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { decodeMetadataSections, MAX_MODULE_BYTES, type PluginMetadata } from '@testbench/types';
import { METADATA_SECTION } from '@testbench/types/abi';
import { readOptions } from '@testbench/types/config';
import { LoadError } from '@testbench/types/errors';
import { readCustomSections } from '@testbench/wasm';

import { findWasmFiles } from './find-wasm-files.js';
import { toLoadError } from './to-load-error.js';

/** Such a file loads by its path, since a running plugin also reports its metadata; a search runs nothing, so it cannot ask. */
const SECTION_CURE = 'add it with `testbench embed`, or load the file by its path';

/** A plugin file that was found but not run. */
export interface DiscoveredPlugin {
  /** Absolute path. */
  readonly path: string;
  readonly metadata: PluginMetadata;
}

/** Options of {@link discoverPlugins}. */
export interface DiscoverOptions {
  /**
   * Called for a path that cannot be read and for a `.wasm` file that is skipped; the message says what to do. An exception
   * from it ends the search.
   *
   * @default nothing is reported
   */
  readonly onProblem?: (path: string, error: LoadError) => void;
}

/**
 * Finds the plugins in folders and files, by the custom section with their metadata.
 *
 * Folders are searched to a depth of 4, without following links; `node_modules` and hidden folders are skipped.
 *
 * @param paths Folders, or `.wasm` files.
 * @returns In the order of `paths`, then by path.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts
 * import { discoverPlugins } from '@testbench/registry';
 *
 * await discoverPlugins([]); // => []
 * ```
 */
export async function discoverPlugins(
  paths: readonly string[],
  options?: DiscoverOptions,
): Promise<DiscoveredPlugin[]> {
  const { onProblem: report = () => {} } = readOptions<DiscoverOptions>(options, {
    onProblem: (node) => node.callback(),
  });
  const files = new Set<string>();
  for (const path of paths) {
    for (const file of await findWasmFiles(resolve(path), report)) files.add(file);
  }
  const found: DiscoveredPlugin[] = [];
  for (const path of files) {
    try {
      found.push({ path, metadata: await readFileMetadata(path) });
    } catch (error) {
      report(path, toLoadError(path, error));
    }
  }
  return found;
}

async function readFileMetadata(path: string): Promise<PluginMetadata> {
  const { size } = await stat(path);
  if (size > MAX_MODULE_BYTES) {
    throw new LoadError(
      'LOAD_UNREADABLE',
      `Cannot read "${path}": it has ${size} bytes, limit is ${MAX_MODULE_BYTES}`,
    );
  }
  const metadata = decodeMetadataSections(
    readCustomSections(await readFile(path), METADATA_SECTION),
  );
  if (metadata === undefined) {
    throw new LoadError(
      'LOAD_INVALID_METADATA',
      `Cannot read metadata of "${path}": there is no custom section "${METADATA_SECTION}"; ${SECTION_CURE}`,
    );
  }
  return metadata;
}

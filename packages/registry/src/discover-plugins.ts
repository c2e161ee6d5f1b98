import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import {
  decodeMetadataSections,
  LoadError,
  MAX_MODULE_BYTES,
  METADATA_SECTION,
  PluginError,
  type PluginMetadata,
} from '@testbench/types';
import { readCustomSections } from '@testbench/wasm';

import { MAX_SEARCH_DEPTH, MAX_SEARCH_FILES } from './limits.js';

/** Such a file loads by its path, since a plugin also answers what it is; a search runs nothing, so it cannot ask. */
const SECTION_CURE =
  'add it with `testbench-plugin embed` of @testbench/sdk, or load the file by its path';

/** A plugin file that was found; nothing of it has run. */
export interface DiscoveredPlugin {
  /** Absolute path. */
  readonly path: string;
  readonly metadata: PluginMetadata;
}

/** How {@link discoverPlugins} reports what it passes over. */
export interface DiscoverOptions {
  /**
   * Called for a path that cannot be read and for a `.wasm` file that is left out; the message says what to do. What it
   * throws ends the search.
   *
   * @default nothing is reported
   */
  readonly onProblem?: (path: string, error: LoadError) => void;
}

/**
 * Finds the plugins in folders and files, by the custom section that carries their metadata.
 *
 * Folders are searched to a depth of 4, without following links; `node_modules` and hidden folders are left out.
 *
 * @param paths Folders, or `.wasm` files.
 * @returns In the order of `paths`, then by path.
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
  options: DiscoverOptions = {},
): Promise<DiscoveredPlugin[]> {
  const report = options.onProblem ?? (() => {});
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

async function findWasmFiles(
  root: string,
  report: (path: string, error: LoadError) => void,
): Promise<string[]> {
  const files: string[] = [];
  const visit = async (path: string, depth: number): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      report(path, toLoadError(path, error));
      return [];
    });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const child = join(path, entry.name);
      if (!entry.isDirectory() && entry.name.endsWith('.wasm')) {
        if (files.length >= MAX_SEARCH_FILES) throw tooManyFiles(root);
        if (entry.isFile()) files.push(child);
        else report(child, notRegular(child));
      }
      const hidden = entry.name.startsWith('.') || entry.name === 'node_modules';
      if (entry.isDirectory() && !hidden && depth < MAX_SEARCH_DEPTH) await visit(child, depth + 1);
    }
  };
  try {
    if ((await stat(root)).isFile()) return [root];
    await visit(root, 1);
  } catch (error) {
    report(root, toLoadError(root, error));
  }
  return files;
}

function tooManyFiles(root: string): LoadError {
  return new LoadError(
    'LOAD_UNREADABLE',
    `Cannot search "${root}" to its end: it has more than ${MAX_SEARCH_FILES} files named *.wasm; name the folders of the plugins`,
  );
}

function notRegular(path: string): LoadError {
  return new LoadError(
    'LOAD_UNREADABLE',
    `Cannot read "${path}": it is a link or no regular file; links are not followed, so name what it points to`,
  );
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

function toLoadError(path: string, error: unknown): LoadError {
  if (error instanceof LoadError) return error;
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const code = PluginError.is(error)
    ? 'LOAD_INVALID_MODULE'
    : missing
      ? 'LOAD_NOT_FOUND'
      : 'LOAD_UNREADABLE';
  return new LoadError(code, `Cannot read "${path}": ${(error as Error).message}`, {
    cause: error,
  });
}

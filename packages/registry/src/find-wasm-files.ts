import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { LoadError } from '@testbench/types/errors';

import { MAX_SEARCH_DEPTH, MAX_SEARCH_FILES } from './limits.js';
import { toLoadError } from './to-load-error.js';

/**
 * Finds the files named `*.wasm` in a folder, in the order of their paths.
 *
 * @param root A folder, or a file, which is then the only one.
 * @param report Called for a path that cannot be read, is not a regular file, or exceeds the limit.
 */
export async function findWasmFiles(
  root: string,
  report: (path: string, error: LoadError) => void,
  maxFiles = MAX_SEARCH_FILES,
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
        if (files.length >= maxFiles) throw tooManyFiles(root, maxFiles);
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

function tooManyFiles(root: string, maxFiles: number): LoadError {
  return new LoadError(
    'LOAD_TOO_MANY_FILES',
    `Cannot search "${root}" to its end: it has more than ${maxFiles} files named *.wasm; name the folders of the plugins`,
  );
}

function notRegular(path: string): LoadError {
  return new LoadError(
    'LOAD_UNREADABLE',
    `Cannot read "${path}": it is a link or no regular file; links are not followed, so name what it points to`,
  );
}

import { stat } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';

import { glob } from 'tinyglobby';

import { BenchError } from '../../errors.js';
import { unreadableDataset, unreadableState } from '../dataset-error.js';
import { MAX_DATASET_FILES } from '../limits.js';

/** Stands for the standard input instead of a path. */
export const STANDARD_INPUT = '-';

/**
 * Finds the files of a data set: each path is tried as a file, then as a pattern. The files of a pattern come in the order of their
 * names, by code unit, on every machine; each file comes only once.
 *
 * @param paths Absolute, or `-`.
 * @throws {BenchError} `BENCH_DATASET_UNREADABLE`: there is no such file, it is a folder, or there are too many files.
 */
export async function findSources(paths: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    for (const file of await findFiles(path)) found.add(file);
    if (found.size > MAX_DATASET_FILES) {
      throw unreadableState(path, `it stands for more than ${MAX_DATASET_FILES} files`);
    }
  }
  return [...found];
}

async function findFiles(path: string): Promise<readonly string[]> {
  if (path === STANDARD_INPUT) return [path];
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      throw unreadableState(path, 'it is a directory; name its files, as in `folder/*.jsonl`');
    }
    return [path];
  } catch (error) {
    if (error instanceof BenchError || !isPattern(path)) throw unreadableDataset(path, error);
  }
  const files = await matchFiles(path);
  if (files.length === 0) throw unreadableState(path, 'no file matches the pattern');
  return files;
}

/** Brackets in the name of an existing folder are not part of a pattern, so the search begins in the deepest such folder. */
async function matchFiles(pattern: string): Promise<readonly string[]> {
  let folder = dirname(pattern);
  while (!(await isFolder(folder))) {
    const parent = dirname(folder);
    if (parent === folder) return [];
    folder = parent;
  }
  const rest = relative(folder, pattern).replaceAll(sep, '/');
  const files = await glob(rest, { cwd: folder, absolute: true, onlyFiles: true });
  // oxlint-disable-next-line unicorn/require-array-sort-compare -- by code unit, whatever the language of the machine is
  return files.toSorted();
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** True if a path has characters with a meaning in patterns. */
export function isPattern(path: string): boolean {
  return /[*?[\]{}()!]/.test(path);
}

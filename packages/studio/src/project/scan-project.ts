import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { MAX_SCANNED_DEPTH, MAX_SCANNED_ENTRIES } from '../limits.js';

/** The contents of a project. Paths are absolute. */
export interface FoundEntries {
  /** Folders of runs. */
  readonly runs: readonly string[];
  /** Files that a data set reader accepts. */
  readonly datasets: readonly string[];
  /** Modules of plugins. */
  readonly modules: readonly string[];
  /** True if the scan was cut off. */
  readonly isCut: boolean;
}

const SKIPPED = new Set(['node_modules', 'target', 'coverage', '__pycache__']);
const DATA = /\.(?:jsonl|ndjson|csv|tsv|parquet)(?:\.gz|\.zst)?$/i;
/** Most JSON files are configurations; those in such folders are data. */
const JSON_DATA = /\.json(?:\.gz|\.zst)?$/i;
const DATA_FOLDER = /^(?:data|datasets?)$/i;

/** Scans a project. Links are not followed, so that the scan stays inside; hidden folders are left out. */
export async function scanProject(folder: string, signal?: AbortSignal): Promise<FoundEntries> {
  const runs: string[] = [];
  const datasets: string[] = [];
  const modules: string[] = [];
  const queue = [{ path: folder, depth: 0, isData: false }];
  let seen = 0;
  let isCut = false;
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    signal?.throwIfAborted();
    const { path, depth, isData } = next;
    // A folder that cannot be read, or has disappeared in the meantime, counts as empty.
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    const names = new Set(entries.map(({ name }) => name));
    if (names.has('manifest.json') && names.has('plan.json') && names.has('segments')) {
      runs.push(path);
      continue;
    }
    for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
      seen += 1;
      if (seen > MAX_SCANNED_ENTRIES) return { runs, datasets, modules, isCut: true };
      const { name } = entry;
      if (name.startsWith('.') || SKIPPED.has(name)) continue;
      const inner = join(path, name);
      if (entry.isDirectory()) {
        if (depth === MAX_SCANNED_DEPTH) isCut = true;
        else queue.push({ path: inner, depth: depth + 1, isData: DATA_FOLDER.test(name) });
      } else if (entry.isFile()) {
        if (DATA.test(name) || (isData && JSON_DATA.test(name))) datasets.push(inner);
        else if (name.endsWith('.wasm')) modules.push(inner);
      }
    }
  }
  return { runs, datasets, modules, isCut };
}

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { OUTPUT_OPTIONS, type OutputInput } from '@testbench/core/files';
import { readOptions } from '@testbench/types/config';
import type { RunReader, RunStore, RunWriter } from '@testbench/types/stores';

import { guardReading } from './guard-files.js';
import { MANIFEST_FILE, readFolder } from './run-reader.js';
import { openFolder } from './run-writer.js';

/** How runs are kept in a folder. */
export interface FolderRunsOptions {
  /** Files that must stay as they are: they are neither overwritten nor removed. @default none */
  readonly inputs?: readonly OutputInput[];
}

/**
 * Keeps runs in a folder, each in its own subfolder: `manifest.json`, `plan.json`, `config.json`, `inputs.json`, `summary.json`, and
 * rows in `segments/<from>-<to>.jsonl`.
 *
 * Every file is first written under a temporary name, so that it appears whole. A segment counts once the manifest lists it: anything else
 * that a killed writer leaves is removed by the next one. A lock that ends with its process allows one writer at a time.
 *
 * @param folder Created when the first run is opened.
 * @throws {ConfigError} For an unknown key or a wrong value among the options. Its methods throw `BenchError`: `BENCH_RUN_LOCKED`,
 *   `BENCH_RUN_DAMAGED`, `BENCH_RUN_VERSION`, `BENCH_RUN_UNREADABLE`, `BENCH_OUTPUT_FAILED`.
 *
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { createFolderRuns } from '@testbench/bench/results';
 *
 * const runs = createFolderRuns(mkdtempSync('/tmp/runs-'));
 * const writer = await runs.open('sums');
 * const segment = await writer.begin(0);
 * await segment.write('{"index":0}');
 * await segment.complete(1);
 * await writer.close();
 * await runs.list(); // => ['sums']
 * (await runs.read('sums'))?.segments[0]?.rows; // => 1
 * ```
 */
export function createFolderRuns(folder: string, options?: FolderRunsOptions): RunStore {
  const { inputs = [] } = readOptions<FolderRunsOptions>(options, {
    inputs: OUTPUT_OPTIONS.inputs,
  });
  return {
    specificationVersion: 'v1',
    list: () => listRunFolders(folder),
    read: async (run): Promise<RunReader | undefined> => await readFolder(join(folder, run)),
    open: async (run): Promise<RunWriter> => await openFolder(join(folder, run), inputs),
  };
}

async function listRunFolders(folder: string): Promise<string[]> {
  return await guardReading(folder, async () => {
    const entries: string[] = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const runs: string[] = [];
    entries.sort();
    for (const name of entries) {
      const found = await stat(join(folder, name, MANIFEST_FILE)).catch(() => undefined);
      if (found?.isFile() === true) runs.push(name);
    }
    return runs;
  });
}

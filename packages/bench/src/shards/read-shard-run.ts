import { resolve } from 'node:path';

import type { RunRange } from '@testbench/types/stores';

import { readFolder } from '../results/store/run-reader.js';
import { readShardDocument } from './shard-document.js';
import type { Shard } from './shard.js';

/** Which part of its run a folder holds. */
export interface ShardRun extends Shard, RunRange {}

/**
 * Says which part of a run a folder holds.
 *
 * @param folder Folder of a run or of a shard.
 * @returns undefined if it is a whole run.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_VERSION`, `BENCH_RUN_UNREADABLE`.
 */
export async function readShardRun(folder: string): Promise<ShardRun | undefined> {
  const path = resolve(folder);
  const reader = await readFolder(path);
  const found = reader && (await readShardDocument(reader, path));
  if (found === undefined) return undefined;
  const { index, of, from, to } = found;
  return { index, of, from, to };
}

import type { ConfigNode } from '@testbench/types/config';
import { readOptions } from '@testbench/types/config';
import type { RunRange } from '@testbench/types/stores';

import { MAX_SHARDS } from './limits.js';

/** One of several equal parts of a run's records. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  /** How many there are. */
  readonly of: number;
}

/** Reads a shard out of options. */
export function readShard(node: ConfigNode): Shard {
  const shard = readOptions<Shard>(
    node.value,
    {
      index: (index) => index.wholeNumber(1, MAX_SHARDS),
      of: (of) => of.wholeNumber(1, MAX_SHARDS),
    },
    node.path,
    ['index', 'of'],
  );
  if (shard.index > shard.of) node.reject('an index of at most "of"');
  return shard;
}

/**
 * The records of a shard. The sizes of shards differ by one record at most; if there are more shards than records, some are empty.
 *
 * @param records Number of records of the whole run.
 *
 * @example
 * ```ts
 * import { shardRange } from '@testbench/bench/shards';
 *
 * shardRange({ index: 2, of: 3 }, 10); // => { from: 3, to: 6 }
 * ```
 */
export function shardRange({ index, of }: Shard, records: number): RunRange {
  return {
    from: Math.floor(((index - 1) * records) / of),
    to: Math.floor((index * records) / of),
  };
}

/** Separates the name of a run from its shard. */
const SHARD = '.shard-';

/** The folder of a shard: next to that of its run. */
export function shardFolder(run: string, { index, of }: Shard): string {
  return `${run}${SHARD}${index}-of-${of}`;
}

/** Whether a folder is named as a shard of a run. */
export function isShardFolder(folder: string, run: string): boolean {
  return folder.startsWith(`${run}${SHARD}`);
}

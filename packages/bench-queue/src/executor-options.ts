import type { LocateOptions } from '@testbench/bench';
import type { OptionReaders } from '@testbench/types/config';
import type { Redis } from 'ioredis';

import { MAX_SHARD_RECORDS, MAX_WINDOW_JOBS } from './limits.js';
import { readTags } from './message.js';
import { readSource } from './run-document.js';
import { readShare, type Share } from './share.js';

/** How a run is handed out. */
export interface QueueExecutorOptions extends LocateOptions {
  /** Connection to Redis; the caller closes it. */
  readonly client: Redis;
  readonly share: Share;
  /** Records per shard. @default 1000 */
  readonly shardRecords?: number;
  /** Jobs in Redis at a time. @default 1000 */
  readonly windowJobs?: number;
  /** Labels that a worker must have. @default none */
  readonly tags?: readonly string[];
  /** Base addresses that workers fetch the data from, `<source>/sha256/<hex>`, instead of from the share. @default the share */
  readonly sources?: readonly string[];
  /** Called with the progress of the run. */
  readonly onStatus?: (status: ExecutorStatus) => void;
}

/** Reads the options. */
export const EXECUTOR_OPTIONS: OptionReaders<QueueExecutorOptions> = {
  client: (node) => node.implementation<Redis>('multi', 'eval'),
  share: readShare,
  shardRecords: (node) => node.wholeNumber(1, MAX_SHARD_RECORDS),
  windowJobs: (node) => node.wholeNumber(1, MAX_WINDOW_JOBS),
  tags: readTags,
  sources: (node) => node.list().map(readSource),
  compileScript: (node) => node.callback(),
  findPlugin: (node) => node.callback(),
  onStatus: (node) => node.callback(),
};

/** Progress of a run. */
export interface ExecutorStatus {
  readonly shards: number;
  readonly done: number;
  readonly failed: number;
}

import { API_VERSION } from '@testbench/types/abi';
import { REWRITE_VERSION } from '@testbench/metering';
import type { Redis } from 'ioredis';

import { QueueError } from './errors.js';
import { MAX_RECORD_BYTES, MAX_SHARD_RECORDS } from './limits.js';
import {
  type FileReference,
  readDigest,
  readFileReference,
  readMessage,
  readRunName,
  readTags,
} from './message.js';

/** States of a run. */
const RUN_STATES = ['running', 'paused', 'cancelled'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** The record of a run in Redis. */
export interface RunRecord {
  readonly v: 1;
  readonly run: string;
  readonly plan: string;
  /** The document of the run, in the share. */
  readonly document: FileReference;
  readonly records: number;
  /** Records per shard. */
  readonly shardRecords: number;
  /** Version of the metering: a worker with another version would count fuel differently. */
  readonly rewrite: number;
  /** Version of the contract between host and plugins. */
  readonly contract: string;
  /** Labels that a worker must have. */
  readonly tags: readonly string[];
  /** Start of the run, in milliseconds. */
  readonly begunAt: number;
}

/** Prefix of all our keys. BullMQ adds its own. */
const PREFIX = 'testbench';
/** Prefix of the keys of BullMQ. */
export const QUEUE_PREFIX = 'testbench-jobs';

export const keys = {
  runs: `${PREFIX}:runs`,
  record: (run: string): string => `${PREFIX}:run:${run}`,
  state: (run: string): string => `${PREFIX}:state:${run}`,
  refusals: (run: string): string => `${PREFIX}:refusals:${run}`,
  workers: `${PREFIX}:workers`,
  worker: (id: string): string => `${PREFIX}:worker:${id}`,
  spent: (run: string): string => `${PREFIX}:spent:${run}`,
  holds: (run: string): string => `${PREFIX}:holds:${run}`,
  rate: (run: string, path: string): string => `${PREFIX}:rate:${run}:${path}`,
  rates: (run: string): string => `${PREFIX}:rates:${run}`,
  progress: (run: string): string => `${PREFIX}:progress:${run}`,
};

/** @throws {QueueError} `QUEUE_MESSAGE_INVALID`. */
function readRunRecord(text: string): RunRecord {
  return readMessage<RunRecord>(
    'what the queue has of a run',
    text,
    MAX_RECORD_BYTES,
    {
      v: (node) => node.wholeNumber(1, 1) as 1,
      run: readRunName,
      plan: readDigest,
      document: readFileReference,
      records: (node) => node.wholeNumber(1),
      shardRecords: (node) => node.wholeNumber(1, MAX_SHARD_RECORDS),
      rewrite: (node) => node.wholeNumber(0),
      contract: (node) => node.text(),
      tags: readTags,
      begunAt: (node) => node.wholeNumber(0),
    },
    [
      'v',
      'run',
      'plan',
      'document',
      'records',
      'shardRecords',
      'rewrite',
      'contract',
      'tags',
      'begunAt',
    ],
  );
}

/**
 * The queue's record of a run.
 *
 * @throws {QueueError} `QUEUE_RUN_UNKNOWN`, `QUEUE_MESSAGE_INVALID`.
 */
export async function findRun(client: Redis, run: string): Promise<RunRecord> {
  const text = await client.get(keys.record(run));
  if (text !== null) return readRunRecord(text);
  throw new QueueError(
    'QUEUE_RUN_UNKNOWN',
    `Cannot find run ${JSON.stringify(run)}: the queue has none of that name; it is through, or was never begun`,
  );
}

/** The state of a run; undefined if the queue does not have it. */
export async function stateOf(client: Redis, run: string): Promise<RunState | undefined> {
  const text = await client.get(keys.state(run));
  return RUN_STATES.find((state) => state === text);
}

/** Why a process with this version cannot run it; undefined if it can. */
export function versionProblem({ rewrite, contract }: RunRecord): string | undefined {
  if (rewrite !== REWRITE_VERSION) {
    return `the run needs version ${rewrite} of the metering, and this worker has ${REWRITE_VERSION}`;
  }
  if (contract !== API_VERSION) {
    return `the run needs version ${contract} of the contract, and this worker has ${API_VERSION}`;
  }
  return undefined;
}

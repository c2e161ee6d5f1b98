import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import { forgetRun } from './queue-executor.js';
import { findRun, keys, QUEUE_PREFIX, type RunState, stateOf } from './run-record.js';

/** A worker as it says of itself. */
export interface WorkerStatus {
  readonly id: string;
  /** The run that it works for. */
  readonly run: string | null;
  readonly shards: number;
  readonly failed: number;
  readonly concurrency: number;
}

/** A run of a queue. */
export interface QueuedRun {
  readonly run: string;
  readonly plan: string;
  readonly state: RunState;
  readonly records: number;
  readonly tags: readonly string[];
  /** As the coordinator told last. */
  readonly shards: number;
  readonly done: number;
  /** Jobs in Redis. */
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Set apart, with their errors. */
  readonly failed: readonly { readonly shard: string; readonly reason: string }[];
  /** Workers that do not take it, and why. */
  readonly refusals: readonly { readonly worker: string; readonly reason: string }[];
  /** Left, in milliseconds, at the pace so far; undefined before the first shard is done. */
  readonly leftMs?: number;
}

/** What a queue has. */
export interface QueueStatus {
  readonly runs: readonly QueuedRun[];
  readonly workers: readonly WorkerStatus[];
}

/** Errors that are listed of a run. */
const SHOWN = 20;

/** Says how far the runs of a queue are, and who works for them. */
export async function queueStatus(client: Redis): Promise<QueueStatus> {
  const runs: QueuedRun[] = [];
  for (const run of await client.zrange(keys.runs, 0, -1)) {
    const found = await statusOf(client, run).catch(() => undefined);
    if (found !== undefined) runs.push(found);
  }
  const workers: WorkerStatus[] = [];
  for (const id of await client.zrange(keys.workers, 0, -1)) {
    const text = await client.get(keys.worker(id));
    // One that died said nothing of it.
    if (text === null) await client.zrem(keys.workers, id);
    else workers.push(JSON.parse(text) as WorkerStatus);
  }
  return { runs, workers };
}

async function statusOf(client: Redis, run: string): Promise<QueuedRun> {
  const { plan, records, tags, begunAt } = await findRun(client, run);
  const queue = new Queue(run, { connection: client, prefix: QUEUE_PREFIX });
  try {
    const counts = await queue.getJobCounts('waiting', 'active', 'delayed');
    const failed = await queue.getFailed(0, SHOWN - 1);
    const refusals = await client.hgetall(keys.refusals(run));
    const progress = await client.hgetall(keys.progress(run));
    const [shards, done] = [Number(progress['shards'] ?? 0), Number(progress['done'] ?? 0)];
    const passed = Date.now() - begunAt;
    return {
      run,
      plan,
      state: (await stateOf(client, run)) ?? 'running',
      records,
      tags,
      shards,
      done,
      waiting: counts['waiting'] ?? 0,
      active: counts['active'] ?? 0,
      delayed: counts['delayed'] ?? 0,
      failed: failed.map((job) => ({
        shard: String(job.id).slice(0, 100),
        reason: job.failedReason.slice(0, 500),
      })),
      refusals: Object.entries(refusals).map(([worker, reason]) => ({ worker, reason })),
      ...(done === 0 ? {} : { leftMs: Math.round((passed / done) * (shards - done)) }),
    };
  } finally {
    await queue.close();
  }
}

/** Lets no worker take further shards of a run; those that are under way are finished. @throws {QueueError} `QUEUE_RUN_UNKNOWN`. */
export async function pauseRun(client: Redis, run: string): Promise<void> {
  await findRun(client, run);
  await client.set(keys.state(run), 'paused');
}

/** Lets workers go on with a run that was paused. @throws {QueueError} `QUEUE_RUN_UNKNOWN`. */
export async function continueRun(client: Redis, run: string): Promise<void> {
  await findRun(client, run);
  await client.set(keys.state(run), 'running');
}

/**
 * Ends a run: its shards are taken out of the queue, and its coordinator ends. Rows that it has already stay in its folder.
 *
 * @throws {QueueError} `QUEUE_RUN_UNKNOWN`.
 */
export async function cancelRun(client: Redis, run: string): Promise<void> {
  await findRun(client, run);
  await client.set(keys.state(run), 'cancelled', 'EX', 60);
  const queue = new Queue(run, { connection: client, prefix: QUEUE_PREFIX });
  try {
    await queue.obliterate({ force: true });
  } finally {
    await queue.close();
  }
  const state = keys.state(run);
  // The coordinator has to see it: its state outlives the rest for a minute.
  await forgetRun(client, run);
  await client.set(state, 'cancelled', 'EX', 60);
}

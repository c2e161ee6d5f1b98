import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import { forgetRun } from './publish-run.js';
import { findRun, keys, QUEUE_PREFIX, type RunState, stateOf } from './run-record.js';

/** A worker, as reported by itself. */
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
  /** As last reported by the coordinator. */
  readonly shards: number;
  readonly done: number;
  /** Jobs in Redis. */
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Shards that were set aside, with their errors. */
  readonly failed: readonly { readonly shard: string; readonly reason: string }[];
  /** Workers that refuse the run, and why. */
  readonly refusals: readonly { readonly worker: string; readonly reason: string }[];
  /** Time left at the current pace, in milliseconds; undefined before the first shard is done. */
  readonly leftMs?: number;
}

/** The state of a queue. */
export interface QueueStatus {
  readonly runs: readonly QueuedRun[];
  readonly workers: readonly WorkerStatus[];
}

/** Maximum number of errors listed per run. */
const SHOWN = 20;

/** Reports the progress of a queue's runs, and their workers. */
export async function queueStatus(client: Redis): Promise<QueueStatus> {
  const runs: QueuedRun[] = [];
  for (const run of await client.zrange(keys.runs, 0, -1)) {
    const found = await statusOf(client, run).catch(() => undefined);
    if (found !== undefined) runs.push(found);
  }
  const workers: WorkerStatus[] = [];
  for (const id of await client.zrange(keys.workers, 0, -1)) {
    const text = await client.get(keys.worker(id));
    // A worker that died did not sign off.
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

/** Stops workers from taking further shards of a run; shards in progress are finished. @throws {QueueError} `QUEUE_RUN_UNKNOWN`. */
export async function pauseRun(client: Redis, run: string): Promise<void> {
  await findRun(client, run);
  await client.set(keys.state(run), 'paused');
}

/** Lets workers continue a paused run. @throws {QueueError} `QUEUE_RUN_UNKNOWN`. */
export async function continueRun(client: Redis, run: string): Promise<void> {
  await findRun(client, run);
  await client.set(keys.state(run), 'running');
}

/**
 * Ends a run: its shards are removed from the queue, and its coordinator ends. Rows that it already has stay in its folder.
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
  // The coordinator has to see the cancellation: the state is kept a minute longer than the rest.
  await forgetRun(client, run);
  await client.set(state, 'cancelled', 'EX', 60);
}

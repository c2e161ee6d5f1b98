/*
 * A thread of a worker that keeps the locks of its shards, and returns shards of dead workers to the queue. It is a thread of its own because the worker's
 * own may be busy for seconds, with rows to encode or on a machine that has too much to do, and would then lose shards that it is working on.
 *
 * It has no imports from this package, so that tests can start it from its source.
 */
import { parentPort, workerData } from 'node:worker_threads';

import { Worker } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';

/** What the thread needs to know. */
export interface KeeperTask {
  readonly redis: RedisOptions;
  readonly run: string;
  readonly prefix: string;
  readonly lockMs: number;
  readonly stalledMs: number;
  readonly maxStalled: number;
  /** A worker whose counter has not changed for this long is taken for hung, and loses its shards. */
  readonly hungMs: number;
  /** A counter that the worker's own thread increments. */
  readonly beat: SharedArrayBuffer;
}

/** What the worker tells: that it has begun a shard, or is through with it. */
export interface KeeperCommand {
  readonly type: 'begin' | 'end';
  readonly job: string;
  readonly token: string;
}

/** What the thread tells: that it can keep locks, and how many shards of dead workers it returned to the queue. */
export type KeeperReport =
  | { readonly type: 'ready' }
  | { readonly type: 'returned'; readonly count: number };

const { redis, run, prefix, lockMs, stalledMs, maxStalled, hungMs, beat } =
  workerData as KeeperTask;
const port = parentPort!;
// A thread has no origin.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
const report = (what: KeeperReport): void => port.postMessage(what);
/** A command that takes longer is sent again: a server that does not answer must not stop the renewal for good. */
const commandTimeout = Math.floor(lockMs / 2);
const client = new Redis({
  ...redis,
  maxRetriesPerRequest: null,
  retryStrategy: (attempt) => Math.min(20 * attempt, 200),
});
client.on('error', () => {});
// Without a processor it takes no jobs.
const worker = new Worker(run, null, {
  connection: client,
  prefix,
  lockDuration: lockMs,
  stalledInterval: stalledMs,
  maxStalledCount: maxStalled,
});
worker.on('error', () => {});

const tokens = new Map<string, string>();
port.on('message', ({ type, job, token }: KeeperCommand) => {
  if (type === 'begin') tokens.set(job, token);
  // The next attempt may have begun.
  else if (tokens.get(job) === token) tokens.delete(job);
});

const counter = new Int32Array(beat);
let lastCount = 0;
let lastChange = performance.now();
function isHung(): boolean {
  const count = Atomics.load(counter, 0);
  if (count !== lastCount) {
    lastCount = count;
    lastChange = performance.now();
  }
  return performance.now() - lastChange > hungMs;
}

async function renew(): Promise<void> {
  if (tokens.size === 0 || isHung()) return;
  const held = [...tokens];
  const lost = await worker.extendJobLocks(
    held.map(([job]) => job),
    held.map(([, token]) => token),
    lockMs,
  );
  for (const [job, token] of held) {
    if (lost.includes(job) && tokens.get(job) === token) tokens.delete(job);
  }
}

async function returnStalled(): Promise<void> {
  // The check would leave keys behind of a run that is over.
  if ((await client.llen(`${prefix}:${run}:active`)) === 0) return;
  const { length } = await worker.backend.moveStalledJobsToWait();
  if (length > 0) report({ type: 'returned', count: length });
}

/** Repeats an action; a failure is repeated like a success. */
function repeat(action: () => Promise<void>, everyMs: number): void {
  let isBusy = false;
  setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, commandTimeout);
    });
    void Promise.race([action().catch(() => {}), patience]).finally(() => {
      clearTimeout(timer);
      isBusy = false;
    });
  }, everyMs);
}

await worker.waitUntilReady();
report({ type: 'ready' });
repeat(renew, Math.floor(lockMs / 4));
repeat(returnStalled, stalledMs);

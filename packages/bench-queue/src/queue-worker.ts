import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';

import { loadPolicy, type PluginPolicy } from '@testbench/core';
import { makeFolder } from '@testbench/core/files';
import { REWRITE_VERSION } from '@testbench/metering';
import { readOptions } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';
import type { Redis } from 'ioredis';

import { QueueError } from './errors.js';
import { WATCH_MS, WORKER_TTL_MS } from './limits.js';
import { connectQueue } from './redis-url.js';
import {
  findRun,
  keys,
  QUEUE_PREFIX,
  type RunRecord,
  stateOf,
  versionProblem,
} from './run-record.js';
import { serveRun } from './serve-run.js';
import { type QueueWorkerOptions, REQUIRED_OF_WORKERS, WORKER_OPTIONS } from './worker-options.js';

/** What a worker did. */
export interface WorkerReport {
  readonly shards: number;
  readonly failed: number;
}

/**
 * Works on the runs of a queue, oldest first, until its signal fires.
 *
 * Runs of another version, and runs that ask for more than the worker's policy grants, are refused: it takes none of their shards, and records the reason,
 * which `queueStatus` shows.
 *
 * @throws {QueueError} `QUEUE_UNREACHABLE`, `QUEUE_URL_INVALID`.
 * @throws {ConfigError} For an unknown key or a wrong value among the options, or in the policy.
 */
export async function runWorker(given: QueueWorkerOptions): Promise<WorkerReport> {
  const options = readOptions<QueueWorkerOptions>(given, WORKER_OPTIONS, '', REQUIRED_OF_WORKERS);
  const { concurrency = 1 } = options;
  const policy = options.policy === undefined ? {} : await loadPolicy(options.policy);
  makeFolder(options.workDir);
  const client = await connectQueue(options.address, options.onNotice);
  try {
    return await new RunningWorker(client, options, policy, concurrency).work();
  } finally {
    client.disconnect();
  }
}

class RunningWorker {
  readonly #id = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  readonly #client: Redis;
  readonly #options: QueueWorkerOptions;
  readonly #policy: PluginPolicy;
  readonly #concurrency: number;
  /** Runs that it refuses until they are announced again. */
  readonly #refused = new Map<string, number>();
  readonly #count = { shards: 0, failed: 0 };
  #run: string | undefined;

  constructor(
    client: Redis,
    options: QueueWorkerOptions,
    policy: PluginPolicy,
    concurrency: number,
  ) {
    this.#client = client;
    this.#options = options;
    this.#policy = policy;
    this.#concurrency = concurrency;
  }

  async work(): Promise<WorkerReport> {
    const { signal } = this.#options;
    const beat = setInterval(() => void this.#beat(), WORKER_TTL_MS / 3);
    await this.#beat();
    try {
      while (!signal.aborted) {
        const record = await this.#nextRun();
        if (record === undefined) {
          await setTimeout(WATCH_MS, undefined, { signal }).catch(() => {});
          continue;
        }
        this.#run = record.run;
        try {
          await serveRun(record, {
            options: this.#options,
            id: this.#id,
            client: this.#client,
            policy: this.#policy,
            concurrency: this.#concurrency,
            count: this.#count,
          });
        } catch (error) {
          await this.#refuse(record, error);
        }
        this.#run = undefined;
      }
    } finally {
      clearInterval(beat);
      // Not awaited if the queue is unreachable: the worker's status expires anyway.
      const leave = this.#client
        .multi()
        .zrem(keys.workers, this.#id)
        .del(keys.worker(this.#id))
        .exec();
      await Promise.race([leave.catch(() => {}), setTimeout(WATCH_MS)]);
    }
    return { ...this.#count };
  }

  /** Announces that the worker is alive. */
  async #beat(): Promise<void> {
    const about = {
      id: this.#id,
      run: this.#run ?? null,
      ...this.#count,
      concurrency: this.#concurrency,
      rewrite: REWRITE_VERSION,
    };
    await this.#client
      .multi()
      .zadd(keys.workers, Date.now(), this.#id)
      .set(keys.worker(this.#id), JSON.stringify(about), 'PX', WORKER_TTL_MS)
      .exec()
      .catch(() => {});
  }

  /** The oldest run that the worker can serve and that has work. */
  async #nextRun(): Promise<RunRecord | undefined> {
    for (const run of await this.#client.zrange(keys.runs, 0, -1)) {
      let record: RunRecord;
      try {
        record = await findRun(this.#client, run);
      } catch {
        continue;
      }
      if (this.#refused.get(run) === record.begunAt) continue;
      if (!record.tags.every((tag) => this.#options.tags?.includes(tag) === true)) continue;
      const problem = record.run === run ? versionProblem(record) : 'it is called by another name';
      if (problem !== undefined) {
        await this.#refuse(
          record,
          new QueueError('QUEUE_VERSION', `Cannot run shards: ${problem}`),
        );
        continue;
      }
      if ((await stateOf(this.#client, run)) !== 'running') continue;
      const queue = `${QUEUE_PREFIX}:${run}`;
      const [waiting, active, delayed] = await Promise.all([
        this.#client.llen(`${queue}:wait`),
        this.#client.llen(`${queue}:active`),
        this.#client.zcard(`${queue}:delayed`),
      ]);
      // A dead worker may have left a job that is still active.
      if (waiting + active + delayed > 0) return record;
    }
    return undefined;
  }

  async #refuse({ run, begunAt }: RunRecord, error: unknown): Promise<void> {
    if (this.#options.signal.aborted) return;
    const state = PluginError.is(error) ? `${error.code}: ${error.message}` : String(error);
    this.#refused.set(run, begunAt);
    this.#options.onNotice?.(`run ${run} is refused: ${state}`);
    await this.#client.hset(keys.refusals(run), this.#id, state.slice(0, 500)).catch(() => {});
  }
}

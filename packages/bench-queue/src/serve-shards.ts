import { setTimeout as wait } from 'node:timers/promises';

import { type Job, type Processor, Worker, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';

import { LockKeeper } from './lock-keeper.js';
import { LOCK_MS, MAX_STALLED, RETRY_MS, STALLED_MS, WATCH_MS } from './limits.js';
import type { ShardOutcome } from './message.js';
import type { QueueAddress } from './redis-url.js';
import { QUEUE_PREFIX } from './run-record.js';

/** Which shards a worker takes, and what it does with them. */
export interface ServeOptions {
  readonly run: string;
  readonly address: QueueAddress;
  /** A connection for blocking commands only. */
  readonly connection: Redis;
  /** Shards run concurrently. */
  readonly concurrency: number;
  readonly runJob: (job: Job) => Promise<ShardOutcome>;
  /** Called if shards can no longer be kept from other workers. */
  readonly onFailed: (error: Error) => void;
  /** Ends the wait for the queue; no shard is then taken. */
  readonly signal: AbortSignal;
}

/** How long a place for shards of dead workers waits for one: another worker may have been faster. */
const SPARE_MS = 2000;

/** How long a place without a shard may take to close. */
const CLOSE_MS = 5000;

/** Takes shards of a run from its queue. */
export class ShardService {
  readonly #options: ServeOptions;
  readonly #keeper: LockKeeper;
  #worker: Worker | undefined;
  #spare: Promise<void> | undefined;
  #running = 0;
  #isClosed = false;

  private constructor(options: ServeOptions) {
    this.#options = options;
    this.#keeper = new LockKeeper(
      options.address,
      options.run,
      (count) => this.#takeReturned(count),
      options.onFailed,
    );
  }

  /** Begins to take shards. */
  static async begin(options: ServeOptions): Promise<ShardService> {
    const service = new ShardService(options);
    try {
      const aborted = new Promise<void>((resolve) => {
        options.signal.addEventListener('abort', () => resolve(), { once: true });
      });
      await Promise.race([service.#keeper.ready, aborted]);
      if (options.signal.aborted) return service;
      service.#worker = service.#open(async (job) => await service.#run(job), options.concurrency);
      return service;
    } catch (error) {
      await service.#keeper.close();
      throw error;
    }
  }

  /** Shards in progress. */
  get running(): number {
    return this.#running;
  }

  /** Finishes the shards in progress, and takes no others. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#worker !== undefined) await this.#end(this.#worker);
    await this.#spare;
    await this.#keeper.close();
  }

  #open(
    process: Processor<unknown, ShardOutcome>,
    concurrency: number,
    more: Partial<WorkerOptions> = {},
  ): Worker {
    const worker = new Worker<unknown, ShardOutcome>(this.#options.run, process, {
      connection: this.#options.connection,
      prefix: QUEUE_PREFIX,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_MS,
      maxStalledCount: MAX_STALLED,
      // The thread does both.
      skipLockRenewal: true,
      skipStalledCheck: true,
      drainDelay: 1,
      // By default, a worker does nothing for 15 s after the queue was gone for a moment.
      runRetryDelay: RETRY_MS,
      ...more,
    });
    worker.on('error', () => {});
    const end = (job?: Job): void => {
      if (job?.id !== undefined && job.token !== undefined) this.#keeper.end(job.id, job.token);
    };
    worker.on('completed', end);
    worker.on('failed', end);
    return worker;
  }

  async #run(job: Job): Promise<ShardOutcome> {
    this.#running += 1;
    try {
      // The lock is kept until the queue knows the result, even if it is gone for a while.
      if (job.id !== undefined && job.token !== undefined) this.#keeper.begin(job.id, job.token);
      return await this.#options.runJob(job);
    } finally {
      this.#running -= 1;
    }
  }

  /**
   * Shards of a dead worker are begun at once, also if all places are taken: a shard may take minutes, and its records have waited already. At most
   * as many are added as the worker runs anyway.
   */
  #takeReturned(count: number): void {
    const { concurrency } = this.#options;
    // A free place takes it by itself.
    if (this.#isClosed || this.#spare !== undefined || this.#running < concurrency) return;
    this.#spare = this.#runSpare(Math.min(count, concurrency))
      .catch(() => {})
      .finally(() => {
        this.#spare = undefined;
      });
  }

  async #runSpare(places: number): Promise<void> {
    let taken = 0;
    const spare = this.#open(async (job) => {
      taken += 1;
      if (taken >= places) void spare.pause(true);
      return await this.#run(job);
    }, places);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, SPARE_MS);
      spare.once('paused', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    await this.#end(spare);
  }

  /**
   * Closes a worker. If its connection is closed while it is gone, the command that waits for shards never settles, since ioredis has put it aside to be sent
   * again; nothing is left to wait for if no shard is in progress.
   */
  async #end(worker: Worker): Promise<void> {
    const ended = (): boolean => true;
    const closed = worker.close().then(ended, ended);
    let idleSince = performance.now();
    while (!(await Promise.race([closed, wait(WATCH_MS, false)]))) {
      if (this.#running > 0) idleSince = performance.now();
      else if (performance.now() - idleSince > CLOSE_MS) return;
    }
  }
}

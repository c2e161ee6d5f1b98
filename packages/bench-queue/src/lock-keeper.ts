import { Worker } from 'node:worker_threads';

import { HUNG_MS, LOCK_MS, MAX_STALLED, STALLED_MS } from './limits.js';
import type { KeeperCommand, KeeperReport, KeeperTask } from './keep-locks.js';
import { type QueueAddress, redisOptions } from './redis-url.js';
import { QUEUE_PREFIX } from './run-record.js';

/** How often the worker's own thread shows that it is alive, in milliseconds. */
const BEAT_MS = 1000;

/** Location of the thread's code: next to this package's own code. */
function threadEntry(): URL {
  const name = import.meta.url.endsWith('.ts') ? 'keep-locks.ts' : 'keep-locks.js';
  return new URL(name, import.meta.url);
}

/** Keeps the locks of a worker's shards, and looks for shards of dead workers, in a thread of its own. */
export class LockKeeper {
  readonly #thread: Worker;
  readonly #beat: NodeJS.Timeout;

  /** Settles when it can keep locks: a shard that begins earlier could be taken for that of a dead worker. Rejects if the thread ends before. */
  readonly ready: Promise<void>;

  /**
   * @param onReturned Called with the number of shards that were taken from dead workers and returned to the queue.
   * @param onFailed Called if the thread ends by itself: without it, the worker would lose its shards.
   */
  constructor(
    address: QueueAddress,
    run: string,
    onReturned: (count: number) => void,
    onFailed: (error: Error) => void,
  ) {
    const { retryStrategy: _, ...redis } = redisOptions(address);
    const beat = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const counter = new Int32Array(beat);
    const workerData: KeeperTask = {
      redis,
      run,
      prefix: QUEUE_PREFIX,
      lockMs: LOCK_MS,
      stalledMs: STALLED_MS,
      maxStalled: MAX_STALLED,
      hungMs: HUNG_MS,
      beat,
    };
    this.#thread = new Worker(threadEntry(), { workerData, env: {}, argv: [], execArgv: [] });
    this.ready = new Promise((resolve, reject) => {
      this.#thread.on('message', (report: KeeperReport) => {
        if (report.type === 'ready') resolve();
        else onReturned(report.count);
      });
      this.#thread.on('error', (error) => {
        reject(error);
        onFailed(error as Error);
      });
      this.#thread.on('exit', () => reject(new Error('the thread that keeps locks has ended')));
    });
    this.ready.catch(() => {});
    this.#beat = setInterval(() => void Atomics.add(counter, 0, 1), BEAT_MS);
  }

  /** Keeps the lock of a shard from now on. */
  begin(job: string, token: string): void {
    this.#send({ type: 'begin', job, token });
  }

  /** Stops to keep the lock of a shard: the queue knows how it ended. */
  end(job: string, token: string): void {
    this.#send({ type: 'end', job, token });
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    await this.#thread.terminate();
  }

  #send(command: KeeperCommand): void {
    // A thread has no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#thread.postMessage(command);
  }
}

import { MAX_QUEUED_EXECUTIONS, RUNNER_IDLE_MS } from '../limits.js';
import { ModulePreparer } from './module-preparer.js';
import { RunnerPool } from './runner-pool.js';
import type { StartRunner } from './runner-link.js';
import { startThread } from './start-thread.js';

/** The threads of a manager, and the separate runners of each of its other plugins. */
export class RunnerPools {
  #threads: RunnerPool | undefined;
  /** Reads modules for all of them. */
  readonly preparer = new ModulePreparer();
  /** Pools with runners for a single version. */
  readonly #own = new Set<RunnerPool>();

  constructor(
    readonly maxThreads: number,
    readonly maxProcessesPerPlugin: number,
  ) {}

  /** Shared by all plugins that run in threads; nothing starts before it is used. */
  get threads(): RunnerPool {
    this.#threads ??= new RunnerPool({
      start: startThread,
      maxRunners: this.maxThreads,
      // The last thread is kept free for the other plugins.
      maxPerPlugin: Math.max(1, this.maxThreads - 1),
      maxWaiting: MAX_QUEUED_EXECUTIONS,
      idleMs: RUNNER_IDLE_MS,
      oneVersion: false,
    });
    return this.#threads;
  }

  /** Runners of one version of one plugin. They end when it is retired, and start again if it comes back. */
  openOwn(start: StartRunner): RunnerPool {
    for (const other of this.#own) if (other.size === 0) this.#own.delete(other);
    const pool: RunnerPool = new RunnerPool({
      start: (events) => {
        this.#own.add(pool);
        return start(events);
      },
      maxRunners: this.maxProcessesPerPlugin,
      maxPerPlugin: this.maxProcessesPerPlugin,
      maxWaiting: MAX_QUEUED_EXECUTIONS,
      idleMs: RUNNER_IDLE_MS,
      oneVersion: true,
    });
    return pool;
  }

  close(): void {
    this.preparer.close();
    this.#threads?.close();
    for (const pool of this.#own) pool.close();
    this.#own.clear();
  }
}

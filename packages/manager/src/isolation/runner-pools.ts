import { MAX_QUEUED_EXECUTIONS, RUNNER_IDLE_MS } from '../limits.js';
import { RunnerPool } from './runner-pool.js';
import { startProcess } from './start-process.js';
import { startThread } from './start-thread.js';

/** The threads of a manager, and the processes of each of its plugins. */
export class RunnerPools {
  #threads: RunnerPool | undefined;
  readonly #processes = new Set<RunnerPool>();

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
    });
    return this.#threads;
  }

  /** Processes of one version of one plugin; whoever opens them closes them. */
  openProcesses(): RunnerPool {
    const pool = new RunnerPool({
      start: startProcess,
      maxRunners: this.maxProcessesPerPlugin,
      maxPerPlugin: this.maxProcessesPerPlugin,
      maxWaiting: MAX_QUEUED_EXECUTIONS,
      idleMs: RUNNER_IDLE_MS,
    });
    this.#processes.add(pool);
    for (const other of this.#processes) if (other.closed) this.#processes.delete(other);
    return pool;
  }

  close(): void {
    this.#threads?.close();
    for (const pool of this.#processes) pool.close();
    this.#processes.clear();
  }
}

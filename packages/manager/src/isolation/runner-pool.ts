import { type Patience, Semaphore } from '../semaphore.js';
import { Runner } from './runner.js';
import type { StartRunner } from './runner-link.js';

/** How a {@link RunnerPool} grows and shrinks. */
export interface RunnerPoolOptions {
  readonly start: StartRunner;
  readonly maxRunners: number;
  /** Runners that one plugin may hold at a time. */
  readonly maxPerPlugin: number;
  readonly maxWaiting: number;
  /** An idle runner ends after this time, in milliseconds. */
  readonly idleMs: number;
}

/** Threads or child processes, started as calls need them, each taken by one call at a time. */
export class RunnerPool {
  readonly #places: Semaphore;
  readonly #idle: Runner[] = [];
  readonly #all = new Set<Runner>();
  #shrinkTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(readonly options: RunnerPoolOptions) {
    this.#places = new Semaphore(options.maxRunners, options.maxWaiting, options.maxPerPlugin);
  }

  /** Number of running threads or processes. */
  get size(): number {
    return this.#all.size;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Runners that have nothing to do. */
  get idle(): readonly Runner[] {
    return this.#idle;
  }

  /**
   * Takes a runner for as long as `use` runs.
   *
   * @param key The plugin: places are shared out fairly between keys.
   * @param version Preferred are runners that have it loaded.
   */
  async use<T>(
    key: string,
    version: number,
    patience: Patience,
    run: (runner: Runner) => Promise<T>,
  ): Promise<T> {
    if (!this.#places.tryEnter(key)) await this.#places.enter(key, patience);
    const runner = this.#take(version);
    try {
      return await run(runner);
    } finally {
      if (runner.dead) this.#all.delete(runner);
      else if (this.#closed) runner.kill();
      else this.#idle.push(runner);
      this.#scheduleShrinking();
      this.#places.leave(key);
    }
  }

  /** Ends all runners; calls that run there fail. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#shrinkTimer);
    this.#places.close();
    for (const runner of this.#all) runner.kill();
    this.#all.clear();
    this.#idle.length = 0;
  }

  #take(version: number): Runner {
    let index = this.#idle.findLastIndex((runner) => runner.has(version));
    // The one used last is the warmest.
    if (index < 0) index = this.#idle.length - 1;
    const [idle] = index < 0 ? [] : this.#idle.splice(index, 1);
    if (idle !== undefined && !idle.dead) return idle;
    const runner = new Runner(this.options.start);
    runner.onDeath = () => {
      this.#all.delete(runner);
      const at = this.#idle.indexOf(runner);
      if (at >= 0) this.#idle.splice(at, 1);
    };
    this.#all.add(runner);
    return runner;
  }

  /** Ends runners that nobody has needed for a while; one timer serves them all. */
  #scheduleShrinking(): void {
    if (this.#shrinkTimer !== undefined || this.#closed) return;
    this.#shrinkTimer = setTimeout(() => {
      this.#shrinkTimer = undefined;
      // The first of the list was idle longest.
      const runner = this.#idle.shift();
      if (runner === undefined) return;
      runner.kill();
      this.#all.delete(runner);
      if (this.#idle.length > 0) this.#scheduleShrinking();
    }, this.options.idleMs);
    this.#shrinkTimer.unref();
  }
}

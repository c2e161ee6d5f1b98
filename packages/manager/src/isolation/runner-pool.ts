import { CallError } from '@testbench/types/errors';

import { endedCall, type Ending } from '../ending.js';
import { SHUTDOWN_TIMEOUT_MS } from '../limits.js';
import { type WaitOptions, Semaphore } from '../semaphore.js';
import type { RemoteGuest } from './remote-guest.js';
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
  /** True if the pool serves only one version: its runners end with the version. */
  readonly oneVersion: boolean;
}

/** Threads or child processes, started on demand, each used by one call at a time. */
export class RunnerPool {
  readonly #places: Semaphore;
  readonly #idle: Runner[] = [];
  readonly #all = new Set<Runner>();
  /** Retired versions, until no runner has them loaded any more. */
  readonly #retired = new Map<number, RemoteGuest>();
  /** How the calls of a version were last ended, a new object each time: calls that were already waiting have been ended too. */
  readonly #endings = new WeakMap<RemoteGuest, { readonly ending: Ending }>();
  #shrinkTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(readonly options: RunnerPoolOptions) {
    this.#places = new Semaphore(options.maxRunners, options.maxWaiting, options.maxPerPlugin);
  }

  /** Number of running threads or processes. */
  get size(): number {
    return this.#all.size;
  }

  /**
   * Takes a runner while `use` runs.
   *
   * @param key The plugin: places are distributed fairly between keys.
   * @param guest Runners that have it loaded are preferred.
   */
  async use<T>(
    key: string,
    guest: RemoteGuest,
    waiting: WaitOptions,
    run: (runner: Runner) => Promise<T>,
  ): Promise<T> {
    if (!this.#places.tryEnter(key)) {
      const endings = this.#endings.get(guest);
      await this.#places.enter(key, waiting);
      const now = this.#endings.get(guest);
      const ending = now === endings ? undefined : now?.ending;
      if (ending !== undefined) {
        this.#places.leave(key);
        throw endedCall(ending, 'start');
      }
    }
    // After a rollback, a retired version is needed again.
    this.#retired.delete(guest.version);
    let runner: Runner;
    try {
      runner = this.#take(guest.version);
    } catch (error) {
      this.#places.leave(key);
      throw error;
    }
    try {
      return await run(runner);
    } finally {
      // Not awaited: unloading other plugins must not delay this call.
      void this.#afterUse(runner, key);
    }
  }

  /** Shuts down a version in all runners: in idle ones now, in the others when they are done. */
  async retire(guest: RemoteGuest): Promise<void> {
    this.#retired.set(guest.version, guest);
    const holding = this.#idle.filter((runner) => runner.has(guest.version));
    await Promise.all(
      holding.map(async (runner) => {
        this.#idle.splice(this.#idle.indexOf(runner), 1);
        await this.#unloadRetired(runner);
        this.#giveBack(runner);
      }),
    );
  }

  /** Ends the running and waiting calls of a version; a runner whose guest can be stopped is kept. */
  endCalls(guest: RemoteGuest, ending: Ending): void {
    this.#endings.set(guest, { ending });
    for (const runner of this.#all) if (runner.isBusyWith(guest.version)) runner.stop(ending);
  }

  /** Ends all runners; calls running there fail with `CALL_SHUT_DOWN`. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#shrinkTimer);
    this.#places.close();
    for (const runner of this.#all) runner.end();
    this.#all.clear();
    this.#idle.length = 0;
  }

  async #afterUse(runner: Runner, key: string): Promise<void> {
    try {
      if (this.#retired.size > 0) await this.#unloadRetired(runner);
    } catch {
      // Not awaited. A runner that cannot unload a version is useless.
      runner.end();
    }
    this.#giveBack(runner);
    this.#scheduleShrinking();
    this.#places.leave(key);
  }

  #giveBack(runner: Runner): void {
    const useless = this.#closed || (this.options.oneVersion && runner.isEmpty);
    if (useless) runner.end();
    if (useless || runner.dead) this.#all.delete(runner);
    else {
      runner.idleSince = performance.now();
      this.#idle.push(runner);
    }
  }

  async #unloadRetired(runner: Runner): Promise<void> {
    for (const [version, guest] of this.#retired) {
      if (runner.has(version) && !runner.dead) {
        try {
          await runner.unload(guest, { timeoutMs: SHUTDOWN_TIMEOUT_MS });
        } catch (error) {
          // A plugin that does not shut down in time loses its runner and is no longer awaited.
          if (!(error instanceof CallError)) throw error;
        }
      }
      const held = [...this.#all].some((other) => !other.dead && other.has(version));
      if (!held) this.#retired.delete(version);
    }
  }

  #take(version: number): Runner {
    let index = this.#idle.findLastIndex((runner) => runner.has(version));
    // The most recently used one is the warmest.
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

  /** Ends runners that nobody has used since the timer was started; one timer serves them all. */
  #scheduleShrinking(): void {
    if (this.#shrinkTimer !== undefined || this.#closed) return;
    const started = performance.now();
    this.#shrinkTimer = setTimeout(() => {
      this.#shrinkTimer = undefined;
      // One that is used all the time is idle for a moment between two calls, too: it is warm, and stays.
      const used = this.#idle.findIndex(({ idleSince }) => idleSince > started);
      for (const runner of this.#idle.splice(0, used < 0 ? this.#idle.length : used)) {
        runner.end();
        this.#all.delete(runner);
      }
      if (this.#idle.length > 0) this.#scheduleShrinking();
    }, this.options.idleMs);
    this.#shrinkTimer.unref();
  }
}

import { setImmediate as macrotask } from 'node:timers/promises';

import type { CallClock } from '../clock.js';

/** A clock that stands still until it is told to advance. */
export class FakeClock implements CallClock {
  #now = 0;
  #nextId = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly action: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, action: () => void): () => void {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#timers.set(id, { at: this.#now + Math.max(0, delayMs), action });
    return () => void this.#timers.delete(id);
  }

  /** Pending timers. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Advances the time, timer by timer, and runs everything that follows from each. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await macrotask();
    for (let next = this.#next(); next !== undefined && next[1].at <= end; next = this.#next()) {
      this.#now = Math.max(this.#now, next[1].at);
      this.#timers.delete(next[0]);
      next[1].action();
      await macrotask();
    }
    this.#now = end;
  }

  /** Advances the time until `promise` is settled. */
  async until<Value>(promise: Promise<Value>): Promise<Value> {
    const state = { isSettled: false };
    const settle = (): void => {
      state.isSettled = true;
    };
    promise.then(settle, settle);
    await macrotask();
    while (!state.isSettled) {
      const next = this.#next();
      if (next === undefined) throw new Error('Nothing is going to happen');
      await this.advance(Math.max(0, next[1].at - this.#now));
    }
    return await promise;
  }

  #next(): [number, { readonly at: number; readonly action: () => void }] | undefined {
    let first: [number, { readonly at: number; readonly action: () => void }] | undefined;
    for (const entry of this.#timers) {
      if (first === undefined || entry[1].at < first[1].at) first = entry;
    }
    return first;
  }
}

import { CallError } from '@testbench/types/errors';

import { MAX_CRASHES_IN_A_ROW, MAX_QUARANTINE_MS, QUARANTINE_MS } from './limits.js';

/**
 * Suspends a plugin whose threads or processes die again and again: starting them costs the host more than the calls are
 * worth. Each suspension is twice as long as the one before; a call that ends normally resets this.
 */
export class Quarantine {
  #crashes = 0;
  #rests = 0;
  #untilMs = 0;

  constructor(readonly now: () => number = () => performance.now()) {}

  /** True while the plugin is suspended. */
  get active(): boolean {
    return this.now() < this.#untilMs;
  }

  /** @throws {CallError} `CALL_QUARANTINED` while the plugin is suspended. */
  check(id: string): void {
    if (this.#untilMs === 0) return;
    const retryAfterMs = Math.ceil(this.#untilMs - this.now());
    if (retryAfterMs <= 0) return;
    throw new CallError(
      'CALL_QUARANTINED',
      `Cannot call plugin "${id}": it crashed ${this.#crashes} times in a row and rests for ${retryAfterMs} ms more`,
      { retryAfterMs },
    );
  }

  /** @returns True if the plugin is suspended from now on. */
  crashed(): boolean {
    // Calls that ran at the same time crash together; that counts as one crash.
    if (this.active) return false;
    this.#crashes += 1;
    if (this.#crashes < MAX_CRASHES_IN_A_ROW) return false;
    this.#untilMs = this.now() + Math.min(QUARANTINE_MS * 2 ** this.#rests, MAX_QUARANTINE_MS);
    this.#rests += 1;
    return true;
  }

  succeeded(): void {
    if (this.#crashes === 0) return;
    this.#crashes = 0;
    this.#rests = 0;
    this.#untilMs = 0;
  }
}

import type { EffectArgument } from '@testbench/types/abi';

import { MAX_OPEN_HANDLES } from '../limits.js';

/** What one call has open, by number. Numbers are not reused in a call, so that a stale one is invalid. */
export class HandleTable<T extends { close(): void }> {
  readonly #open = new Map<number, T>();
  #last = 0;

  /** True if another one can be added. */
  get hasRoom(): boolean {
    return this.#open.size < MAX_OPEN_HANDLES;
  }

  /** @returns Its number, from 1. */
  add(value: T): number {
    this.#last += 1;
    this.#open.set(this.#last, value);
    return this.#last;
  }

  get(handle: EffectArgument | undefined): T | undefined {
    return typeof handle === 'number' ? this.#open.get(handle) : undefined;
  }

  /** Removes it without closing it. */
  remove(handle: EffectArgument | undefined): T | undefined {
    const value = this.get(handle);
    if (value !== undefined) this.#open.delete(handle as number);
    return value;
  }

  /** Closes everything that is open, and starts from scratch. */
  closeAll(): void {
    const values = [...this.#open.values()];
    this.#open.clear();
    this.#last = 0;
    for (const value of values) value.close();
  }
}

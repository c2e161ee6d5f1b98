import { type OptionReaders, readOptions } from '@testbench/types/config';
import type { StateStore } from '@testbench/types/stores';

import { MAX_STATE_BYTES, MAX_STATE_ENTRIES } from '../limits.js';

/** How much one plugin may store. */
export interface StateQuota {
  /** Keys and values together. @default 1048576 */
  readonly maxBytes?: number;
  /** @default 4096 */
  readonly maxEntries?: number;
}

const QUOTA: OptionReaders<StateQuota> = {
  maxBytes: (node) => node.wholeNumber(0),
  maxEntries: (node) => node.wholeNumber(0),
};

/** @throws {ConfigError} For an unknown key or a wrong value. */
export function readQuota(given: StateQuota | undefined): StateQuota {
  return readOptions<StateQuota>(given, QUOTA, 'quota');
}

/**
 * Makes a store in memory with a quota on entries and bytes.
 *
 * Give each plugin its own: keys of two plugins must never collide, however they are spelled.
 *
 * @throws {ConfigError} For a quota with an unknown key or a wrong value.
 *
 * @example
 * ```ts
 * import { createMemoryStateStore } from '@testbench/host';
 *
 * const state = createMemoryStateStore({ maxBytes: 10 });
 * state.set('key', Uint8Array.of(1, 2, 3)); // => true
 * state.set('other', new Uint8Array(10)); // => false
 * ```
 */
export function createMemoryStateStore(quota?: StateQuota): StateStore {
  return createStateMap(readQuota(quota));
}

/** A map with a quota, whose entries can be listed. */
export function createStateMap(quota: StateQuota): StateStore & {
  entries(): Iterable<{ readonly key: string; readonly value: Uint8Array }>;
  /** Restores a previous value, regardless of the quota. */
  restore(key: string, value: Uint8Array): void;
} {
  const { maxBytes = MAX_STATE_BYTES, maxEntries = MAX_STATE_ENTRIES } = quota;
  const entries = new Map<string, Uint8Array>();
  let usedBytes = 0;
  // UTF-16 keys cost at most two bytes per unit.
  const cost = (key: string, value: Uint8Array | undefined): number =>
    value === undefined ? 0 : key.length * 2 + value.length;
  return {
    specificationVersion: 'v1',
    get: (key) => entries.get(key),
    restore(key, value) {
      usedBytes += cost(key, value) - cost(key, entries.get(key));
      entries.set(key, value);
    },
    *entries() {
      for (const [key, value] of entries) yield { key, value };
    },
    set(key, value) {
      const before = entries.get(key);
      const bytes = usedBytes - cost(key, before) + cost(key, value);
      const count = entries.size + (before === undefined ? 1 : 0);
      if (bytes > maxBytes || count > maxEntries) return false;
      entries.set(key, value.slice());
      usedBytes = bytes;
      return true;
    },
    delete(key) {
      usedBytes -= cost(key, entries.get(key));
      return entries.delete(key);
    },
  };
}

import { readOptions } from '@testbench/types/config';
import type { ModuleStore } from '@testbench/types/stores';

import { DEFAULT_MAX_CACHED_MODULES } from './limits.js';

/** How a {@link ModuleCache} keeps modules. */
export interface ModuleCacheOptions {
  /** Modules kept in memory; the least recently used one is dropped first. @default 256 */
  readonly maxModules?: number;
  /** Where metered bytes are kept beyond the lifetime of this process. @default none */
  readonly store?: ModuleStore;
}

/**
 * Compiled modules in memory, each compiled only once even if several callers ask for it at the same time.
 *
 * @example
 * ```ts
 * import { ModuleCache } from '@testbench/runtime';
 *
 * const cache = new ModuleCache({ maxModules: 8 });
 * const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
 * const first = await cache.getOrCompile('key', () => WebAssembly.compile(empty));
 * const second = await cache.getOrCompile('key', () => WebAssembly.compile(empty));
 * first === second; // => true
 * ```
 */
export class ModuleCache {
  readonly store: ModuleStore | undefined;
  readonly #maxModules: number;
  readonly #modules = new Map<string, Promise<WebAssembly.Module>>();

  /** @throws {ConfigError} For an unknown key or a wrong value. */
  constructor(given?: ModuleCacheOptions) {
    const options = readOptions<ModuleCacheOptions>(given, {
      maxModules: (node) => node.wholeNumber(0),
      store: (node) => node.implementation('read', 'write'),
    });
    this.store = options.store;
    this.#maxModules = options.maxModules ?? DEFAULT_MAX_CACHED_MODULES;
  }

  /** Returns the module of `key`, calling `compile` if there is none. A failed compilation is not kept. */
  async getOrCompile(
    key: string,
    compile: () => Promise<WebAssembly.Module>,
  ): Promise<WebAssembly.Module> {
    const pending = this.#modules.get(key) ?? compile();
    // Set again in either case: a map iterates in the order of insertion, so the first is the oldest.
    this.#modules.delete(key);
    this.#modules.set(key, pending);
    const oldest = this.#modules.keys().next().value;
    if (this.#modules.size > this.#maxModules && oldest !== undefined) {
      this.#modules.delete(oldest);
    }
    try {
      return await pending;
    } catch (error) {
      if (this.#modules.get(key) === pending) this.#modules.delete(key);
      throw error;
    }
  }
}

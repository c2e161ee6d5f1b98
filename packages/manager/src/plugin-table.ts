import { CallError, LoadError } from '@testbench/types/errors';

import { endedCall } from './ending.js';
import type { LoadedPlugin } from './loaded-plugin.js';
import type { PluginInfo } from './plugin-info.js';
import { requireId } from './require-id.js';

/** The plugins of a manager by id, and those that are being removed. */
export class PluginTable {
  readonly #plugins = new Map<string, LoadedPlugin>();
  /** Plugins that are being removed; their ids may be reused. */
  readonly #leaving = new Set<LoadedPlugin>();
  readonly #maxPlugins: number;
  #closed = false;

  constructor(maxPlugins: number) {
    this.#maxPlugins = maxPlugins;
  }

  /** Plugins that are being removed do not count. */
  get size(): number {
    return this.#plugins.size;
  }

  add(plugin: LoadedPlugin): void {
    this.#plugins.set(plugin.id, plugin);
  }

  /** @throws {LoadError} If a plugin with that id, or with an id not known yet, cannot be added. */
  checkRoom(id: string | undefined): void {
    if (this.#closed) throw new LoadError('LOAD_SHUT_DOWN', 'Cannot load plugin: closed');
    if (id !== undefined && this.#plugins.has(id)) {
      throw new LoadError(
        'LOAD_ALREADY_LOADED',
        `Cannot load plugin "${id}": one of that id is loaded already`,
      );
    }
    if (this.#plugins.size >= this.#maxPlugins) {
      throw new LoadError(
        'LOAD_TOO_MANY_PLUGINS',
        `Cannot load plugin: ${this.#plugins.size} are loaded, limit is ${this.#maxPlugins}`,
      );
    }
  }

  /** @throws {LoadError} `LOAD_NOT_LOADED`, or `LOAD_SHUT_DOWN` after `close`. */
  find(id: string): LoadedPlugin {
    const plugin = this.#plugins.get(id);
    if (plugin !== undefined) return plugin;
    requireId(id);
    throw this.#closed
      ? new LoadError('LOAD_SHUT_DOWN', `Cannot find plugin "${id}": closed`)
      : new LoadError('LOAD_NOT_LOADED', `Cannot find plugin "${id}": it is not loaded`);
  }

  /** @throws {CallError} If the plugin cannot take calls. */
  findForCall(id: string, signal: AbortSignal | undefined): LoadedPlugin {
    if (signal?.aborted === true) {
      throw new CallError('CALL_CANCELLED', 'Cannot start call: it was cancelled before', {
        cause: signal.reason,
      });
    }
    if (this.#closed) throw endedCall('closed', 'start');
    const plugin = this.#plugins.get(id);
    if (plugin !== undefined) return plugin;
    requireId(id);
    throw new CallError('CALL_NOT_FOUND', `Cannot call plugin "${id}": it is not loaded`);
  }

  /** Takes out a plugin; it is shown as `unloading` until it is {@link gone}. */
  takeOut(plugin: LoadedPlugin): void {
    if (this.#plugins.get(plugin.id) === plugin) this.#plugins.delete(plugin.id);
    this.#leaving.add(plugin);
  }

  /** Forgets a plugin that was taken out. */
  gone(plugin: LoadedPlugin): void {
    this.#leaving.delete(plugin);
  }

  /** Accepts no more plugins. @returns The current ones. */
  close(): LoadedPlugin[] {
    this.#closed = true;
    return [...this.#plugins.values()];
  }

  /** What is known about one plugin, also while it is being removed. */
  info(id: string): PluginInfo | undefined {
    requireId(id);
    const plugin =
      this.#plugins.get(id) ?? [...this.#leaving].findLast((leaving) => leaving.id === id);
    return plugin?.info();
  }

  /** In the order of loading; plugins that are being removed come last. */
  list(): PluginInfo[] {
    return [...this.#plugins.values(), ...this.#leaving].map((plugin) => plugin.info());
  }
}

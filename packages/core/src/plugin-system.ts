import {
  type ExecuteOptions,
  type LoadPluginOptions,
  type PluginInfo,
  PluginManager,
  type PluginManagerOptions,
} from '@testbench/manager';
import { type DiscoveredPlugin, discoverPlugins, PluginIndex } from '@testbench/registry';
import type { Capability, PluginInput, PluginOutput, PluginType } from '@testbench/types';

/** How a {@link PluginSystem} works; every field has a default. */
export interface PluginSystemOptions extends PluginManagerOptions {
  /** Folders and files that `discoverPlugins` looks into. @default none */
  readonly searchPaths?: readonly string[];
}

/**
 * Loads WebAssembly plugins and runs them safely: the front of Testbench.
 *
 * @example
 * ```ts no-run
 * import { PluginSystem } from '@testbench/core';
 *
 * await using system = new PluginSystem({ limits: { timeoutMs: 1000 } });
 * await system.loadPlugin('exact-match.wasm');
 * const output = await system.executePlugin('exact-match', {
 *   data: { output: 'Paris', expected: 'paris' },
 * });
 * ```
 */
export class PluginSystem implements AsyncDisposable {
  readonly #manager: PluginManager;
  readonly #index = new PluginIndex();
  readonly #searchPaths: readonly string[];

  /** @throws {ConfigError} For an unknown key or a wrong value. */
  constructor(options: PluginSystemOptions = {}) {
    const { searchPaths = [], ...managerOptions } = options;
    this.#manager = new PluginManager(managerOptions);
    this.#searchPaths = searchPaths;
  }

  /** Number of loaded plugins. */
  get pluginCount(): number {
    return this.#manager.pluginCount;
  }

  /**
   * Loads a plugin from a file under `options.id`, or else under its metadata's name.
   *
   * @throws {LoadError} Nothing is kept of a plugin that does not load.
   * @throws {ConfigError} For wrong limits or permissions.
   */
  async loadPlugin(path: string, options: LoadPluginOptions = {}): Promise<PluginInfo> {
    return this.#added(await this.#manager.load(path, options));
  }

  /**
   * Loads a plugin from bytes under the id `name`.
   *
   * @param bytes Copied.
   * @throws {LoadError} Nothing is kept of a plugin that does not load.
   * @throws {ConfigError} For wrong limits or permissions.
   */
  async loadPluginFromBytes(
    name: string,
    bytes: Uint8Array,
    options: Omit<LoadPluginOptions, 'id'> = {},
  ): Promise<PluginInfo> {
    return this.#added(await this.#manager.load(bytes, { ...options, id: name }));
  }

  /**
   * Runs one input through a plugin.
   *
   * @typeParam Data What the caller expects as `data`; checked only against the shape for the plugin's type.
   * @throws {CallError} The plugin stays loaded, and takes the next call on a fresh instance.
   */
  async executePlugin<Data = unknown>(
    id: string,
    input: PluginInput,
    options: ExecuteOptions = {},
  ): Promise<PluginOutput<Data>> {
    return (await this.#manager.execute(id, input, options)) as PluginOutput<Data>;
  }

  /**
   * Removes a plugin, after telling it to shut down.
   *
   * @throws {LoadError} `LOAD_NOT_FOUND`.
   */
  async unloadPlugin(id: string): Promise<void> {
    await this.#manager.unload(id);
    this.#index.remove(id);
  }

  /**
   * Puts another version in a plugin's place; configuration, limits, permissions and state stay.
   *
   * @param source A file's path, or bytes.
   * @throws {LoadError} The old version stays.
   */
  async reloadPlugin(id: string, source: string | Uint8Array): Promise<PluginInfo> {
    return this.#added(await this.#manager.reload(id, source));
  }

  /** What is known of all plugins, in the order of loading. */
  listPlugins(): PluginInfo[] {
    return this.#manager.list();
  }

  /** What is known of one plugin; undefined if it is not loaded. */
  getPluginInfo(id: string): PluginInfo | undefined {
    return this.#manager.info(id);
  }

  /** Loaded plugins of a type. */
  findPluginsByType(type: PluginType): PluginInfo[] {
    return this.#infos(this.#index.findByType(type));
  }

  /** Loaded plugins that say they have a capability. */
  findPluginsByCapability(capability: Capability): PluginInfo[] {
    return this.#infos(this.#index.findByCapability(capability));
  }

  /** Plugins that lie in the search paths, told by their custom sections; nothing of them runs. */
  async discoverPlugins(): Promise<DiscoveredPlugin[]> {
    return await discoverPlugins(this.#searchPaths);
  }

  /** Unloads everything; the system is of no use afterwards. Closing twice does nothing. */
  async close(): Promise<void> {
    await this.#manager.close();
    this.#index.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #added(info: PluginInfo): PluginInfo {
    this.#index.add(info);
    return info;
  }

  #infos(entries: readonly { readonly id: string }[]): PluginInfo[] {
    return entries.flatMap(({ id }) => this.#manager.info(id) ?? []);
  }
}

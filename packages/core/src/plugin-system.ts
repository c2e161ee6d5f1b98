import {
  type BatchOptions,
  type BatchResult,
  type ExecuteOptions,
  type LoadPluginOptions,
  MANAGER_OPTIONS,
  type PluginEmitter,
  type PluginInfo,
  type PipelineItem,
  type PipelineResult,
  type PipelineStage,
  PluginManager,
  type PluginManagerOptions,
  type PluginSource,
  type RegisterPluginOptions,
  type ReloadOptions,
  type StreamPart,
  type SumSet,
} from '@testbench/manager';
import {
  type DiscoveredPlugin,
  type DiscoverOptions,
  discoverPlugins,
  PluginIndex,
} from '@testbench/registry';
import type {
  Capability,
  EvaluatorResult,
  HostPlugin,
  PluginInput,
  PluginOutput,
  PluginType,
} from '@testbench/types';
import { ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';
import type { PluginStore } from '@testbench/types/stores';

import { findSource } from './find-source.js';
import { Plugin } from './plugin.js';

/** How a {@link PluginSystem} works; every field has a default. */
export interface PluginSystemOptions extends PluginManagerOptions {
  /** Folders and files that `discoverPlugins` searches. @default none */
  readonly searchPaths?: readonly string[];
  /**
   * Called by `discoverPlugins` for each `.wasm` file that it skips, and for each path that it cannot read. The error gives
   * the reason and a remedy, such as adding the metadata section to a plugin that has none.
   *
   * @default such files are skipped silently
   */
  readonly onProblem?: DiscoverOptions['onProblem'];
  /**
   * Store of plugins named by a reference: `exact-match@^1.2` is looked up under its name, `oci://host/exact-match@sha256:…`
   * under `host/exact-match`.
   *
   * @default none: every source is a file
   */
  readonly store?: PluginStore;
}

const OPTIONS: OptionReaders<PluginSystemOptions> = {
  ...MANAGER_OPTIONS,
  searchPaths: (node) => node.list().map((path) => path.text()),
  onProblem: (node) => node.callback(),
  store: (node) => node.implementation('list', 'resolve', 'read'),
};

/** How to load a plugin of an expected type. */
export interface LoadOptionsOf<Type extends PluginType> extends LoadPluginOptions {
  readonly pluginType?: Type;
}

/**
 * Loads WebAssembly plugins and runs them safely: the main entry point of Testbench.
 *
 * @example
 * ```ts no-run
 * import { PluginSystem } from '@testbench/core';
 *
 * await using system = new PluginSystem({ limits: { timeoutMs: 1000 } });
 * const exactMatch = await system.loadPlugin('exact-match.wasm', { pluginType: 'evaluator' });
 * const { data } = await exactMatch.execute({ output: 'Paris', expected: 'paris' });
 * data.score;
 * ```
 */
export class PluginSystem implements AsyncDisposable {
  readonly #manager: PluginManager;
  readonly #index = new PluginIndex();
  /** The handle of each loaded plugin. */
  readonly #plugins = new Map<string, object>();
  readonly #searchPaths: readonly string[];
  readonly #discovery: DiscoverOptions;
  readonly #store: PluginStore | undefined;

  /** @throws {ConfigError} For an unknown key or a wrong value. */
  constructor(options?: PluginSystemOptions) {
    const {
      searchPaths = [],
      onProblem,
      store,
      ...managerOptions
    } = readOptions<PluginSystemOptions>(options, OPTIONS);
    this.#searchPaths = searchPaths;
    this.#store = store;
    this.#discovery = onProblem === undefined ? {} : { onProblem };
    this.#manager = new PluginManager(managerOptions);
    this.events.on('plugin-swapped', (info) => this.#index.add(info));
  }

  /** Emits events: calls, loads, swaps. */
  get events(): PluginEmitter {
    return this.#manager.events;
  }

  /** Number of loaded plugins. */
  get pluginCount(): number {
    return this.#manager.pluginCount;
  }

  /**
   * Loads a plugin from a file under `options.id`, or else under its metadata's name.
   *
   * @param source The file's path, a `file:` URL, or a reference to the host's store: `name@range`, `oci://…`.
   * @throws {LoadError} Nothing remains of a plugin that does not load.
   * @throws {StoreError} The store does not have it, or returns something else.
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   */
  async loadPlugin<Type extends PluginType = PluginType>(
    source: string | URL,
    options?: LoadOptionsOf<Type>,
  ): Promise<Plugin<Type>> {
    const found = await findSource(source, this.#store);
    return this.#added<Type>(await this.#manager.load(found, options));
  }

  /**
   * Loads a plugin from bytes under the id `name`.
   *
   * @param bytes Copied.
   * @throws {LoadError} Nothing remains of a plugin that does not load.
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   */
  async loadPluginFromBytes<Type extends PluginType = PluginType>(
    name: string,
    bytes: Uint8Array,
    options: Omit<LoadOptionsOf<Type>, 'id'> = {},
  ): Promise<Plugin<Type>> {
    const { id }: LoadPluginOptions = new ConfigNode(options).object();
    if (id !== undefined) new ConfigNode(id, 'id').reject('nothing, since the name is the id');
    requireArguments(name, bytes);
    return this.#added<Type>(await this.#manager.load(bytes, { ...options, id: name }));
  }

  /**
   * Adds your own plugin: trusted code of this program that is called, counted and found like a WebAssembly plugin.
   *
   * Its input and output are checked in the same way and passed as JSON. It has no fuel, memory limit or permissions: `info` reports
   * isolation `host`. A call that times out ends, and `signal` notifies the plugin; a plugin that computes without a
   * pause cannot be stopped.
   *
   * @returns Its handle, typed by `metadata.pluginType`; `unload` removes it. It cannot be reloaded.
   * @throws {LoadError} Nothing remains of a plugin that does not initialize.
   * @throws {TypeError} For something that is not a plugin.
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   *
   * @example
   * ```ts
   * import { type EvaluatorData, type EvaluatorPlugin, PluginSystem } from '@testbench/core';
   *
   * class SameLength implements EvaluatorPlugin {
   *   readonly metadata = { name: 'same-length', version: '1.0.0', pluginType: 'evaluator' } as const;
   *
   *   evaluate({ output, expected }: EvaluatorData) {
   *     return { score: String(output).length === String(expected).length ? 1 : 0 };
   *   }
   * }
   *
   * await using system = new PluginSystem();
   * const sameLength = await system.registerPlugin(new SameLength());
   * (await sameLength.execute({ output: 'Paris', expected: 'Delhi' })).data.score; // => 1
   * sameLength.info.isolation; // => 'host'
   * ```
   */
  async registerPlugin<Own extends HostPlugin>(
    plugin: Own,
    options?: RegisterPluginOptions,
  ): Promise<Plugin<Own['metadata']['pluginType']>> {
    return this.#added(await this.#manager.register(plugin, options));
  }

  /**
   * Runs one input through a plugin.
   *
   * @typeParam Data Expected type of `data`; only checked against the shape for the plugin's type.
   * @throws {CallError} The plugin stays loaded, and accepts the next call.
   */
  executePlugin<Data = unknown>(
    id: string,
    input: PluginInput,
    options?: ExecuteOptions,
  ): Promise<PluginOutput<Data>> {
    // The manager's own promise: wrapping it would make a small call a fifth more expensive.
    return this.#manager.execute(id, input, options) as Promise<PluginOutput<Data>>;
  }

  /**
   * Asks an evaluator for the score of a whole set, from the sums of metrics over its results; see `Plugin.aggregate`.
   *
   * @throws {CallError} `CALL_UNSUPPORTED` if its metadata does not say `aggregate: "sums"`, or if it is classic;
   *   `CALL_INVALID_INPUT` for invalid sums; and as {@link executePlugin}.
   */
  async aggregatePlugin(
    id: string,
    set: SumSet,
    options?: ExecuteOptions,
  ): Promise<PluginOutput<EvaluatorResult>> {
    return await this.#manager.aggregate(id, set, options);
  }

  /**
   * Runs several inputs through a plugin: much cheaper per input than single calls, especially in threads and processes.
   *
   * @param options `timeoutMs` limits each input; `signal: AbortSignal.timeout(…)` limits all of them.
   * @returns One result per input, in order, as from `Promise.allSettled`. A failing input does not affect the others.
   * @throws {CallError} Only for failures that affect all inputs.
   * @throws {TypeError} For anything but a list.
   * @throws {RangeError} For a list of more than 1,000,000.
   */
  async executePluginBatch(
    id: string,
    inputs: readonly PluginInput[],
    options?: BatchOptions,
  ): Promise<BatchResult[]> {
    return await this.#manager.executeBatch(id, inputs, options);
  }

  /**
   * Sends items through several plugins in sequence; the output of one is available to the next. Much cheaper than a batch
   * for each plugin, especially in threads, where an item crosses once.
   *
   * @param stages Up to 64: the plugin, and how its `data` is composed.
   * @param items At most 1,000,000, with the texts for the stages.
   * @returns For each item its result at each stage; undefined for stages it did not reach. Equal outputs of several items may be one frozen object. A failing call does not affect others.
   * @throws {CallError} Only for failures that affect all inputs.
   * @throws {TypeError} For invalid stages or items.
   * @throws {RangeError} For too many of them, or a text that items do not have.
   *
   * @example
   * ```ts no-run
   * import { PluginSystem } from '@testbench/core';
   *
   * await using system = new PluginSystem();
   * await system.loadPlugin('replay.wasm', { id: 'replay', state: 'reset' });
   * await system.loadPlugin('exact-match.wasm', { id: 'exact-match', state: 'reset' });
   * const [first] = await system.executePipeline(
   *   [
   *     { id: 'replay', gives: 'answer', data: ['{"model":"m","record":', { text: 0 }, '}'] },
   *     { id: 'exact-match', gives: 'verdict', data: ['{"output":', { answer: true }, ',"expected":', { text: 1 }, '}'] },
   *   ],
   *   [{ texts: ['{"answers":{"m":"4"}}', '"4"'] }],
   * );
   * first?.map((result) => result?.status); // ['fulfilled', 'fulfilled']
   * ```
   */
  async executePipeline(
    stages: readonly PipelineStage[],
    items: readonly PipelineItem[],
    options?: ExecuteOptions,
  ): Promise<PipelineResult[]> {
    return await this.#manager.executePipeline(stages, items, options);
  }

  /**
   * Runs one input and yields what the plugin emits, then the result. Leaving the loop early cancels the call.
   *
   * @example
   * ```ts no-run
   * import { PluginSystem } from '@testbench/core';
   *
   * await using system = new PluginSystem();
   * await system.loadPlugin('chat.wasm', { id: 'chat' });
   * for await (const part of system.executePluginStream('chat', { data: { prompt: 'Hi' } })) {
   *   if (part.type === 'chunk') process.stdout.write(part.bytes);
   * }
   * ```
   *
   * @throws {CallError} At the next part, as {@link executePlugin} does; `CALL_UNSUPPORTED` for an inline plugin that emits
   *   chunks if the engine cannot suspend it.
   */
  executePluginStream(
    id: string,
    input: PluginInput,
    options?: ExecuteOptions,
  ): AsyncGenerator<StreamPart, void, void> {
    return this.#manager.executeStream(id, input, options);
  }

  /**
   * Removes a plugin, after asking it to shut down.
   *
   * @throws {LoadError} `LOAD_NOT_LOADED`.
   */
  async unloadPlugin(id: string): Promise<void> {
    const plugin = this.#plugins.get(id);
    await this.#manager.unload(id);
    // Another plugin may have been loaded under the same id in the meantime.
    if (this.#plugins.get(id) !== plugin) return;
    this.#plugins.delete(id);
    this.#index.remove(id);
  }

  /**
   * Replaces the version of a plugin; configuration, limits, permissions and state stay.
   *
   * @param source A file's path or `file:` URL, a reference to the host's store, or bytes.
   * @param options Requirements for the new version, and when to restore the old one automatically.
   * @throws {LoadError} The old version stays.
   */
  async reloadPlugin(
    id: string,
    source: PluginSource,
    options?: ReloadOptions,
  ): Promise<PluginInfo> {
    return await this.#manager.reload(id, await findSource(source, this.#store), options);
  }

  /**
   * Restores the version before the last reload.
   *
   * @throws {LoadError} `LOAD_NOT_LOADED`; `LOAD_NO_EARLIER_VERSION`.
   */
  async rollbackPlugin(id: string): Promise<PluginInfo> {
    return await this.#manager.rollback(id);
  }

  /**
   * Reloads a plugin whenever its file changes; a version that does not load is reported by the event `reload-failed`.
   *
   * @returns A function that stops watching.
   * @throws {LoadError} `LOAD_NOT_LOADED`; `LOAD_NO_FILE` if it came from bytes.
   */
  watchPlugin(id: string, options?: ReloadOptions): () => void {
    return this.#manager.watch(id, options);
  }

  /** Information about all plugins, in the order of loading. */
  listPlugins(): PluginInfo[] {
    return this.#manager.list();
  }

  /** Information about one plugin; undefined if it is not loaded. */
  getPluginInfo(id: string): PluginInfo | undefined {
    return this.#manager.info(id);
  }

  /** Loaded plugins of a type. */
  findPluginsByType(type: PluginType): PluginInfo[] {
    return this.#infos(this.#index.findByType(type));
  }

  /** Loaded plugins that declare a capability. */
  findPluginsByCapability(capability: Capability): PluginInfo[] {
    return this.#infos(this.#index.findByCapability(capability));
  }

  /**
   * Finds the plugins in the search paths by their custom sections, without running them.
   *
   * A plugin without the section loads by its path, but is not discovered; `onProblem` is called for it.
   */
  async discoverPlugins(): Promise<DiscoveredPlugin[]> {
    return await discoverPlugins(this.#searchPaths, this.#discovery);
  }

  /** Unloads everything; the system cannot be used afterwards. Closing it again does nothing. */
  async close(): Promise<void> {
    await this.#manager.close();
    this.#index.clear();
    this.#plugins.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #added<Type extends PluginType>(info: PluginInfo): Plugin<Type> {
    this.#index.add(info);
    const { id } = info;
    const plugin: Plugin<Type> = new Plugin<Type>(this.#manager, id, {
      isLoaded: () => this.#plugins.get(id) === plugin,
      unload: () => this.unloadPlugin(id),
    });
    this.#plugins.set(id, plugin);
    return plugin;
  }

  #infos(entries: readonly { readonly id: string }[]): PluginInfo[] {
    return entries.flatMap(({ id }) => this.#manager.info(id) ?? []);
  }
}

/** @throws {TypeError} A text instead of bytes would be taken for a path. */
function requireArguments(name: unknown, bytes: unknown): void {
  if (typeof name !== 'string') {
    throw new TypeError(`Cannot load plugin: expected its id as a text, found ${typeof name}`);
  }
  if (bytes instanceof Uint8Array) return;
  throw new TypeError(
    `Cannot load plugin "${name}": expected a Uint8Array, found ${bytes === null ? 'null' : typeof bytes}`,
  );
}

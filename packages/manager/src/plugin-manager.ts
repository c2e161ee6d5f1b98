import {
  createMemoryState,
  type HostBindingOptions,
  hostSignatures,
  seededRandom,
  type StateStore,
} from '@testbench/host';
import { ModuleCache } from '@testbench/runtime';
import { DEFAULT_FEATURES, type FeatureSet, PermissionSet } from '@testbench/sandbox';
import {
  CallError,
  ConfigError,
  DEFAULT_LIMITS,
  LoadError,
  type PluginInput,
  type PluginOutput,
  rejectUnknownKeys,
  type ResourceLimits,
} from '@testbench/types';

import { openDirectoryStore } from './directory-store.js';
import {
  DEFAULT_MAX_CONCURRENT_EXECUTIONS,
  DEFAULT_MAX_LOADED_PLUGINS,
  MAX_QUEUED_EXECUTIONS,
} from './limits.js';
import { LoadedPlugin } from './loaded-plugin.js';
import type {
  ExecuteOptions,
  LoadPluginOptions,
  PluginManagerOptions,
  PluginSource,
} from './options.js';
import type { PluginInfo } from './plugin-info.js';
import { PluginVersion } from './plugin-version.js';
import { readModuleFile } from './read-module-file.js';
import { requireCount, resolveLimits } from './resolve-limits.js';
import { Semaphore } from './semaphore.js';

const OPTION_KEYS = [
  'limits',
  'features',
  'enableWasi',
  'maxLoadedPlugins',
  'maxConcurrentExecutions',
  'cacheDir',
  'onLog',
  'random',
  'now',
];

/**
 * Loads plugins, runs calls under limits, swaps versions, and counts.
 *
 * Plugins run on the caller's thread: a call returns or fails within its limits, and nothing else
 * runs on this thread meanwhile.
 */
export class PluginManager {
  readonly #plugins = new Map<string, LoadedPlugin>();
  readonly #limits: ResourceLimits;
  readonly #features: FeatureSet;
  readonly #maxLoadedPlugins: number;
  readonly #semaphore: Semaphore;
  readonly #host: Omit<HostBindingOptions, 'pluginId' | 'effects'>;
  readonly #cacheDir: string | undefined;
  #cache: Promise<ModuleCache> | undefined;
  #closed = false;

  /** @throws {ConfigError} For an unknown key or a wrong value. */
  constructor(options: PluginManagerOptions = {}) {
    rejectUnknownKeys(options, OPTION_KEYS, '');
    rejectUnknownKeys(options.features ?? {}, Object.keys(DEFAULT_FEATURES), 'features');
    this.#limits = resolveLimits(DEFAULT_LIMITS, options.limits);
    this.#features = { ...DEFAULT_FEATURES, ...options.features };
    this.#maxLoadedPlugins = options.maxLoadedPlugins ?? DEFAULT_MAX_LOADED_PLUGINS;
    requireCount(this.#maxLoadedPlugins, 'maxLoadedPlugins');
    const maxRunning = options.maxConcurrentExecutions ?? DEFAULT_MAX_CONCURRENT_EXECUTIONS;
    requireCount(maxRunning, 'maxConcurrentExecutions');
    this.#semaphore = new Semaphore(maxRunning, MAX_QUEUED_EXECUTIONS);
    this.#cacheDir = options.cacheDir;
    this.#host = {
      enableWasi: options.enableWasi ?? false,
      ...(options.onLog === undefined ? {} : { onLog: options.onLog }),
      ...(options.now === undefined ? {} : { now: options.now }),
      ...(options.random === undefined ? {} : { random: seededRandom(options.random.seed) }),
    };
  }

  /** Number of loaded plugins. */
  get pluginCount(): number {
    return this.#plugins.size;
  }

  /**
   * Loads a plugin: admission, metering, compilation, metadata, `plugin_init`.
   *
   * @param source A file's path, or the bytes; bytes are copied.
   * @returns What is known of it. On failure nothing is kept.
   * @throws {LoadError} See `LoadErrorCode`.
   * @throws {ConfigError} For wrong limits or permissions.
   */
  async load(source: PluginSource, options: LoadPluginOptions = {}): Promise<PluginInfo> {
    rejectUnknownKeys(options, ['id', 'config', 'state', 'limits', 'permissions'], 'options');
    this.#checkRoom(options.id);
    const state = createMemoryState();
    const version = await this.#loadVersion(source, options, state);
    const { id } = version.options;
    try {
      // Again: others may have been loaded meanwhile.
      this.#checkRoom(id);
    } catch (error) {
      version.shutdown();
      throw error;
    }
    const plugin = new LoadedPlugin(id, version, pathOf(source), options, state);
    this.#plugins.set(id, plugin);
    return plugin.info();
  }

  /**
   * Runs one input through a plugin.
   *
   * @throws {CallError} See `CallErrorCode`. The plugin stays loaded and takes the next call on a fresh instance.
   * @throws {ConfigError} `CONFIG_INVALID` for a `timeoutMs` or `maxFuel` that is not a whole number above 0.
   */
  async execute(
    id: string,
    input: PluginInput,
    options: ExecuteOptions = {},
  ): Promise<PluginOutput> {
    const { signal, timeoutMs, maxFuel } = options;
    if (timeoutMs !== undefined) requireCount(timeoutMs, 'timeoutMs');
    if (maxFuel !== undefined) requireCount(maxFuel, 'maxFuel');
    if (signal?.aborted === true) {
      throw new CallError('CALL_CANCELLED', 'Cannot start call: it was cancelled before', {
        cause: signal.reason,
      });
    }
    if (this.#closed) throw new CallError('CALL_SHUT_DOWN', 'Cannot start call: closed');
    if (!this.#plugins.has(id)) throw notLoaded(id);
    if (!this.#semaphore.tryEnter()) await this.#semaphore.enter(signal);
    try {
      // Whoever waited may find that much has changed.
      if (this.#closed) throw new CallError('CALL_SHUT_DOWN', 'Cannot start call: closed');
      const plugin = this.#plugins.get(id);
      if (plugin === undefined) throw notLoaded(id);
      return plugin.run(input, options);
    } finally {
      this.#semaphore.leave();
    }
  }

  /**
   * Puts another version in a plugin's place. Configuration, limits, permissions and state stay.
   *
   * The new version is loaded and initialized beside the old one and swapped in at once; if anything fails, the
   * old one stays.
   *
   * @throws {LoadError} As for `load`; `LOAD_NOT_FOUND` if no plugin of that id is loaded.
   */
  async reload(id: string, source: PluginSource): Promise<PluginInfo> {
    const plugin = this.#plugins.get(id);
    if (plugin === undefined) throw noSuchPlugin(id);
    await plugin.reload(async () => ({
      version: await this.#loadVersion(source, { ...plugin.loadOptions, id }, plugin.state),
      path: pathOf(source),
    }));
    return plugin.info();
  }

  /**
   * Removes a plugin after telling it to shut down.
   *
   * @throws {LoadError} `LOAD_NOT_FOUND`.
   */
  async unload(id: string): Promise<void> {
    const plugin = this.#plugins.get(id);
    if (plugin === undefined) throw noSuchPlugin(id);
    this.#plugins.delete(id);
    plugin.remove();
  }

  /** What is known of one plugin; undefined if it is not loaded. */
  info(id: string): PluginInfo | undefined {
    return this.#plugins.get(id)?.info();
  }

  /** What is known of all plugins, in the order of loading. */
  list(): PluginInfo[] {
    return Array.from(this.#plugins.values(), (plugin) => plugin.info());
  }

  /** Unloads everything. Waiting calls fail with `CALL_SHUT_DOWN`, and so does everything afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#semaphore.close();
    for (const plugin of this.#plugins.values()) plugin.remove();
    this.#plugins.clear();
  }

  /** @throws {LoadError} If a plugin of that id cannot be added. */
  #checkRoom(id: string | undefined): void {
    if (this.#closed) throw new LoadError('LOAD_SHUT_DOWN', 'Cannot load plugin: closed');
    if (id !== undefined && this.#plugins.has(id)) {
      throw new LoadError(
        'LOAD_ALREADY_LOADED',
        `Cannot load plugin "${id}": one of that id is loaded already`,
      );
    }
    if (this.#plugins.size >= this.#maxLoadedPlugins) {
      throw new LoadError(
        'LOAD_TOO_MANY_PLUGINS',
        `Cannot load plugin: ${this.#plugins.size} are loaded, limit is ${this.#maxLoadedPlugins}`,
      );
    }
  }

  async #loadVersion(
    source: PluginSource,
    options: LoadPluginOptions,
    state: StateStore,
  ): Promise<PluginVersion> {
    const bytes =
      typeof source === 'string' ? await readModuleFile(source) : new Uint8Array(source);
    return await PluginVersion.load({
      id: options.id,
      bytes,
      config: options.config,
      reset: readState(options.state) === 'reset',
      limits: resolveLimits(this.#limits, options.limits),
      permissions: new PermissionSet(options.permissions),
      features: this.#features,
      imports: hostSignatures({ enableWasi: this.#host.enableWasi ?? false }),
      cache: await this.#openCache(),
      state,
      host: this.#host,
    });
  }

  #openCache(): Promise<ModuleCache> {
    this.#cache ??= openCache(this.#cacheDir).catch((error: unknown) => {
      // The next load tries again: a directory may become usable.
      this.#cache = undefined;
      throw error;
    });
    return this.#cache;
  }
}

async function openCache(directory: string | undefined): Promise<ModuleCache> {
  return new ModuleCache(
    directory === undefined ? {} : { store: await openDirectoryStore(directory) },
  );
}

function readState(state: unknown): 'keep' | 'reset' {
  if (state === undefined || state === 'keep' || state === 'reset') return state ?? 'keep';
  throw new ConfigError(
    'CONFIG_INVALID',
    'options.state',
    `Cannot use "options.state": expected "keep" or "reset", found ${JSON.stringify(state)}`,
  );
}

function pathOf(source: PluginSource): string | undefined {
  return typeof source === 'string' ? source : undefined;
}

function notLoaded(id: string): CallError {
  return new CallError('CALL_NOT_FOUND', `Cannot call plugin "${id}": it is not loaded`);
}

function noSuchPlugin(id: string): LoadError {
  return new LoadError('LOAD_NOT_FOUND', `Cannot find plugin "${id}": it is not loaded`);
}

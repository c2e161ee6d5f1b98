import { availableParallelism } from 'node:os';

import {
  createMemoryState,
  hostSignatures,
  type SecretStore,
  seededRandom,
  type StateStore,
} from '@testbench/host';
import { ModuleCache } from '@testbench/runtime';
import {
  type AdmissionCaps,
  DEFAULT_FEATURES,
  type FeatureSet,
  PermissionSet,
} from '@testbench/sandbox';
import {
  CallError,
  ConfigError,
  DEFAULT_LIMITS,
  LoadError,
  type LogSink,
  type PluginInput,
  type PluginOutput,
  rejectUnknownKeys,
  type ResourceLimits,
} from '@testbench/types';

import { openDirectoryStore } from './directory-store.js';
import { type BatchResult, ISOLATIONS, type Isolation } from './isolation/executor.js';
import { RunnerPools } from './isolation/runner-pools.js';
import {
  DEFAULT_DRAIN_TIMEOUT_MS,
  DEFAULT_MAX_CONCURRENT_EXECUTIONS,
  DEFAULT_MAX_LOADED_PLUGINS,
  DEFAULT_MAX_PROCESSES_PER_PLUGIN,
  MAX_QUEUED_EXECUTIONS,
  MIN_PLACES_TO_SHARE,
} from './limits.js';
import { LoadedPlugin, type VersionFromPath } from './loaded-plugin.js';
import type {
  ExecuteOptions,
  LoadPluginOptions,
  PluginManagerOptions,
  PluginSource,
  ReloadOptions,
  StreamPart,
} from './options.js';
import { PluginEmitter } from './plugin-events.js';
import type { PluginInfo } from './plugin-info.js';
import { type IsolationRequest, PluginVersion } from './plugin-version.js';
import { readModuleFile } from './read-module-file.js';
import { requireCount, resolveCaps, resolveLimits } from './resolve-limits.js';
import { Semaphore } from './semaphore.js';
import { streamCall } from './stream-call.js';
import { ownJson } from './own-json.js';
import { watchFile } from './watch-file.js';

const OPTION_KEYS = [
  'limits',
  'features',
  'caps',
  'enableWasi',
  'isolation',
  'maxThreads',
  'maxProcessesPerPlugin',
  'maxLoadedPlugins',
  'maxConcurrentExecutions',
  'cacheDir',
  'secrets',
  'onLog',
  'random',
  'now',
];

const RELOAD_KEYS = ['drainTimeoutMs', 'golden', 'maxErrorRate', 'minTrialCalls', 'trialCalls'];
/** The longest delay of a timer in JavaScript. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Loads plugins, runs calls under limits in the isolation that was chosen, swaps versions, and counts.
 *
 * Every promise settles: a call ends, or fails at its limits, whatever the plugin does.
 */
export class PluginManager {
  readonly #plugins = new Map<string, LoadedPlugin>();
  readonly #limits: ResourceLimits;
  readonly #features: FeatureSet;
  readonly #caps: AdmissionCaps;
  readonly #maxLoadedPlugins: number;
  readonly #semaphore: Semaphore;
  readonly #pools: RunnerPools;
  readonly #isolation: (plugin: IsolationRequest) => Isolation;
  readonly #enableWasi: boolean;
  readonly #secrets: SecretStore | undefined;
  readonly #onLog: LogSink;
  readonly #now: (() => number) | undefined;
  readonly #seed: number | undefined;
  readonly #watchers = new Map<string, () => void>();
  readonly #cacheDir: string | undefined;
  #cache: Promise<ModuleCache> | undefined;
  #closed = false;
  /** Tells what happens: calls, loads, swaps. Nobody listening costs nothing. */
  readonly events = new PluginEmitter();

  /** @throws {ConfigError} For an unknown key or a wrong value. */
  constructor(options: PluginManagerOptions = {}) {
    rejectUnknownKeys(options, OPTION_KEYS, '');
    rejectUnknownKeys(options.features ?? {}, Object.keys(DEFAULT_FEATURES), 'features');
    this.#limits = resolveLimits(DEFAULT_LIMITS, options.limits);
    this.#features = { ...DEFAULT_FEATURES, ...options.features };
    this.#caps = resolveCaps(options.caps);
    this.#maxLoadedPlugins = options.maxLoadedPlugins ?? DEFAULT_MAX_LOADED_PLUGINS;
    requireCount(this.#maxLoadedPlugins, 'maxLoadedPlugins');
    const maxRunning = options.maxConcurrentExecutions ?? DEFAULT_MAX_CONCURRENT_EXECUTIONS;
    requireCount(maxRunning, 'maxConcurrentExecutions');
    this.#semaphore = new Semaphore(
      maxRunning,
      MAX_QUEUED_EXECUTIONS,
      maxRunning >= MIN_PLACES_TO_SHARE ? maxRunning - 1 : maxRunning,
    );
    const maxThreads = options.maxThreads ?? availableParallelism() + 1;
    requireCount(maxThreads, 'maxThreads');
    const maxProcesses = options.maxProcessesPerPlugin ?? DEFAULT_MAX_PROCESSES_PER_PLUGIN;
    requireCount(maxProcesses, 'maxProcessesPerPlugin');
    this.#pools = new RunnerPools(maxThreads, maxProcesses);
    const { isolation = 'thread' } = options;
    if (typeof isolation === 'function') {
      this.#isolation = (plugin) => readIsolation(isolation(plugin), 'isolation');
    } else {
      const fixed = readIsolation(isolation, 'isolation');
      this.#isolation = () => fixed;
    }
    this.#cacheDir = options.cacheDir;
    this.#enableWasi = options.enableWasi ?? false;
    this.#secrets = options.secrets;
    this.#onLog = options.onLog ?? (() => {});
    this.#now = options.now;
    this.#seed = options.random?.seed;
    // Tells a wrong seed now, not at the first instance.
    if (this.#seed !== undefined) seededRandom(this.#seed);
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
    rejectUnknownKeys(
      options,
      ['id', 'config', 'state', 'isolation', 'limits', 'permissions'],
      'options',
    );
    this.#checkRoom(options.id);
    // What the caller changes afterwards is no business of a plugin that is loaded.
    const own: LoadPluginOptions = { ...options, config: ownJson(options.config) };
    const state = createMemoryState();
    const version = await this.#loadVersion(source, own, state);
    const { id } = version;
    try {
      // Again: others may have been loaded meanwhile.
      this.#checkRoom(id);
    } catch (error) {
      await version.retire(0);
      throw error;
    }
    const first = { version, path: pathOf(source) };
    const plugin = new LoadedPlugin(id, first, own, state, this.events);
    this.#plugins.set(id, plugin);
    const info = plugin.info();
    this.events.tell('plugin-loaded', info);
    return info;
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
    // Handed on as it is: waiting for it here would cost the fast path another turn.
    return this.#inTurn(id, options, (plugin, remaining, queueTimeMs) =>
      plugin.run(input, remaining, queueTimeMs),
    );
  }

  /**
   * Runs several inputs through a plugin: the crossing into a thread or process is paid once for many, and
   * `plugin_execute_batch` is used where the plugin has it. Limits hold for each input; where the plugin takes all at
   * once, their sum.
   *
   * @returns One result an input, in their order. An input that fails fails alone.
   * @throws {CallError} Only for what concerns them all: no such plugin, too many calls, cancelled before its turn.
   */
  async executeBatch(
    id: string,
    inputs: readonly PluginInput[],
    options: ExecuteOptions = {},
  ): Promise<BatchResult[]> {
    return await this.#inTurn(id, options, (plugin, remaining, queueTimeMs) =>
      plugin.runBatch(inputs, remaining, queueTimeMs),
    );
  }

  /**
   * Runs one input and gives what the plugin emits meanwhile, then the result.
   *
   * The plugin waits until a chunk is taken, so a slow reader slows it down instead of filling memory; only an inline
   * plugin on an engine without JSPI cannot wait, and its chunks are gathered, at most 64 MiB. Leaving the loop early
   * cancels the call.
   *
   * @throws {CallError} At the next part, as `execute` does.
   */
  executeStream(
    id: string,
    input: PluginInput,
    options: ExecuteOptions = {},
  ): AsyncGenerator<StreamPart, void, void> {
    return streamCall(options.signal, (onChunk, signal) =>
      this.#inTurn(id, { ...options, signal }, (plugin, remaining, queueTimeMs) =>
        plugin.run(input, { ...remaining, onChunk }, queueTimeMs),
      ),
    );
  }

  /**
   * Puts another version in a plugin's place. Configuration, limits, permissions and state stay.
   *
   * The new version is loaded and initialized beside the old one, asked for its health and for golden answers, and
   * swapped in at once; if anything fails, the old one stays. Running calls end on the old one, which is kept for
   * {@link rollback}.
   *
   * @throws {LoadError} As for `load`; `LOAD_NOT_FOUND` if no plugin of that id is loaded; `LOAD_UNHEALTHY`.
   */
  async reload(id: string, source: PluginSource, options: ReloadOptions = {}): Promise<PluginInfo> {
    rejectUnknownKeys(options, RELOAD_KEYS, 'options');
    const plugin = this.#find(id);
    const load = async (): Promise<VersionFromPath> => ({
      version: await this.#loadVersion(source, { ...plugin.loadOptions, id }, plugin.state),
      path: pathOf(source),
    });
    await plugin.reload(load, options);
    return plugin.info();
  }

  /**
   * Puts the version before the last reload back in its place.
   *
   * @throws {LoadError} `LOAD_NOT_FOUND` if there is no such plugin or no earlier version.
   */
  async rollback(id: string): Promise<PluginInfo> {
    const plugin = this.#find(id);
    await plugin.rollback();
    return plugin.info();
  }

  /**
   * Reloads a plugin whenever its file changes. A change that does not load is told by the event `reload-failed`.
   *
   * @returns A function that ends the watching; so do unloading and closing.
   * @throws {LoadError} `LOAD_NOT_FOUND` if there is no such plugin, or it came from bytes.
   */
  watch(id: string, options: ReloadOptions = {}): () => void {
    const { path } = this.#find(id).info();
    if (path === undefined) {
      throw new LoadError('LOAD_NOT_FOUND', `Cannot watch plugin "${id}": it came from no file`);
    }
    this.#watchers.get(id)?.();
    const stop = watchFile(path, async () => {
      try {
        await this.reload(id, path, options);
      } catch (error) {
        this.events.tell('reload-failed', { id, error });
      }
    });
    const end = (): void => {
      stop();
      this.#watchers.delete(id);
    };
    this.#watchers.set(id, end);
    return end;
  }

  /**
   * Removes a plugin after telling it to shut down. Calls that run may end first, for at most 30 s.
   *
   * @throws {LoadError} `LOAD_NOT_FOUND`.
   */
  async unload(id: string): Promise<void> {
    const plugin = this.#find(id);
    this.#plugins.delete(id);
    this.#watchers.get(id)?.();
    await plugin.remove(DEFAULT_DRAIN_TIMEOUT_MS);
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
    for (const stop of this.#watchers.values()) stop();
    const plugins = [...this.#plugins.values()];
    this.#plugins.clear();
    await Promise.all(plugins.map((plugin) => plugin.remove(0)));
    this.#pools.close();
  }

  /** Waits for a place, and gives it back. */
  async #inTurn<T>(
    id: string,
    options: ExecuteOptions,
    run: (plugin: LoadedPlugin, options: ExecuteOptions, queueTimeMs: number) => T | Promise<T>,
  ): Promise<T> {
    const { signal, timeoutMs, maxFuel } = options;
    if (timeoutMs !== undefined) requireCount(timeoutMs, 'timeoutMs', MAX_TIMEOUT_MS);
    if (maxFuel !== undefined) requireCount(maxFuel, 'maxFuel');
    if (isAborted(signal)) throw cancelledBefore(signal);
    if (this.#closed) throw new CallError('CALL_SHUT_DOWN', 'Cannot start call: closed');
    if (!this.#plugins.has(id)) throw notLoaded(id);
    let queueTimeMs = 0;
    let remaining = options;
    if (!this.#semaphore.tryEnter(id)) {
      const start = performance.now();
      await this.#semaphore.enter(id, { signal, timeoutMs });
      queueTimeMs = performance.now() - start;
      if (timeoutMs !== undefined) {
        remaining = { ...options, timeoutMs: Math.max(1, Math.ceil(timeoutMs - queueTimeMs)) };
      }
    }
    try {
      // Whoever waited may find that much has changed.
      if (this.#closed) throw new CallError('CALL_SHUT_DOWN', 'Cannot start call: closed');
      if (isAborted(signal)) throw cancelledBefore(signal);
      const plugin = this.#plugins.get(id);
      if (plugin === undefined) throw notLoaded(id);
      return await run(plugin, remaining, queueTimeMs);
    } finally {
      this.#semaphore.leave(id);
    }
  }

  /** @throws {LoadError} `LOAD_NOT_FOUND`, or `LOAD_SHUT_DOWN` after `close`. */
  #find(id: string): LoadedPlugin {
    const plugin = this.#plugins.get(id);
    if (plugin !== undefined) return plugin;
    throw this.#closed
      ? new LoadError('LOAD_SHUT_DOWN', `Cannot find plugin "${id}": closed`)
      : new LoadError('LOAD_NOT_FOUND', `Cannot find plugin "${id}": it is not loaded`);
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
    const { isolation } = options;
    const chosen =
      isolation === undefined ? undefined : readIsolation(isolation, 'options.isolation');
    return await PluginVersion.load({
      id: options.id,
      bytes,
      config: options.config,
      reset: readState(options.state) === 'reset',
      isolation: chosen === undefined ? this.#isolation : () => chosen,
      limits: resolveLimits(this.#limits, options.limits),
      permissions: new PermissionSet(options.permissions),
      features: this.#features,
      caps: this.#caps,
      imports: hostSignatures({ enableWasi: this.#enableWasi }),
      enableWasi: this.#enableWasi,
      cache: await this.#openCache(),
      pools: this.#pools,
      state,
      secrets: this.#secrets,
      onLog: this.#onLog,
      now: this.#now,
      seed: this.#seed,
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

function isAborted(signal: AbortSignal | undefined): signal is AbortSignal {
  return signal?.aborted === true;
}

function cancelledBefore(signal: AbortSignal): CallError {
  return new CallError('CALL_CANCELLED', 'Cannot start call: it was cancelled before', {
    cause: signal.reason,
  });
}

function readIsolation(value: unknown, path: string): Isolation {
  const isolation = ISOLATIONS.find((name) => name === value);
  if (isolation !== undefined) return isolation;
  throw new ConfigError(
    'CONFIG_INVALID',
    path,
    `Cannot use "${path}": expected "inline", "thread" or "process", found ${JSON.stringify(value)}`,
  );
}

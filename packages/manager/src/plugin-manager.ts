import type { EvaluatorResult, HostPlugin, PluginInput, PluginOutput } from '@testbench/types';
import { aggregateData, requireAggregate } from '@testbench/types/aggregate';
import { LoadError } from '@testbench/types/errors';

import { copyInputs } from './copy-inputs.js';
import { readHostPluginToOpen } from './host-plugin/open-host-plugin.js';
import type { BatchResult, CallControls } from './isolation/executor.js';
import { RunnerPools } from './isolation/runner-pools.js';
import {
  CLOSE_TIMEOUT_MS,
  DEFAULT_DRAIN_TIMEOUT_MS,
  MAX_QUEUED_EXECUTIONS,
  MIN_PLACES_TO_SHARE,
} from './limits.js';
import { ownSource } from './load/own-source.js';
import type { PluginVersion } from './load/plugin-version.js';
import { type CheckedLoadOptions, readLoadOptions } from './load/read-load-options.js';
import { VersionLoader } from './load/version-loader.js';
import { LoadedPlugin } from './loaded-plugin.js';
import { type ManagerSettings, readSettings } from './manager-settings.js';
import type {
  BatchOptions,
  ExecuteOptions,
  LoadPluginOptions,
  PluginManagerOptions,
  PluginSource,
  RegisterPluginOptions,
  ReloadOptions,
  StreamPart,
  SumSet,
} from './options.js';
import { PluginEmitter } from './plugin-events.js';
import type { PluginInfo } from './plugin-info.js';
import { PluginTable } from './plugin-table.js';
import type { PipelineItem, PipelineStage } from './pipeline/pipeline-stage.js';
import { readItems, readStages } from './pipeline/read-pipeline.js';
import { PipelineCalls, type PipelineResult } from './pipeline/run-pipeline-calls.js';
import { readBatchOptions, readExecuteOptions, readReloadOptions } from './read-call-options.js';
import { type WaitOptions, Semaphore } from './semaphore.js';
import { streamCall } from './stream-call.js';
import { FileWatchers } from './file-watchers.js';

/** What to do with a plugin once there is a place. */
type InTurn<T> = (
  plugin: LoadedPlugin,
  options: CallControls,
  queueTimeMs: number,
) => T | Promise<T>;

/**
 * Loads plugins, runs calls under limits in the chosen isolation, swaps versions, and collects statistics.
 *
 * Every promise settles: whatever the plugin does, a call ends or fails at its limits.
 */
export class PluginManager {
  readonly #plugins: PluginTable;
  readonly #settings: ManagerSettings;
  readonly #semaphore: Semaphore;
  readonly #pools: RunnerPools;
  readonly #loader: VersionLoader;
  readonly #watchers = new FileWatchers();
  /** Emits events: calls, loads, swaps. Without listeners there is no cost. */
  readonly events = new PluginEmitter();

  /** @throws {ConfigError} For an unknown key or a wrong value. */
  constructor(options?: PluginManagerOptions) {
    this.#settings = readSettings(options);
    this.#plugins = new PluginTable(this.#settings.maxLoadedPlugins);
    const { maxConcurrentExecutions: maxRunning } = this.#settings;
    this.#semaphore = new Semaphore(
      maxRunning,
      MAX_QUEUED_EXECUTIONS,
      maxRunning >= MIN_PLACES_TO_SHARE ? maxRunning - 1 : maxRunning,
    );
    this.#pools = new RunnerPools(this.#settings.maxThreads, this.#settings.maxProcessesPerPlugin);
    this.#loader = new VersionLoader(this.#settings, this.#pools);
  }

  /** Number of loaded plugins, not including those that are being removed. */
  get pluginCount(): number {
    return this.#plugins.size;
  }

  /**
   * Loads a plugin: admission, metering, compilation, metadata, `plugin_init`.
   *
   * @param source A file's path, or the bytes; bytes are copied.
   * @returns What is known about it. On failure nothing is kept.
   * @throws {LoadError} See `LoadErrorCode`.
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   */
  async load(source: PluginSource, options?: LoadPluginOptions): Promise<PluginInfo> {
    const own = readLoadOptions(source, options, this.#settings.limits);
    return await this.#add(own.id, own, () => this.#loader.load(source, own));
  }

  /**
   * Adds a plugin of the host's own: trusted code that is called, counted and looked up like WebAssembly plugins.
   *
   * Its input and output are checked like theirs and copied through JSON, so that neither side can change the other's objects. It
   * has no fuel, memory limit or permissions: `info` says isolation `host`. When a call's time is over, the call ends, and the
   * plugin is notified by `signal`; one that computes without a pause cannot be stopped.
   *
   * @throws {LoadError} `LOAD_INVALID_METADATA`, `LOAD_INCOMPATIBLE_API`, `LOAD_INVALID_CONFIG`, `LOAD_INIT_FAILED`,
   *   `LOAD_DEADLINE_EXCEEDED`, `LOAD_ALREADY_LOADED`, `LOAD_TOO_MANY_PLUGINS`, `LOAD_SHUT_DOWN`.
   * @throws {TypeError} For something that is not a plugin.
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   */
  async register(plugin: HostPlugin, options?: RegisterPluginOptions): Promise<PluginInfo> {
    const own = readHostPluginToOpen(plugin, options, this.#settings);
    return await this.#add(own.id, undefined, () => own.open());
  }

  /**
   * Runs one input through a plugin. A plugin that asks is called again with the answers until it gives a result; the time limit applies to
   * all rounds together. The contents of `input` are read at each round.
   *
   * @throws {CallError} See `CallErrorCode`. The plugin stays loaded and takes the next call.
   * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`; `CONFIG_INVALID` for a `timeoutMs` or `maxFuel` that is not a whole number
   *   above 0; `maxFuel` may be `Infinity`.
   */
  async execute(id: string, input: PluginInput, given?: ExecuteOptions): Promise<PluginOutput> {
    const options = readExecuteOptions(given);
    const plugin = this.#start(id, options);
    if (plugin === undefined) {
      return await this.#waitForTurn(id, options, (late, remaining, queueTimeMs) =>
        late.run(input, remaining, queueTimeMs),
      );
    }
    // The path of a call that need not wait: a single promise, the caller's.
    try {
      const result = plugin.run(input, options, 0);
      return result instanceof Promise ? await result : result;
    } finally {
      this.#semaphore.leave(id);
    }
  }

  /**
   * Asks an evaluator for the score of a whole set, based on the sums of metrics over its results.
   *
   * @param set Sums by metric name, and the number `n` of results that were added up.
   * @returns The same output as for any call of an evaluator.
   * @throws {CallError} `CALL_UNSUPPORTED` if its metadata does not say `aggregate: "sums"`, or if it is classic;
   *   `CALL_INVALID_INPUT` for a sum that is not finite, for no or too many sums, for a wrong `n`; otherwise as `execute`.
   * @throws {ConfigError} As `execute`.
   */
  async aggregate(
    id: string,
    { sums, n, context }: SumSet,
    given?: ExecuteOptions,
  ): Promise<PluginOutput<EvaluatorResult>> {
    const options = readExecuteOptions(given);
    requireAggregate(this.#plugins.findForCall(id, options.signal).info());
    const data = aggregateData(sums, n);
    const input = context === undefined ? { data } : { data, context };
    // Its shape was already checked by the executor.
    return (await this.execute(id, input, options)) as PluginOutput<EvaluatorResult>;
  }

  /**
   * Runs several inputs through a plugin: the crossing into a thread or process is paid once for many, and
   * `plugin_execute_batch` is used if the plugin has it. Limits apply to each input; if the plugin takes several at
   * once, their sum applies. `timeoutMs` is how long each input may run, in every isolation; the time that it waits for the others does
   * not count. For a limit on the whole batch, pass `signal: AbortSignal.timeout(…)`.
   *
   * @param inputs At most 1,000,000. The list is copied; each input is read when its turn comes.
   * @returns One result per input, in order. A failed input does not affect the others, and neither does a hole or anything else that is
   *   not an input: it fails with `CALL_INVALID_INPUT`.
   * @throws {CallError} Only for what concerns them all: no such plugin, too many calls, cancelled before its turn.
   * @throws {ConfigError} As `execute`.
   * @throws {TypeError} For anything but a list.
   * @throws {RangeError} For too long a list.
   */
  async executeBatch(
    id: string,
    inputs: readonly PluginInput[],
    given?: BatchOptions,
  ): Promise<BatchResult[]> {
    const options = readBatchOptions(given);
    const own = copyInputs(inputs);
    return await this.#inTurn(
      id,
      options,
      (plugin, _remaining, queueTimeMs) => plugin.runBatch(own, options, queueTimeMs),
      { signal: options.signal },
    );
  }

  /**
   * Sends items through several plugins, one after the other: each plugin's answer is passed to the next ones. Much cheaper than a batch
   * for each plugin: in threads an item crosses once, as text, and only its results cross back.
   *
   * Each call is an ordinary call of its plugin, with its own limits, instance and figures, as with `execute`; in processes and inline, the items
   * go from plugin to plugin through the host. A failed item does not affect the others.
   *
   * @param stages Up to 64.
   * @param items At most 1,000,000, all with the same number of texts.
   * @param given `timeoutMs` and `maxFuel` apply to each call.
   * @returns For each item, its result at each stage; undefined for stages that it did not reach. Equal outputs of several items may be one frozen object.
   * @throws {CallError} Only for what concerns them all: no such plugin, too many calls, cancelled before its turn.
   * @throws {ConfigError} As `execute`.
   * @throws {TypeError} For invalid stages or items. @throws {RangeError} For too many, or for a text that items do not have.
   */
  async executePipeline(
    stages: readonly PipelineStage[],
    items: readonly PipelineItem[],
    given?: ExecuteOptions,
  ): Promise<PipelineResult[]> {
    const options = readExecuteOptions(given);
    const ownStages = readStages(stages);
    const ownItems = readItems(items, ownStages);
    const { signal } = options;
    return await this.#inTurn(
      ownStages[0]!.id,
      options,
      async (_first, _remaining, queueTimeMs) => {
        const found = ownStages.map((stage) => ({
          stage,
          plugin: this.#plugins.findForCall(stage.id, signal),
        }));
        return await new PipelineCalls(found, options, queueTimeMs).run(ownItems);
      },
      { signal },
    );
  }

  /**
   * Runs one input and yields the chunks that the plugin emits, then the result.
   *
   * The plugin waits until a chunk is taken, so a slow reader slows it down instead of filling memory. Leaving the loop early
   * cancels the call, and so does `signal`: no chunk arrives after that. Concurrent `next()` calls each get one part.
   *
   * @throws {CallError} With the next part, as `execute` does; `CALL_UNSUPPORTED` for an inline plugin that emits chunks where
   *   the engine cannot suspend it (JSPI, Node 24 and newer).
   * @throws {ConfigError} As `execute`, immediately.
   */
  executeStream(
    id: string,
    input: PluginInput,
    given?: ExecuteOptions,
  ): AsyncGenerator<StreamPart, void, void> {
    const options = readExecuteOptions(given);
    return streamCall(options.signal, (onChunk, signal) =>
      this.#inTurn(id, { ...options, signal }, (plugin, remaining, queueTimeMs) =>
        plugin.run(input, { ...remaining, onChunk }, queueTimeMs),
      ),
    );
  }

  /**
   * Replaces a plugin with another version. Configuration, limits, permissions and state stay.
   *
   * The new version is loaded and initialized next to the old one, its health and golden inputs are checked, and it is
   * swapped in atomically; if anything fails, the old one stays. Running calls end on the old one, which is kept for
   * {@link rollback}.
   *
   * @throws {LoadError} As for `load`; `LOAD_NOT_LOADED`; `LOAD_UNHEALTHY`; `LOAD_UNSUPPORTED` for a plugin of the host's own.
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   */
  async reload(id: string, source: PluginSource, options?: ReloadOptions): Promise<PluginInfo> {
    return await this.#reload(id, source, readReloadOptions(options));
  }

  async #reload(id: string, source: PluginSource, options: ReloadOptions): Promise<PluginInfo> {
    const plugin = this.#plugins.find(id);
    // Copied now: an earlier swap may have to finish first.
    const own = ownSource(source);
    const { loadOptions } = plugin;
    if (loadOptions === undefined) {
      throw new LoadError(
        'LOAD_UNSUPPORTED',
        `Cannot reload plugin "${id}": it is code of the host's own; unload it, and register another`,
      );
    }
    const load = () => this.#loader.load(own, { ...loadOptions, id }, plugin.state);
    await plugin.reload(load, options);
    return plugin.info();
  }

  /**
   * Restores the version before the last reload.
   *
   * @throws {LoadError} `LOAD_NOT_LOADED`; `LOAD_NO_EARLIER_VERSION`.
   */
  async rollback(id: string): Promise<PluginInfo> {
    const plugin = this.#plugins.find(id);
    await plugin.rollback();
    return plugin.info();
  }

  /**
   * Reloads a plugin whenever its file changes or another one takes its place, including when a folder is recreated or a link
   * is replaced. A version that does not load is reported by the event `reload-failed`. While there is no file, the old version stays.
   *
   * @returns A function that stops watching; so do unloading and closing.
   * @throws {LoadError} `LOAD_NOT_LOADED`; `LOAD_NO_FILE` if it was loaded from bytes.
   * @throws {ConfigError} As {@link reload}.
   */
  watch(id: string, given?: ReloadOptions): () => void {
    const options = readReloadOptions(given);
    const { path } = this.#plugins.find(id).info();
    if (path === undefined) {
      throw new LoadError('LOAD_NO_FILE', `Cannot watch plugin "${id}": it came from no file`);
    }
    return this.#watchers.watch(id, path, async () => {
      try {
        await this.#reload(id, path, options);
      } catch (error) {
        this.events.notify('reload-failed', { id, error });
      }
    });
  }

  /**
   * Removes a plugin after telling it to shut down. Running calls get at most 30 s to end first; until then its status is
   * `unloading`, it takes no more calls, and its id may be reused.
   *
   * @throws {LoadError} `LOAD_NOT_LOADED`.
   */
  async unload(id: string): Promise<void> {
    const plugin = this.#plugins.find(id);
    this.#watchers.stop(id);
    await this.#remove(plugin, DEFAULT_DRAIN_TIMEOUT_MS, 'unloaded');
  }

  /** What is known about one plugin; undefined if it is neither loaded nor being removed. */
  info(id: string): PluginInfo | undefined {
    return this.#plugins.info(id);
  }

  /** What is known about all plugins, in the order of loading; those that are being removed come last. */
  list(): PluginInfo[] {
    return this.#plugins.list();
  }

  /** Unloads everything. Calls that are still waiting or running fail with `CALL_SHUT_DOWN`; later operations fail with
   * that or `LOAD_SHUT_DOWN`. */
  async close(): Promise<void> {
    const plugins = this.#plugins.close();
    this.#semaphore.close();
    this.#watchers.stopAll();
    const timer = setTimeout(() => this.#pools.close(), CLOSE_TIMEOUT_MS);
    await Promise.all(plugins.map((plugin) => this.#remove(plugin, 0, 'closed')));
    clearTimeout(timer);
    this.#pools.close();
  }

  /**
   * Opens a plugin and adds it, if there is room before and after.
   *
   * @param id Undefined if only the plugin knows it.
   */
  async #add(
    id: string | undefined,
    options: CheckedLoadOptions | undefined,
    open: () => Promise<PluginVersion>,
  ): Promise<PluginInfo> {
    this.#plugins.checkRoom(id);
    const first = await open();
    try {
      // Checked again: others may have been loaded meanwhile.
      this.#plugins.checkRoom(first.facts.id);
    } catch (error) {
      await first.retire(0, 'unloaded');
      first.grants.state?.close?.();
      throw error;
    }
    const plugin = new LoadedPlugin(first.facts.id, first, options, this.events, this.#semaphore);
    this.#plugins.add(plugin);
    const info = plugin.info();
    this.events.notify('plugin-loaded', info);
    return info;
  }

  /** Removes a plugin, which is shown as `unloading` until it is gone. */
  async #remove(
    plugin: LoadedPlugin,
    drainTimeoutMs: number,
    ending: 'unloaded' | 'closed',
  ): Promise<void> {
    this.#plugins.takeOut(plugin);
    try {
      await plugin.remove(drainTimeoutMs, ending);
    } finally {
      this.#plugins.gone(plugin);
    }
    this.events.notify('plugin-unloaded', { id: plugin.id });
  }

  /**
   * Takes a place, runs something in it, and releases it.
   *
   * @param waiting How long it may wait for the place.
   */
  async #inTurn<T>(
    id: string,
    options: ExecuteOptions,
    run: InTurn<T>,
    waiting: WaitOptions = options,
  ): Promise<T> {
    const plugin = this.#start(id, options);
    if (plugin === undefined) return await this.#waitForTurn(id, options, run, waiting);
    try {
      return await run(plugin, options, 0);
    } finally {
      this.#semaphore.leave(id);
    }
  }

  /**
   * Takes a place for a call.
   *
   * @returns undefined if it must wait for one.
   * @throws {CallError} If it cannot run at all.
   */
  #start(id: string, options: ExecuteOptions): LoadedPlugin | undefined {
    const plugin = this.#plugins.findForCall(id, options.signal);
    return this.#semaphore.tryEnter(id) ? plugin : undefined;
  }

  async #waitForTurn<T>(
    id: string,
    options: ExecuteOptions,
    run: InTurn<T>,
    waiting: WaitOptions = options,
  ): Promise<T> {
    const { signal, timeoutMs } = options;
    const start = performance.now();
    await this.#semaphore.enter(id, waiting);
    try {
      const queueTimeMs = performance.now() - start;
      const remaining =
        timeoutMs === undefined
          ? options
          : { ...options, timeoutMs: Math.max(1, Math.ceil(timeoutMs - queueTimeMs)) };
      // Much may have changed while waiting.
      return await run(this.#plugins.findForCall(id, signal), remaining, queueTimeMs);
    } finally {
      this.#semaphore.leave(id);
    }
  }
}

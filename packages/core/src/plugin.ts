import {
  type BatchResult,
  type ExecuteOptions,
  type PluginInfo,
  type PluginManager,
  type PluginSource,
  readCallOptions,
  type ReloadOptions,
  type StreamPart,
} from '@testbench/manager';
import type {
  CallContext,
  EvaluatorResult,
  PluginDataByType,
  PluginInput,
  PluginOutput,
  PluginType,
} from '@testbench/types';
import { CallError, LoadError } from '@testbench/types/errors';

/** Limits of one call, and the information sent with its data. */
export interface CallOptions extends ExecuteOptions {
  /** A name for logs and traces, and texts that the plugin sees. */
  readonly context?: CallContext;
}

/** The queries that a handle can make about its plugin. */
export interface PluginLifetime {
  /** False once the plugin has been unloaded. */
  isLoaded(): boolean;
  unload(): Promise<void>;
}

/** `data` that goes into a plugin of a type. */
type DataOf<Type extends PluginType> = PluginDataByType[Type]['data'];
/** `data` that comes out of it. */
type ResultOf<Type extends PluginType> = PluginDataByType[Type]['result'];

/**
 * A loaded plugin, typed by its plugin type.
 *
 * The handle survives reloads. Once the plugin is unloaded every method fails, even if another plugin has its id.
 *
 * @typeParam Type The plugin's type, if `pluginType` of `loadPlugin` names it; it is then checked.
 *
 * @example
 * ```ts no-run
 * import { PluginSystem } from '@testbench/core';
 *
 * await using system = new PluginSystem();
 * const exactMatch = await system.loadPlugin('exact-match.wasm', { pluginType: 'evaluator' });
 * const { data } = await exactMatch.execute({ output: 'Paris', expected: 'paris' });
 * data.score < 1; // => true
 * ```
 */
export class Plugin<Type extends PluginType = PluginType> {
  readonly #manager: PluginManager;
  readonly #lifetime: PluginLifetime;

  /** Made by `loadPlugin`. */
  constructor(
    manager: PluginManager,
    readonly id: string,
    lifetime: PluginLifetime,
  ) {
    this.#manager = manager;
    this.#lifetime = lifetime;
  }

  /** Current information about it. @throws {LoadError} `LOAD_NOT_LOADED` once it has been unloaded. */
  get info(): PluginInfo {
    const info = this.#lifetime.isLoaded() ? this.#manager.info(this.id) : undefined;
    if (info === undefined) throw this.#gone();
    return info;
  }

  /**
   * Runs one input through it.
   *
   * @throws {CallError} It stays loaded, and accepts the next call.
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   */
  async execute(data: DataOf<Type>, options?: CallOptions): Promise<PluginOutput<ResultOf<Type>>> {
    const { context, limits } = readCallOptions(options);
    this.#checkCall();
    const output = await this.#manager.execute(this.id, inputOf(data, context), limits);
    return output;
  }

  /**
   * Asks an evaluator for the score of a whole set, from the sums of metrics over its results. Any partition of the set, summed
   * in any order, gives the same result.
   *
   * @param sums By name of the metric; a result without a metric counts as 0.
   * @param n Number of results summed, from 1.
   * @throws {CallError} `CALL_UNSUPPORTED` if its metadata does not say `aggregate: "sums"`, or if it is classic;
   *   `CALL_INVALID_INPUT` for a sum that is not finite, for no sums or too many, for a wrong `n`; and as `execute`.
   *
   * @example
   * ```ts
   * import { type EvaluatorPlugin, PluginSystem } from '@testbench/core';
   *
   * const accuracy: EvaluatorPlugin = {
   *   metadata: { name: 'accuracy', version: '1.0.0', pluginType: 'evaluator', aggregate: 'sums' },
   *   evaluate: ({ output, expected }) => {
   *     const right = output === expected ? 1 : 0;
   *     return { score: right, metrics: { right } };
   *   },
   *   aggregate: ({ right = 0 }, n) => ({ score: right / n }),
   * };
   * await using system = new PluginSystem();
   * const plugin = await system.registerPlugin(accuracy);
   * (await plugin.aggregate({ right: 3 }, 4)).data.score; // => 0.75
   * ```
   */
  async aggregate(
    sums: Readonly<Record<string, number>>,
    n: number,
    options?: CallOptions,
  ): Promise<PluginOutput<EvaluatorResult>> {
    const { context, limits } = readCallOptions(options);
    this.#checkCall();
    const set = context === undefined ? { sums, n } : { sums, n, context };
    return await this.#manager.aggregate(this.id, set, limits);
  }

  /**
   * Runs one input and yields what it emits, then the result. Leaving the loop early cancels the call.
   *
   * @throws {CallError} At the next part.
   */
  async *stream(data: DataOf<Type>, options?: CallOptions): AsyncGenerator<StreamPart, void, void> {
    const { context, limits } = readCallOptions(options);
    this.#checkCall();
    yield* this.#manager.executeStream(this.id, inputOf(data, context), limits);
  }

  /**
   * Runs several inputs through it: much cheaper per input than single calls.
   *
   * @returns One result per input, in order. A failing input does not affect the others.
   * @throws {CallError} Only for failures that affect all inputs.
   * @throws {TypeError} For anything but a list.
   */
  async batch(
    data: readonly DataOf<Type>[],
    options?: CallOptions,
  ): Promise<BatchResult<ResultOf<Type>>[]> {
    const { context, limits } = readCallOptions(options);
    this.#checkCall();
    if (!Array.isArray(data)) {
      throw new TypeError(`Cannot start batch: expected a list of data, found a ${typeof data}`);
    }
    const inputs = Array.from<DataOf<Type>, PluginInput>(data, (item) => inputOf(item, context));
    return await this.#manager.executeBatch(this.id, inputs, limits);
  }

  /**
   * Replaces its version; configuration, limits, permissions and state stay.
   *
   * @throws {LoadError} The old version stays.
   */
  async reload(source: PluginSource, options?: ReloadOptions): Promise<PluginInfo> {
    this.#checkLoaded();
    return await this.#manager.reload(this.id, source, options);
  }

  /** Restores the version before the last reload. @throws {LoadError} `LOAD_NO_EARLIER_VERSION` if there is none. */
  async rollback(): Promise<PluginInfo> {
    this.#checkLoaded();
    return await this.#manager.rollback(this.id);
  }

  /** Removes it, after asking it to shut down. @throws {LoadError} `LOAD_NOT_LOADED` if it already has been. */
  async unload(): Promise<void> {
    this.#checkLoaded();
    await this.#lifetime.unload();
  }

  #checkCall(): void {
    if (this.#lifetime.isLoaded()) return;
    throw new CallError('CALL_NOT_FOUND', `Cannot call plugin "${this.id}": it was unloaded`);
  }

  #checkLoaded(): void {
    if (!this.#lifetime.isLoaded()) throw this.#gone();
  }

  #gone(): LoadError {
    return new LoadError('LOAD_NOT_LOADED', `Cannot find plugin "${this.id}": it was unloaded`);
  }
}

function inputOf<Data>(
  data: Data,
  context: CallContext | undefined,
): { readonly data: Data; readonly context?: CallContext } {
  return context === undefined ? { data } : { data, context };
}

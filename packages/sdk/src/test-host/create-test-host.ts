import {
  type ExecuteOptions,
  type LoadPluginOptions,
  type PluginInfo,
  PluginSystem,
} from '@testbench/core';
import type { CallContext, LogRecord, Permissions, PluginOutput } from '@testbench/types';

/** How a {@link TestHost} runs a plugin. */
export interface TestHostOptions {
  /** JSON for the plugin's `plugin_init`. @default {} */
  readonly config?: unknown;
  /** Seed of the random numbers that the plugin gets. @default 1 */
  readonly seed?: number;
  /** What the plugin's clock shows at first, in milliseconds since the epoch. @default 0 */
  readonly nowMs?: number;
  /** Limits of each call. @default those of a real host */
  readonly limits?: NonNullable<LoadPluginOptions['limits']>;
  /** What the plugin may do outside. @default nothing */
  readonly permissions?: Permissions;
}

/** One call and all that a test may want to know of it. */
export interface TestCall<Data = unknown> extends PluginOutput<Data> {
  /** What the plugin logged during the call. */
  readonly logs: readonly LogRecord[];
}

/** One plugin in a real host, with a clock and a chance that the test controls. */
export interface TestHost extends AsyncDisposable {
  readonly info: PluginInfo;
  /** Everything that the plugin logged, from its start on. */
  readonly logs: readonly LogRecord[];
  /**
   * Runs one input.
   *
   * @throws {CallError} As a real host does.
   */
  call<Data = unknown>(
    data: unknown,
    options?: ExecuteOptions & { readonly context?: CallContext },
  ): Promise<TestCall<Data>>;
  /** Sets the plugin's clock. */
  setTime(nowMs: number): void;
  /** Unloads the plugin. */
  close(): Promise<void>;
}

/**
 * Loads a plugin into a host of its own, for a test: real limits and host functions, but random numbers from a
 * seed and a clock that stands still, so that every run gives the same.
 *
 * @param source Path of the module, or its bytes.
 * @throws {LoadError} If no host would load it.
 *
 * @example
 * ```ts no-run
 * import { createTestHost } from '@testbench/sdk';
 *
 * await using host = await createTestHost('build/exact-match.wasm', { config: { ignore_case: true } });
 * const { data, metadata } = await host.call({ output: 'Paris', expected: 'paris' });
 * data; // => { score: 1 }
 * metadata.fuelUsed < 100_000; // => true
 * ```
 */
export async function createTestHost(
  source: string | Uint8Array,
  options: TestHostOptions = {},
): Promise<TestHost> {
  let nowMs = options.nowMs ?? 0;
  const logs: LogRecord[] = [];
  const system = new PluginSystem({
    random: { seed: options.seed ?? 1 },
    now: () => nowMs,
    onLog: (record) => void logs.push(record),
  });
  const loadOptions: LoadPluginOptions = {
    ...(options.config !== undefined && { config: options.config }),
    ...(options.limits !== undefined && { limits: options.limits }),
    ...(options.permissions !== undefined && { permissions: options.permissions }),
  };
  let info: PluginInfo;
  try {
    info =
      typeof source === 'string'
        ? await system.loadPlugin(source, loadOptions)
        : await system.loadPluginFromBytes('plugin', source, loadOptions);
  } catch (error) {
    await system.close();
    throw error;
  }
  const close = (): Promise<void> => system.close();
  return {
    info,
    logs,
    setTime: (value) => {
      nowMs = value;
    },
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the type, as in core
    call: async <Data>(
      data: unknown,
      { context, ...execute }: ExecuteOptions & { readonly context?: CallContext } = {},
    ) => {
      const first = logs.length;
      const input = context === undefined ? { data } : { data, context };
      const output = await system.executePlugin<Data>(info.id, input, execute);
      return { ...output, logs: logs.slice(first) };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

import type { HostPlugin, ResourceLimits } from '@testbench/types';
import type { LogSink } from '@testbench/types/abi';
import { readOptions, readTimeoutMs } from '@testbench/types/config';
import { CallError, LoadError } from '@testbench/types/errors';

import { AbortableWait } from '../isolation/abortable-wait.js';
import { checkApiVersion } from '../load/check-api-version.js';
import { ownJson } from '../load/own-json.js';
import { PluginVersion } from '../load/plugin-version.js';
import type { RegisterPluginOptions } from '../options.js';
import { HostExecutor } from './host-executor.js';
import { type CheckedHostPlugin, readHostPlugin } from './read-host-plugin.js';

/** Settings shared by all plugins of a manager. */
export interface HostPluginSettings {
  readonly limits: ResourceLimits;
  readonly onLog: LogSink;
  readonly now: (() => number) | undefined;
}

/** A plugin of the host's own that is not initialized yet. */
export interface HostPluginToOpen {
  readonly id: string;
  open(): Promise<PluginVersion>;
}

/**
 * Checks a plugin of the host's own and its options.
 *
 * @throws {TypeError} For something that is not a plugin.
 * @throws {LoadError} `LOAD_INVALID_METADATA`, `LOAD_INCOMPATIBLE_API`, `LOAD_INVALID_CONFIG`.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 */
export function readHostPluginToOpen(
  plugin: HostPlugin,
  given: RegisterPluginOptions | undefined,
  settings: HostPluginSettings,
): HostPluginToOpen {
  const checked = readHostPlugin(plugin);
  checkApiVersion(checked.metadata);
  const { name } = checked.metadata;
  const options = readOptions<RegisterPluginOptions>(given, {
    id: (node) => node.text(),
    config: (node) => ownJson(node.value, `plugin "${given?.id ?? name}"`),
    limits: (node) =>
      readOptions<NonNullable<RegisterPluginOptions['limits']>>(
        node.value,
        {
          timeoutMs: readTimeoutMs,
          maxInputBytes: (bytes) => bytes.wholeNumber(1, 2 ** 31 - 1),
          maxOutputBytes: (bytes) => bytes.wholeNumber(1, 2 ** 31 - 1),
        },
        node.path,
      ),
  });
  const id = options.id ?? name;
  const limits: ResourceLimits = {
    ...settings.limits,
    ...options.limits,
    // Nothing counts or limits them.
    maxFuel: Infinity,
    maxMemoryBytes: Infinity,
  };
  return {
    id,
    open: async () => {
      await init(checked, options.config ?? {}, id, limits.timeoutMs);
      const { onLog, now } = settings;
      return new PluginVersion(
        { id, digest: undefined, limits, metering: undefined, path: undefined },
        new HostExecutor(checked, { id, limits, onLog, now }),
        NO_GRANTS,
      );
    },
  };
}

/** The host's own code needs no grants, and keeps nothing open here. */
const NO_GRANTS = {
  permissions: { granted: {} },
  state: undefined,
  close: async () => await Promise.resolve(),
};

/** @throws {LoadError} `LOAD_INIT_FAILED`; `LOAD_DEADLINE_EXCEEDED`. */
async function init(
  plugin: CheckedHostPlugin,
  config: unknown,
  id: string,
  timeoutMs: number,
): Promise<void> {
  const waiting = new AbortableWait(timeoutMs, undefined);
  try {
    await waiting.race((async () => void (await plugin.init(config)))());
  } catch (cause) {
    const code = cause === waiting.error ? 'LOAD_DEADLINE_EXCEEDED' : 'LOAD_INIT_FAILED';
    const message =
      cause instanceof CallError || cause instanceof Error ? cause.message : String(cause);
    throw new LoadError(code, `Cannot initialize plugin "${id}": ${message}`, { cause });
  }
}

import { PluginSystem } from '@testbench/core';

import { ExtismPlugin } from './extism-plugin.js';
import type { FunctionHost } from './host-functions.js';
import { wrapFunctions } from './host-functions.js';
import { InputRoom } from './input-room.js';
import type { ManifestLike } from './manifest.js';
import type { ExtismPluginOptions } from './options.js';
import type { Plugin } from './plugin.js';
import { PLUGIN_ID } from './plugin-id.js';
import { readManifest } from './read-manifest.js';
import { type CheckedOptions, joinOptions, readPluginOptions } from './read-options.js';
import { Variables } from './variables.js';

/**
 * Loads an Extism plugin, with the interface of Extism's JavaScript SDK: a program written for `createPlugin` of that SDK needs only another import.
 *
 * Unlike there, limits hold on the main thread too: time, memory, the size of variables and responses. Hosts are checked at each redirect.
 *
 * @param manifest A manifest, its JSON, the path or address of a manifest or a module, a response, or bytes; or a promise of one.
 * @param options Take precedence over the same options in the manifest.
 * @throws {TypeError} For a manifest that describes no plugin, or one that cannot be run here.
 * @throws {LoadError} For a module that is not admitted, or does not start.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts no-run
 * import { createPlugin } from '@testbench/extism';
 *
 * await using plugin = await createPlugin('count_vowels.wasm', { config: { vowels: 'aeiou' } });
 * const output = await plugin.call('count_vowels', 'hello world');
 * output?.json(); // { count: 3, … }
 * ```
 */
export async function createPlugin(
  manifest: ManifestLike | PromiseLike<ManifestLike>,
  options?: ExtismPluginOptions,
): Promise<Plugin> {
  const own = readPluginOptions(options);
  const { bytes, options: further } = await readManifest(await manifest, own.fetch ?? fetch);
  const checked = joinOptions(own, further);
  const variables = new Variables(checked.maxVarBytes);
  const call: { hostContext: unknown; thrown: { readonly error: unknown } | undefined } = {
    hostContext: undefined,
    thrown: undefined,
  };
  const host: FunctionHost = {
    variables,
    logLevel: checked.logLevel,
    get hostContext() {
      return call.hostContext;
    },
    keep: (error) => void (call.thrown = { error }),
  };
  const system = openSystem(checked, variables, host);
  try {
    const load = async (): Promise<void> => {
      await system.loadPluginFromBytes(PLUGIN_ID, bytes, {
        config: checked.config,
        limits: checked.limits,
        permissions: checked.permissions,
        ...(Object.keys(checked.guestPaths).length === 0 ? {} : { guestPaths: checked.guestPaths }),
      });
    };
    await load();
    const { callTimeoutMs: timeoutMs, limits } = checked;
    const callOptions = timeoutMs === limits.timeoutMs ? undefined : { timeoutMs };
    const room = checked.isolation === 'inline' ? new InputRoom() : undefined;
    return new ExtismPlugin({ bytes, system, call, room, callOptions, load });
  } catch (error) {
    await system.close();
    throw error;
  }
}

function openSystem(
  { isolation, useWasi, wasiOutput, logger, logLevel, functions }: CheckedOptions,
  variables: Variables,
  host: FunctionHost,
): PluginSystem {
  const levels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
  const least = logLevel === 'silent' ? levels.length : levels.indexOf(logLevel);
  return new PluginSystem({
    isolation,
    enableWasi: useWasi,
    hostFunctions: wrapFunctions(functions, host),
    openStateStore: () => variables,
    onLog({ level, message }) {
      if (wasiOutput || levels.indexOf(level) >= least) logger[level](message);
    },
  });
}

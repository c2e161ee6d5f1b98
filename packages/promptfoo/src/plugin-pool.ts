import { resolve } from 'node:path';

import { findPluginsDir, PluginLocator } from '@testbench/bench';
import {
  createEnvSecrets,
  type EnvSecret,
  type Isolation,
  loadPolicy,
  type Permissions,
  type Plugin,
  PluginSystem,
} from '@testbench/core';
import type { OptionReaders } from '@testbench/types/config';

/** Which plugin is used, and what it may do. */
export interface PluginUse {
  /** Its name in `@testbench/plugins`, with or without a range, or the path of a `.wasm` file. */
  readonly plugin: string;
  /** Its own settings. @default {} */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What it may access. @default what the policy grants, otherwise nothing */
  readonly permissions?: Permissions;
  /** A policy file: grants by name and digest, and secrets. @default none */
  readonly policy?: string;
  /** Secrets from environment variables, with the hosts that they may be sent to, such as `{ OPENAI_API_KEY: { hosts: ['api.openai.com'] } }`. @default none */
  readonly secrets?: Readonly<Record<string, EnvSecret>>;
  /** Where it runs. @default 'thread' */
  readonly isolation?: Isolation;
  /** Folder with `manifest.json` and the modules of named plugins. @default that of the `@testbench/plugins` installed in the working directory */
  readonly pluginsDir?: string;
}

export const PLUGIN_USE: OptionReaders<PluginUse> = {
  plugin: (node) => node.text(),
  settings: (node) => node.object(),
  permissions: (node) => node.object(),
  policy: (node) => node.text(),
  secrets: (node) => node.object() as Readonly<Record<string, EnvSecret>>,
  isolation: (node) => node.oneOf(['inline', 'thread', 'process']),
  pluginsDir: (node) => node.text(),
};

/** Plugins of this process by what they are used for: promptfoo makes one call per case, and a plugin is loaded once. */
const loaded = new Map<string, Promise<Plugin>>();
let count = 0;

/**
 * The plugin of a use, loaded by the first call.
 *
 * @param from Where relative paths start. @default the working directory
 * @throws {ConfigError} There is no such plugin.
 * @throws {LoadError} It does not load; the next call tries again.
 */
export async function pluginFor(use: PluginUse, from = ''): Promise<Plugin> {
  const key = JSON.stringify([from, use]);
  const found = loaded.get(key);
  if (found !== undefined) return await found;
  const loading = load(use, from);
  loaded.set(key, loading);
  loading.catch(() => loaded.delete(key));
  return await loading;
}

async function load(use: PluginUse, from: string): Promise<Plugin> {
  const { plugin, settings = {}, permissions, policy, secrets, isolation, pluginsDir } = use;
  const folder =
    pluginsDir === undefined ? findPluginsDir(process.cwd()) : resolve(from, pluginsDir);
  const isFile = plugin.endsWith('.wasm');
  const { path } = isFile
    ? { path: resolve(from, plugin) }
    : await new PluginLocator(folder).locate(plugin, 'plugin', settings);
  const system = new PluginSystem({
    isolation: isolation ?? 'thread',
    ...(policy === undefined ? {} : { policy: await loadPolicy(resolve(from, policy)) }),
    ...(secrets === undefined ? {} : { secrets: createEnvSecrets(secrets) }),
  });
  count += 1;
  try {
    return await system.loadPlugin(path, {
      id: `plugin-${count}`,
      config: settings,
      ...(permissions === undefined ? {} : { permissions }),
    });
  } catch (error) {
    // The next case tries again, with a system of its own.
    await system.close();
    throw error;
  }
}

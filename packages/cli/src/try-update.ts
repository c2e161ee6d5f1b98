import { PluginSystem } from '@testbench/core';
import type { PluginUpdate } from '@testbench/registry/install';

/**
 * Tries the new version in a separate process without permissions: it must load and report good health.
 *
 * @throws {LoadError} It cannot replace the old version.
 */
export async function tryUpdate({ name, beforePath, path }: PluginUpdate): Promise<void> {
  await using system = new PluginSystem({ isolation: 'process' });
  await system.loadPlugin(beforePath, { id: name });
  await system.reloadPlugin(name, path);
}

import { PluginSystem } from '@testbench/core';
import type { PluginUpdate } from '@testbench/registry/install';

/**
 * Loads the new version in the old one's place, in a process of its own and with no permissions: it must load, and its health must be good.
 *
 * @throws {LoadError} It is not fit to take over.
 */
export async function tryUpdate({ name, beforePath, path }: PluginUpdate): Promise<void> {
  await using system = new PluginSystem({ isolation: 'process' });
  await system.loadPlugin(beforePath, { id: name });
  await system.reloadPlugin(name, path);
}

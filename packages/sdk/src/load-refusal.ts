import { PluginSystem } from '@testbench/core';
import { PluginError } from '@testbench/types/errors';

/**
 * Loads a module as a host loads untrusted plugins: in a child process, without permissions and within limits. That compares the metadata
 * that it reports with its section.
 *
 * @param bytes A module in which `validatePlugin` found nothing; not changed.
 * @returns Why it is refused; undefined if it is not, or if it only needs a configuration.
 */
export async function loadRefusal(bytes: Uint8Array): Promise<string | undefined> {
  await using system = new PluginSystem({ isolation: 'process' });
  try {
    await system.loadPluginFromBytes('plugin', bytes);
    return undefined;
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return error.code === 'LOAD_INIT_FAILED' ? undefined : error.message;
  }
}

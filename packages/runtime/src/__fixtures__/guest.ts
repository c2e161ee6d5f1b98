import { assemble } from '@testbench/test-kit';
import type { HostBinding, HostCallReport } from '@testbench/types/abi';

import { compilePlugin, type CompileOptions } from '../compile-plugin.js';
import type { InstanceOptions } from '../instance-options.js';
import { PluginInstance } from '../plugin-instance.js';

/** A host that offers nothing and reports nothing, except what a test sets. */
export function quietHost(
  imports: HostBinding['imports'] = {},
  report: HostCallReport = { failure: undefined, calls: 0, denied: 0, callsByName: {} },
): HostBinding {
  return {
    specificationVersion: 'v1',
    imports,
    waiting: new Set(),
    attachMemory: () => {},
    beginCall: () => {},
    endCall: () => report,
  };
}

/** Compiles and instantiates a plugin given as text. */
export async function openGuest(
  wat: string,
  {
    maxMemoryBytes,
    resettable,
    cache,
    ...options
  }: Partial<InstanceOptions> & Partial<CompileOptions> = {},
): Promise<PluginInstance> {
  const plugin = await compilePlugin(assemble(wat), {
    maxMemoryBytes: maxMemoryBytes ?? 64 * 65_536,
    resettable: resettable ?? false,
    ...(cache === undefined ? {} : { cache }),
  });
  return new PluginInstance(plugin, { host: quietHost(), ...options });
}

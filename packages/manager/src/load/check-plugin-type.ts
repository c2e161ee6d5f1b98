import type { PluginMetadata, PluginType } from '@testbench/types';
import { LoadError } from '@testbench/types/errors';

/** @throws {LoadError} `LOAD_WRONG_TYPE` if the caller expects another type. */
export function checkPluginType(
  { name, pluginType }: PluginMetadata,
  expected: PluginType | undefined,
): void {
  if (expected === undefined || pluginType === expected) return;
  throw new LoadError(
    'LOAD_WRONG_TYPE',
    `Cannot load plugin "${name}": expected a plugin of type "${expected}", found one of type "${pluginType}"`,
    { field: 'plugin_type' },
  );
}

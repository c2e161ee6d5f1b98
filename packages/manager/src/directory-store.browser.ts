import { ConfigError } from '@testbench/types/errors';
import type { ModuleStore } from '@testbench/types/stores';

/** @throws {ConfigError} Always: a browser has no directories. */
export async function openDirectoryStore(directory: string): Promise<ModuleStore> {
  throw new ConfigError(
    'CONFIG_INVALID',
    'cacheDir',
    `Cannot use directory ${JSON.stringify(directory)}: a browser has none`,
  );
}

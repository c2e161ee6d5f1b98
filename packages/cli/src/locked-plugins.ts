import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { ResolvedBenchmarkConfig } from '@testbench/bench';
import { ConfigError } from '@testbench/types/errors';

import type { CliIo } from './cli-io.js';

const LOCKFILE = 'testbench.lock';
const NAME = /^([a-z0-9][a-z0-9-]{0,127})(?:@([^@/\\:]+))?$/;

/**
 * Installs what the lockfile of the working directory has, and puts the modules in the places of the names in a configuration that it requires. Without a
 * lockfile nothing is done; names that it does not have are those of the plugins that we ship.
 *
 * @throws {InstallError} As `installPlugins`. @throws {ConfigError} For a range that the locked version does not satisfy.
 */
export async function usePluginsOfLockfile<Config extends ResolvedBenchmarkConfig>(
  io: CliIo,
  config: Config,
  { frozen, json }: { readonly frozen: boolean; readonly json: boolean },
): Promise<Config> {
  if (!existsSync(join(io.cwd, LOCKFILE))) {
    if (!frozen) return config;
    throw new ConfigError('CONFIG_INVALID', '', `Cannot run frozen: there is no ${LOCKFILE}`);
  }
  const [{ installPlugins, satisfiesRange }, { withProject }] = await Promise.all([
    import('@testbench/registry/install'),
    import('./plugin-project.js'),
  ]);
  const flags = { registries: undefined, json };
  const { installed } = await withProject(io, flags, (project) =>
    installPlugins({ ...project, frozen }),
  );
  const places = new Map(installed.map((plugin) => [plugin.name, plugin]));
  return replaceNames(config, (reference) => {
    const [, name = '', range = '*'] = NAME.exec(reference) ?? [];
    const plugin = places.get(name);
    if (plugin === undefined) return reference;
    if (satisfiesRange(plugin.version, range)) return plugin.path;
    throw new ConfigError(
      'CONFIG_INVALID',
      '',
      `Cannot use plugin "${reference}": ${LOCKFILE} has ${plugin.version}`,
    );
  }) as Config;
}

/** A copy in which every `plugin` is what `replace` makes of it; the settings of plugins are left alone. */
function replaceNames(value: unknown, replace: (reference: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => replaceNames(item, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]: [string, unknown]) => {
      if (key === 'plugin' && typeof field === 'string') return [key, replace(field)];
      return [key, key === 'config' ? field : replaceNames(field, replace)];
    }),
  );
}

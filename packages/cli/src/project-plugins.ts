import { type FindPlugin, pluginReferences, type ResolvedBenchmarkConfig } from '@testbench/bench';
import { parseReference } from '@testbench/types/stores';

import type { CliIo } from './cli-io.js';
import type { FindMode } from './plugin-finder.js';
import type { ProjectFlags } from './plugin-project.js';
import { escapeText } from './render/escape-text.js';

/** A configuration whose plugins are all on this machine. */
export interface ReadyConfig<Config> {
  readonly config: Config;
  readonly find: FindPlugin;
}

/**
 * Fetches the plugins of a configuration. Names missing in the lockfile are installed and added to it, unless it is `frozen`
 * or must not be changed.
 *
 * @returns The configuration, set to run in separate processes if there are trust rules and one of its plugins has no trusted signer.
 * @throws As `findPlugins`.
 */
export async function usePlugins<Config extends ResolvedBenchmarkConfig>(
  io: CliIo,
  flags: ProjectFlags,
  config: Config,
  mode: FindMode,
): Promise<ReadyConfig<Config>> {
  const references = pluginReferences(config);
  const { findPlugins } = await import('./plugin-finder.js');
  const { find, isUnsigned } = await findPlugins(io, flags, references, mode, config.pluginsDir);
  if (!isUnsigned || config.isolation === 'process') return { config, find };
  io.stderr.write(
    `${escapeText('nobody vouches for some of the plugins: all run in processes of their own')}\n`,
  );
  return { config: { ...config, isolation: 'process' }, find };
}

/**
 * Finds the plugins of a finished run on demand. Nothing is installed.
 *
 * @param hosts Registries that may be contacted; undefined for any, if the run is the user's own.
 */
export function findAsNeeded(
  io: CliIo,
  flags: ProjectFlags,
  hosts?: ReadonlySet<string>,
): FindPlugin {
  return async (reference) => {
    const parsed = parseReference(reference);
    if (parsed.kind === 'oci' && hosts?.has(parsed.host) === false) return undefined;
    const { findPlugins } = await import('./plugin-finder.js');
    const { find } = await findPlugins(io, flags, [reference], 'look');
    return await find(reference);
  };
}

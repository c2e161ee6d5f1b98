import { basename, resolve } from 'node:path';

import {
  loadBenchmarkConfig,
  type PluginConfig,
  PluginLocator,
  type ResolvedBenchmarkConfig,
  stageLimits,
} from '@testbench/bench';
import type { PluginInfo, PluginSystem } from '@testbench/core';
import type { ServedModel } from '@testbench/serve';

import type { CliIo } from './cli-io.js';
import { findModule } from './module-source.js';
import type { ProjectFlags } from './plugin-project.js';
import { type ReadyConfig, usePlugins } from './project-plugins.js';
import { escapeText } from './render/escape-text.js';
import { scriptLoader } from './script-loader.js';
import { scriptCompiler } from './script-modules.js';

/** What a configuration adds to a server besides its plugins. */
export interface Served {
  readonly models: readonly ServedModel[];
}

/** A request must not see what an earlier one left behind. */
const STATELESS = { state: 'reset' } as const;

/**
 * Loads the plugins of a command line, found as every command finds them. Each gets its own name as its id.
 *
 * @returns Their ids.
 * @throws As `findModule`; {LoadError}.
 */
export async function loadNamed(
  io: CliIo,
  flags: ProjectFlags,
  system: PluginSystem,
  references: readonly string[],
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const reference of references) {
    const { source, isUnsigned } = await findModule(io, flags, reference);
    // There are trust rules, and it has no trusted signer.
    const options = { ...STATELESS, ...(isUnsigned && { isolation: 'process' as const }) };
    const { id } =
      typeof source === 'string'
        ? await system.loadPlugin(source, options)
        : await system.loadPluginFromBytes(nameOf(reference), source, options);
    ids.push(id);
  }
  return ids;
}

/** The name in a reference: `oci://host/team/exact-match@^1` is `exact-match`. */
function nameOf(reference: string): string {
  return basename(reference).replace(/[@:].*$/, '');
}

/** Reads the configuration of `--config`, and finds its plugins. Undefined without one. */
export async function readConfigured(
  io: CliIo,
  flags: ProjectFlags & { readonly config: string | undefined; readonly frozen: boolean },
): Promise<ReadyConfig<ResolvedBenchmarkConfig> | undefined> {
  if (flags.config === undefined) return undefined;
  const config = await loadBenchmarkConfig(resolve(io.cwd, flags.config), {
    env: io.env,
    scripts: scriptLoader,
  });
  return await usePlugins(io, flags, config, flags.frozen ? 'frozen' : 'look');
}

/**
 * Loads the plugins of a benchmark with their configurations, limits and permissions: evaluators and providers under their names, and others
 * under those of their metadata.
 *
 * @returns The models of its providers. A name that two providers have is preceded by the provider's.
 */
export async function loadConfigured(
  io: CliIo,
  system: PluginSystem,
  { config, find }: ReadyConfig<ResolvedBenchmarkConfig>,
): Promise<Served> {
  const locator = new PluginLocator(config.pluginsDir, {
    compileScript: scriptCompiler(io),
    findPlugin: find,
  });
  const load = async (use: PluginConfig, path: string, id?: string): Promise<void> => {
    const location = await locator.locate(use.plugin, `${path}.plugin`, use.config);
    const loadWith = async (waits: boolean): Promise<PluginInfo> => {
      const { info } = await system.loadPlugin(location.path, {
        ...STATELESS,
        ...(id === undefined ? {} : { id }),
        config: use.config ?? {},
        limits: stageLimits(config.limits, use.limits, waits),
        ...(use.metering === undefined ? {} : { metering: use.metering }),
        ...(use.permissions === undefined ? {} : { permissions: use.permissions }),
      });
      return info;
    };
    const isProvider = path.startsWith('providers');
    const info = await loadWith(isProvider);
    if (isProvider || !waitsForOthers(info)) return;
    // Only its metadata say that it needs the time of one that waits.
    await system.unloadPlugin(info.id);
    await loadWith(true);
  };
  const { evaluators, providers, transforms, filters } = config;
  for (const [index, use] of evaluators.entries()) {
    await load(use, `evaluators[${index}]`, use.name);
  }
  for (const [index, use] of transforms.entries()) await load(use, `transforms[${index}]`);
  for (const [index, use] of filters.entries()) await load(use, `filters[${index}]`);
  const all: ServedModel[] = [];
  for (const [index, use] of providers.entries()) {
    if (use.from !== undefined) {
      io.stderr.write(`${escapeText(`not served: ${use.name}, which replays a run`)}\n`);
      continue;
    }
    await load(use, `providers[${index}]`, use.name);
    for (const { name, parameters } of use.models) {
      all.push({ id: name, plugin: use.name, model: name, parameters });
    }
  }
  const isTwice = ({ id }: ServedModel): boolean =>
    all.filter((other) => other.id === id).length > 1;
  const named = ({ id, plugin, ...others }: ServedModel): ServedModel => ({
    id: `${plugin}/${id}`,
    plugin,
    ...others,
  });
  return { models: all.map((one) => (isTwice(one) ? named(one) : one)) };
}

function waitsForOthers({ metadata: { asking, capabilities } }: PluginInfo): boolean {
  return (
    asking === true || capabilities.includes('network') || capabilities.includes('api_requests')
  );
}

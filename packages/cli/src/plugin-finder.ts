import { join } from 'node:path';

import type { FindPlugin } from '@testbench/bench';
import {
  findPlugin,
  type FoundPlugin,
  InstallError,
  type InstalledPlugin,
  installPlugins,
  LOCKFILE_NAME,
  type PluginRequirement,
  type ProjectOptions,
  satisfiesRange,
} from '@testbench/registry/install';
import { ConfigError } from '@testbench/types/errors';

import type { CliIo } from './cli-io.js';
import { listLocked, type ProjectFlags, withProject } from './plugin-project.js';
import { readWanted, sortReferences, type Wanted } from './wanted-plugins.js';

/** Fetched plugins that no lockfile names. */
const CACHE_FOLDER = join('.testbench', 'cache');

/**
 * What to do with a name that the lockfile lacks: `install` adds it, `frozen` refuses it, `look` fetches it for this call only.
 */
export type FindMode = 'install' | 'frozen' | 'look';

/** Locations of the named plugins. */
export interface FoundPlugins {
  /** Knows the named plugins and all of the lockfile; fetches nothing. */
  readonly find: FindPlugin;
  /** True if there are trust rules and one of these plugins has no trusted signer: it must run in a separate process. */
  readonly isUnsigned: boolean;
  /** Modules that exist only in memory, by reference. */
  readonly modules: ReadonlyMap<string, FoundPlugin>;
}

/**
 * Finds plugins by name and reference, in the same way for all commands: in the lockfile of the working directory, then in the package
 * `@testbench/plugins` if the name has neither slash nor host, then in the registry that the name comes from.
 *
 * @param references As written on the command line or in a configuration; paths and scripts are skipped.
 * Folder of the package. @default the installed one
 * @throws {InstallError} `INSTALL_FROZEN` names every line that is missing; others as `installPlugins` and `findPlugin`.
 * @throws {ConfigError} For a range that the locked version does not satisfy.
 */
export async function findPlugins(
  io: CliIo,
  flags: ProjectFlags,
  references: readonly string[],
  mode: FindMode,
  pluginsDir?: string,
): Promise<FoundPlugins> {
  const locked = new Map((await listLocked(io.cwd)).map((plugin) => [plugin.name, plugin]));
  const { wanted, byDigest } = await sortReferences(io, flags, references, locked, pluginsDir);
  const missing = wanted.filter((one) => needsInstalling(one, locked.get(one.name), mode));
  if (mode === 'frozen') refuseMissing(missing);
  const found = new Map<string, FoundPlugin>();
  let plugins: ReadonlyMap<string, InstalledPlugin> = locked;
  let hasRules = false;
  const named = [...wanted, ...byDigest.map(({ host, name }) => ({ name, registry: host }))];
  if (named.length > 0 || (mode !== 'look' && locked.size > 0)) {
    const work = async (project: ProjectOptions): Promise<void> => {
      hasRules = project.verifier !== undefined;
      const offered = await onlyOffered(project, missing);
      const look = async (
        reference: string,
        registry: string | undefined,
      ): Promise<FoundPlugin> => {
        const one = await lookUp(project, reference, registry, io.cwd);
        found.set(reference, one);
        return one;
      };
      for (const { reference, host } of byDigest) await look(reference, host);
      if (mode === 'look') {
        for (const { reference, registry } of offered) await look(reference, registry);
      }
      const isUsed = mode !== 'look' || wanted.length > missing.length;
      const adding: PluginRequirement[] = [];
      for (const one of mode === 'install' ? offered : []) {
        // A tag may move; its current target is locked.
        const tagged = one.tag === undefined ? undefined : await look(one.reference, one.registry);
        adding.push(requirementOf(one, tagged));
      }
      if (!isUsed) return;
      const frozen = mode !== 'install';
      const { installed } = await installPlugins({ ...project, plugins: adding, frozen });
      plugins = new Map(installed.map((plugin) => [plugin.name, plugin]));
    };
    await withProject(io, flags, work, named);
  }
  const places = new Map<string, string>();
  let isUnsigned = false;
  for (const [reference, { path, signers }] of found) {
    places.set(reference, path);
    isUnsigned ||= hasRules && signers.length === 0;
  }
  for (const { reference, name } of wanted) {
    const plugin = plugins.get(name);
    if (plugin === undefined) continue;
    places.set(reference, plugin.path);
    found.delete(reference);
    isUnsigned ||= hasRules && plugin.signers.length === 0;
  }
  // A record of a data set may only name plugins of the project.
  const find: FindPlugin = async (reference) => places.get(reference) ?? pathOf(plugins, reference);
  return { find, isUnsigned, modules: found };
}

/** Path for a name, with or without a range, that is in the lockfile. */
function pathOf(
  plugins: ReadonlyMap<string, InstalledPlugin>,
  reference: string,
): string | undefined {
  const { name, range = '*' } = readWanted(reference) ?? {};
  const plugin = name === undefined ? undefined : plugins.get(name);
  if (plugin === undefined) return undefined;
  if (satisfiesRange(plugin.version, range)) return plugin.path;
  throw wrongVersion(reference, plugin);
}

function wrongVersion(reference: string, { version }: InstalledPlugin): ConfigError {
  return new ConfigError(
    'CONFIG_INVALID',
    '',
    `Cannot use plugin "${reference}": ${LOCKFILE_NAME} has ${version}`,
  );
}

/** Without bare names that no registry has: the package's own error lists its plugins and suggests the nearest name. */
async function onlyOffered(
  { registries, signal }: ProjectOptions,
  missing: readonly Wanted[],
): Promise<readonly Wanted[]> {
  const offered: Wanted[] = [];
  for (const one of missing) {
    if (one.mayBeShipped === true) {
      const { store } = registries.find(one.name);
      const versions = await store.list(one.name, signal === undefined ? {} : { signal });
      if (versions.length === 0) continue;
    }
    offered.push(one);
  }
  return offered;
}

function needsInstalling(
  { reference, range = '*' }: Wanted,
  plugin: InstalledPlugin | undefined,
  mode: FindMode,
): boolean {
  if (plugin === undefined) return true;
  if (satisfiesRange(plugin.version, range)) return false;
  if (mode === 'frozen') throw wrongVersion(reference, plugin);
  return true;
}

function refuseMissing(missing: readonly Wanted[]): void {
  if (missing.length === 0) return;
  const lines = missing.map(({ name, range, tag, registry }) => {
    const what = range ?? tag ?? 'any version';
    return `${name} (${what}${registry === undefined ? '' : ` of ${registry}`})`;
  });
  throw new InstallError(
    'INSTALL_FROZEN',
    `Cannot run frozen: ${LOCKFILE_NAME} lacks ${lines.join(', ')}`,
    { plugin: missing[0]!.name },
  );
}

function requirementOf(
  { reference, name, range, registry }: Wanted,
  tagged: FoundPlugin | undefined,
): PluginRequirement {
  if (tagged !== undefined && tagged.version === undefined) {
    throw new ConfigError(
      'CONFIG_INVALID',
      '',
      `Cannot install ${JSON.stringify(reference)}: the tag's target has no version; name it by its digest`,
    );
  }
  const version = tagged?.version ?? range;
  return {
    name,
    ...(version !== undefined && { range: version }),
    ...(registry !== undefined && { registry }),
  };
}

async function lookUp(
  { registries, verifier, signal, onEvent }: ProjectOptions,
  reference: string,
  registry: string | undefined,
  cwd: string,
): Promise<FoundPlugin> {
  return await findPlugin(reference, {
    registries,
    ...(registry !== undefined && { registry }),
    ...(verifier !== undefined && { verifier }),
    cacheFolder: join(cwd, CACHE_FOLDER),
    ...(signal !== undefined && { signal }),
    ...(onEvent !== undefined && { onEvent }),
  });
}

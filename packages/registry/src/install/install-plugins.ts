import { type ConfigNode, readOptions } from '@testbench/types/config';
import semver from 'semver';

import { byCodeUnit } from './encode-lockfile.js';
import { InstallError } from './install-error.js';
import { MAX_REJECTED } from './limits.js';
import type { LockedPlugin, LockedVersion, Lockfile } from './lockfile.js';
import { permissionChanges } from './permission-changes.js';
import { type InstalledPlugin, PluginProject } from './plugin-project.js';
import { PROJECT_OPTIONS, type ProjectOptions } from './project-options.js';
import {
  type Requirement,
  type ResolveContext,
  type ResolvedPlugin,
  resolvePlugins,
} from './resolve-plugins.js';

/** A plugin that a project requires. */
export interface PluginRequirement {
  /** `exact-match`, `team/exact-match`. */
  readonly name: string;
  /** A semver range. @default that of the lockfile, or else a caret range of the highest version */
  readonly range?: string;
  /** The registry that it must come from. @default the one that the map has for the name */
  readonly registry?: string;
}

/** Options of {@link installPlugins}. */
export interface InstallOptions extends ProjectOptions {
  /** In addition to what the lockfile already requires. @default nothing: the lockfile alone */
  readonly plugins?: readonly PluginRequirement[];
  /** Fails instead of changing the lockfile. @default false */
  readonly frozen?: boolean;
}

/** The plugins that a project has now. */
export interface InstallResult {
  readonly installed: readonly InstalledPlugin[];
  /** False if the lockfile is unchanged. */
  readonly changed: boolean;
}

/**
 * Installs plugins and their dependencies into a project, and records exactly what was installed in `testbench.lock`.
 *
 * Each is fetched by digest, verified, and read; none is run. Versions in the lockfile are taken exactly as they are there, even without a network
 * if the module is on this machine. The lockfile is replaced as a whole, as the last step, so that a failure leaves the previous state.
 *
 * @throws {InstallError} See its codes. @throws {StoreError} From a registry. @throws {ConfigError} For an unknown key or a wrong value.
 *
 * @example
 * ```ts no-run
 * import { installPlugins, RegistryMap } from '@testbench/registry/install';
 * import { createMemoryStore } from '@testbench/registry/stores';
 *
 * const registries = new RegistryMap({ registries: { main: createMemoryStore() } });
 * const { installed } = await installPlugins({
 *   folder: '.',
 *   registries,
 *   plugins: [{ name: 'exact-match', range: '^1.0.0' }],
 * });
 * installed[0]?.path; // where its module is
 * ```
 */
export async function installPlugins(given: InstallOptions): Promise<InstallResult> {
  const options = readOptions<InstallOptions>(
    given,
    {
      ...PROJECT_OPTIONS,
      plugins: (node) => node.list().map(readRequirement),
      frozen: (node) => node.boolean(),
    },
    '',
    ['folder', 'registries'],
  );
  const { plugins = [], frozen = false } = options;
  return await changePlugins(options, async ({ lockfile }) => {
    const roots = rootsOf(lockfile);
    const renew = new Set<string>();
    for (const { name, range, registry } of plugins) {
      const before = lockfile.plugins.get(name)?.requirement;
      roots.set(name, { range: range ?? before ?? '*', registry });
      if (frozen && before !== (range ?? before ?? '*')) {
        throw new InstallError(
          'INSTALL_FROZEN',
          `Cannot install "${name}": the lockfile requires ${before ?? 'no such plugin'}, and ${range ?? 'it'} is asked for`,
          { plugin: name },
        );
      }
    }
    return { roots, renew, frozen };
  });
}

/** What to resolve. */
export interface PluginChange {
  readonly roots: Map<string, Requirement>;
  readonly renew: ReadonlySet<string>;
  readonly frozen: boolean;
  /** Plugins that updates skip from now on (true), or no longer skip (false). */
  readonly pinned?: ReadonlyMap<string, boolean>;
  /** Versions that replace those of the lockfile, even if there are higher ones. */
  readonly restore?: ReadonlyMap<string, LockedVersion>;
  /** Tries a version before it is accepted. @throws If it is not fit: then its digest is remembered. */
  readonly accept?: (name: string, plugin: ResolvedPlugin, before: LockedPlugin) => Promise<void>;
}

/** Resolves, asks for consent, and writes the lockfile, under an exclusive lock. */
export async function changePlugins(
  options: ProjectOptions,
  plan: (state: {
    readonly lockfile: Lockfile;
    readonly project: PluginProject;
  }) => Promise<PluginChange>,
): Promise<InstallResult> {
  const project = new PluginProject(options.folder);
  return await project.exclusively(async () => {
    const lockfile = await project.readLockfile();
    const change = await plan({ lockfile, project });
    const base = restored(lockfile, change.restore);
    const resolved = await resolvePlugins(change.roots, contextOf(options, project, base, change));
    await askForConsent(options, base, resolved);
    const { plugins, rejected, failure } = await acceptPlugins(options, lockfile, resolved, change);
    const next: Lockfile = { plugins, rejected };
    const changed = change.frozen ? false : await project.writeLockfile(next);
    if (failure !== undefined) throw failure;
    await project.modules.prune(modulesOf(next));
    return { installed: project.installed(next), changed };
  }, options.signal);
}

/** The lockfile with older versions restored, so that they are taken by their digests. */
function restored(lockfile: Lockfile, versions: PluginChange['restore'] = new Map()): Lockfile {
  const plugins = new Map(lockfile.plugins);
  for (const [name, version] of versions) {
    plugins.set(name, { ...plugins.get(name)!, ...version });
  }
  return { ...lockfile, plugins };
}

/** The project's own requirements. */
export function rootsOf({ plugins }: Lockfile): Map<string, Requirement> {
  const roots = new Map<string, Requirement>();
  for (const [name, { requirement, registry }] of plugins) {
    if (requirement !== undefined) roots.set(name, { range: requirement, registry });
  }
  return roots;
}

function contextOf(
  options: ProjectOptions,
  project: PluginProject,
  lockfile: Lockfile,
  { renew, frozen }: Pick<PluginChange, 'renew' | 'frozen'>,
): ResolveContext {
  const { registries, verifier, hostVersion, signal, allowDowngrade = false } = options;
  const { onEvent = () => {} } = options;
  return {
    registries,
    verifier,
    hostVersion,
    signal,
    onEvent,
    lockfile,
    folder: project.modules,
    renew,
    frozen,
    allowDowngrade,
  };
}

async function askForConsent(
  { consent, onEvent }: ProjectOptions,
  lockfile: Lockfile,
  resolved: ReadonlyMap<string, ResolvedPlugin>,
): Promise<void> {
  for (const [name, plugin] of resolved) {
    const before = lockfile.plugins.get(name);
    if (before === undefined) continue;
    const changes = permissionChanges(before, plugin);
    if (changes.length === 0) continue;
    const { version } = plugin;
    const request = { name, version, before: before.version, changes };
    if ((await consent?.(request)) !== true) {
      const more = changes.map(
        ({ permission, added }) => `${permission}${added === undefined ? '' : ` ${added}`}`,
      );
      throw new InstallError(
        'INSTALL_CONSENT_NEEDED',
        `Cannot update "${name}" from ${before.version} to ${version}: it asks for more (${more.join(', ')}), which needs consent`,
        { plugin: name },
      );
    }
    onEvent?.({ type: 'consented', name, version, changes });
  }
}

/** Computes the next lockfile. A plugin that is not fit stays as it was, and the digest is remembered. */
async function acceptPlugins(
  { onEvent, signal }: ProjectOptions,
  lockfile: Lockfile,
  resolved: ReadonlyMap<string, ResolvedPlugin>,
  { roots, accept, pinned, frozen }: PluginChange,
): Promise<Lockfile & { readonly failure?: InstallError }> {
  const plugins = new Map<string, LockedPlugin>();
  const rejected = new Map(lockfile.rejected);
  let failure: InstallError | undefined;
  for (const [name, plugin] of [...resolved].sort(([a], [b]) => byCodeUnit(a, b))) {
    const before = lockfile.plugins.get(name);
    const isNew = before?.digest !== plugin.digest;
    if (isNew && before !== undefined && accept !== undefined) {
      signal?.throwIfAborted();
      try {
        await accept(name, plugin, before);
      } catch (cause) {
        signal?.throwIfAborted();
        const { code } = cause as { code?: unknown };
        const reason = typeof code === 'string' ? code : 'UNKNOWN';
        const { digest, version } = plugin;
        rejected.set(
          name,
          [...(rejected.get(name) ?? []), { digest, version, reason }].slice(-MAX_REJECTED),
        );
        onEvent?.({ type: 'rejected', name, version, reason });
        failure ??= new InstallError(
          'INSTALL_UNHEALTHY',
          `Cannot update "${name}" from ${before.version} to ${version}: ${(cause as Error).message}`,
          { plugin: name, cause },
        );
        plugins.set(name, before);
        continue;
      }
    }
    plugins.set(name, lock(name, plugin, before, roots, pinned));
    if (isNew && !frozen) {
      onEvent?.({ type: 'installed', name, version: plugin.version, before: before?.version });
    }
  }
  for (const [name, { version }] of lockfile.plugins) {
    if (!plugins.has(name)) onEvent?.({ type: 'removed', name, version });
  }
  return { plugins, rejected, ...(failure !== undefined && { failure }) };
}

function lock(
  name: string,
  plugin: ResolvedPlugin,
  before: LockedPlugin | undefined,
  roots: PluginChange['roots'],
  pinned: PluginChange['pinned'],
): LockedPlugin {
  const range = roots.get(name)?.range;
  const isUpdate = before !== undefined && before.digest !== plugin.digest;
  return {
    ...plugin,
    requirement: range === '*' ? `^${plugin.version}` : range,
    pinned: pinned?.get(name) ?? before?.pinned ?? false,
    previous: isUpdate ? before : before?.previous,
  };
}

/** Modules of every version that may be needed again without a network. */
function modulesOf({ plugins }: Lockfile): ReadonlySet<string> {
  return new Set(
    [...plugins.values()].flatMap(({ module, previous }) =>
      previous === undefined ? [module] : [module, previous.module],
    ),
  );
}

function readRequirement(node: ConfigNode): PluginRequirement {
  return readOptions<PluginRequirement>(
    node.value,
    {
      name: (name) => name.text(),
      range: (range) => {
        if (semver.validRange(range.text()) === null)
          range.reject('a semver range such as "^1.2.0"');
        return range.text();
      },
      registry: (registry) => registry.text(),
    },
    node.path,
    ['name'],
  );
}

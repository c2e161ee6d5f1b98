import { readOptions } from '@testbench/types/config';
import semver from 'semver';

import { InstallError } from './install-error.js';
import {
  changePlugins,
  type InstallResult,
  type PluginChange,
  rootsOf,
} from './install-plugins.js';
import type { LockedPlugin, Lockfile } from './lockfile.js';
import { type InstalledPlugin, PluginProject } from './plugin-project.js';
import { PROJECT_OPTIONS, type ProjectOptions, readNames } from './project-options.js';
import type { ResolvedPlugin } from './resolve-plugins.js';

/** Selects plugins of a project. */
export interface NamedPluginsOptions extends ProjectOptions {
  readonly plugins: readonly string[];
}

/** Options of {@link updatePlugins}. */
export interface UpdateOptions extends ProjectOptions {
  /** @default all plugins that are not pinned */
  readonly plugins?: readonly string[];
  /**
   * Replaces the old version with the new one, for example by `reloadPlugin`, or tries it. If it throws, the old version stays, and the
   * digest is remembered as bad and never offered again.
   *
   * @default the version is accepted once it is fetched and verified
   */
  readonly swap?: (update: PluginUpdate) => Promise<unknown>;
}

/** A version that is about to replace another. */
export interface PluginUpdate {
  readonly name: string;
  readonly before: LockedPlugin;
  readonly after: ResolvedPlugin;
  /** The old version's module, if it is on this machine. */
  readonly beforePath: string;
  /** The new version's module. */
  readonly path: string;
}

/** A plugin for which there may be a newer version. */
export interface OutdatedPlugin {
  readonly name: string;
  readonly registry: string;
  readonly requirement: string | undefined;
  readonly current: string;
  /** The highest version that the requirement allows; `current` if there is none above. */
  readonly wanted: string;
  /** The highest version that is not a prerelease; `current` if there is none above. */
  readonly latest: string;
  readonly pinned: boolean;
  /** Versions that failed before and are not offered. */
  readonly rejected: readonly string[];
}

/** Options of {@link pinPlugin}. */
export interface PinOptions extends ProjectOptions {
  readonly plugin: string;
  /** A version to install and keep. @default the installed one */
  readonly version?: string;
  /** False allows updates again. @default true */
  readonly pinned?: boolean;
}

/** Plugins of a project, by name. @throws {InstallError} `INSTALL_BAD_LOCKFILE`. */
export async function listInstalled(folder: string): Promise<InstalledPlugin[]> {
  const project = new PluginProject(folder);
  return project.installed(await project.readLockfile());
}

/**
 * Removes plugins from a project, and their dependencies that no other plugin needs.
 *
 * @throws {InstallError} `INSTALL_NOT_INSTALLED`; `INSTALL_CONFLICT` if another plugin depends on one; and as `installPlugins`.
 */
export async function uninstallPlugins(given: NamedPluginsOptions): Promise<InstallResult> {
  const options = readOptions<NamedPluginsOptions>(
    given,
    { ...PROJECT_OPTIONS, plugins: readNames },
    '',
    ['folder', 'plugins', 'registries'],
  );
  return await changePlugins(options, async ({ lockfile }) => {
    const roots = rootsOf(lockfile);
    for (const name of options.plugins) {
      requireLocked(lockfile, name);
      roots.delete(name);
      const user = [...lockfile.plugins].find(
        ([other, { dependencies }]) =>
          !options.plugins.includes(other) && Object.hasOwn(dependencies, name),
      )?.[0];
      if (user === undefined) continue;
      throw new InstallError(
        'INSTALL_CONFLICT',
        `Cannot uninstall "${name}": "${user}" depends on it`,
        {
          plugin: name,
          chain: [user],
        },
      );
    }
    return { roots, renew: new Set(), frozen: false };
  });
}

/**
 * Lists plugins that could be newer. It asks the registries for their versions, fetches nothing, and changes nothing.
 *
 * @throws {StoreError} From a registry. @throws {InstallError} `INSTALL_BAD_LOCKFILE`, `INSTALL_WRONG_REGISTRY`.
 */
export async function outdatedPlugins(given: ProjectOptions): Promise<OutdatedPlugin[]> {
  const { folder, registries, signal } = readOptions<ProjectOptions>(given, PROJECT_OPTIONS, '', [
    'folder',
    'registries',
  ]);
  const project = new PluginProject(folder);
  const lockfile = await project.readLockfile();
  const outdated: OutdatedPlugin[] = [];
  for (const [name, { version: current, registry, requirement, pinned }] of lockfile.plugins) {
    const { store } = registries.find(name, registry);
    const rejected = (lockfile.rejected.get(name) ?? []).map(({ version }) => version);
    const newer = (await store.list(name, signal === undefined ? {} : { signal })).filter(
      (version) =>
        semver.valid(version) !== null &&
        semver.gt(version, current) &&
        !rejected.includes(version),
    );
    if (newer.length === 0) continue;
    const demands = [
      ...(requirement === undefined ? [] : [requirement]),
      ...[...lockfile.plugins.values()].flatMap(({ dependencies }) =>
        Object.hasOwn(dependencies, name) ? [dependencies[name]!] : [],
      ),
    ];
    const wanted = semver.maxSatisfying(newer, demands.join(' ') || '*') ?? current;
    const latest = semver.maxSatisfying(newer, '*') ?? current;
    if (wanted === current && latest === current) continue;
    outdated.push({ name, registry, requirement, current, wanted, latest, pinned, rejected });
  }
  return outdated;
}

/**
 * Updates plugins to the highest versions that are allowed: each is fetched by digest, verified, read, put to consent if it asks for more, and
 * then handed to `swap`.
 *
 * @throws {InstallError} `INSTALL_UNHEALTHY` if one failed: others are still updated; and as `installPlugins`.
 */
export async function updatePlugins(given: UpdateOptions): Promise<InstallResult> {
  const options = readOptions<UpdateOptions>(
    given,
    { ...PROJECT_OPTIONS, plugins: readNames, swap: (node) => node.callback() },
    '',
    ['folder', 'registries'],
  );
  const { plugins, swap } = options;
  return await changePlugins(options, async ({ lockfile, project }): Promise<PluginChange> => {
    for (const name of plugins ?? []) {
      if (requireLocked(lockfile, name).pinned) {
        throw new InstallError('INSTALL_CONFLICT', `Cannot update "${name}": it is pinned`, {
          plugin: name,
        });
      }
    }
    const accept: PluginChange['accept'] =
      swap &&
      (async (name, after, before) => {
        const path = project.modules.pathOf(after.module);
        const beforePath = project.modules.pathOf(before.module);
        await swap({ name, before, after, beforePath, path });
      });
    return {
      roots: rootsOf(lockfile),
      renew: new Set(plugins ?? lockfile.plugins.keys()),
      frozen: false,
      ...(accept !== undefined && { accept }),
    };
  });
}

/**
 * Keeps a plugin at a version despite updates, or allows updates again.
 *
 * @throws {InstallError} `INSTALL_NOT_INSTALLED`; and as `installPlugins`.
 */
export async function pinPlugin(given: PinOptions): Promise<InstallResult> {
  const options = readOptions<PinOptions>(
    given,
    {
      ...PROJECT_OPTIONS,
      plugin: (node) => node.text(),
      version: (node) => {
        if (semver.valid(node.text()) === null) node.reject('a version such as "1.2.0"');
        return node.text();
      },
      pinned: (node) => node.boolean(),
    },
    '',
    ['folder', 'plugin', 'registries'],
  );
  const { plugin, version, pinned = true } = options;
  return await changePlugins(options, async ({ lockfile }) => {
    const locked = requireLocked(lockfile, plugin);
    const roots = rootsOf(lockfile);
    if (version !== undefined) roots.set(plugin, { range: version, registry: locked.registry });
    // A plugin that was pinned to an exact version would otherwise never be updated again.
    else if (!pinned && locked.requirement === locked.version) {
      roots.set(plugin, { range: `^${locked.version}`, registry: locked.registry });
    }
    return {
      roots,
      renew: new Set<string>(),
      frozen: false,
      pinned: new Map([[plugin, pinned]]),
    };
  });
}

/**
 * Restores the version before the last update, and pins it, so that the next update does not undo it. Needs no network if its module is
 * still on this machine, unless the plugin was removed.
 *
 * @throws {InstallError} `INSTALL_NOT_INSTALLED`, also if there is no previous version; and as `installPlugins`.
 */
export async function rollbackPlugin(
  given: ProjectOptions & { readonly plugin: string },
): Promise<InstallResult> {
  const { plugin, ...options } = readOptions<ProjectOptions & { readonly plugin: string }>(
    given,
    { ...PROJECT_OPTIONS, plugin: (node) => node.text() },
    '',
    ['folder', 'plugin', 'registries'],
  );
  return await changePlugins(options, async ({ lockfile }) => {
    const { previous, registry, requirement } = requireLocked(lockfile, plugin);
    if (previous === undefined) {
      throw new InstallError(
        'INSTALL_NOT_INSTALLED',
        `Cannot roll back "${plugin}": the lockfile has no version before this one`,
        { plugin },
      );
    }
    const roots = rootsOf(lockfile);
    if (requirement !== undefined && !semver.satisfies(previous.version, requirement)) {
      roots.set(plugin, { range: previous.version, registry });
    }
    return {
      roots,
      renew: new Set<string>(),
      frozen: false,
      pinned: new Map([[plugin, true]]),
      restore: new Map([[plugin, previous]]),
    };
  });
}

function requireLocked({ plugins }: Lockfile, name: string): LockedPlugin {
  const locked = plugins.get(name);
  if (locked !== undefined) return locked;
  throw new InstallError(
    'INSTALL_NOT_INSTALLED',
    `Cannot find "${name}": the lockfile has no such plugin`,
    {
      plugin: name,
    },
  );
}

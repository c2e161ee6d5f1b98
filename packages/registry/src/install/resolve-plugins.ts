import semver from 'semver';

import {
  MAX_CANDIDATES,
  MAX_DEPENDENCY_DEPTH,
  MAX_LOCKED_PLUGINS,
  MAX_RESOLUTION_ROUNDS,
} from './limits.js';
import type { PluginFolder } from './plugin-folder.js';
import {
  describeIncompatibility,
  type FetchContext,
  fetchPlugin,
  knownSignersOf,
  resolveArtifact,
} from './fetch-plugin.js';
import { InstallError } from './install-error.js';
import type { InstallEvent } from './install-events.js';
import type { LockedPlugin, LockedVersion, Lockfile } from './lockfile.js';
import type { NamedRegistry, RegistryMap } from './registry-map.js';

/** A requirement of the project itself. */
export interface Requirement {
  /** A semver range, or an exact version. */
  readonly range: string;
  /** The registry that the user named. @default the one in the map */
  readonly registry?: string | undefined;
}

/** Context of {@link resolvePlugins}. */
export interface ResolveContext extends FetchContext {
  readonly registries: RegistryMap;
  readonly lockfile: Lockfile;
  readonly folder: PluginFolder;
  /** Names whose locked version is not preferred. */
  readonly renew: ReadonlySet<string>;
  /** Uses only what is in the lockfile. */
  readonly frozen: boolean;
  readonly allowDowngrade: boolean;
}

/** A version that was chosen; its module is in the folder of modules. */
export interface ResolvedPlugin extends LockedVersion {
  readonly registry: string;
}

/** A requirement, and who made it. */
interface Demand {
  readonly range: string;
  /** From the project's own requirement to the plugin with this requirement, each `name@version`; empty for the project. */
  readonly chain: readonly string[];
}

/**
 * Chooses a version for each plugin that is required, and for their dependencies: the locked version if it satisfies every dependent, else the
 * highest that does. Prereleases count only where a range names one.
 *
 * There is one version of a name, and plugins do not call one another, so no backtracking is needed: choices are
 * repeated until nothing changes.
 *
 * @throws {InstallError} With the chain that led there.
 */
export async function resolvePlugins(
  roots: ReadonlyMap<string, Requirement>,
  context: ResolveContext,
): Promise<ReadonlyMap<string, ResolvedPlugin>> {
  const chooser = new Chooser(roots, context);
  let demands = rootDemands(roots);
  for (let round = 0; round < MAX_RESOLUTION_ROUNDS; round += 1) {
    const walk = new Walk(roots, chooser, demands);
    await walk.run();
    if (sameRanges(walk.demands, demands)) return walk.chosen;
    demands = walk.demands;
  }
  throw new InstallError(
    'INSTALL_CONFLICT',
    `Cannot choose versions: after ${MAX_RESOLUTION_ROUNDS} rounds each choice still changes another`,
  );
}

function rootDemands(roots: ReadonlyMap<string, Requirement>): Map<string, readonly Demand[]> {
  return new Map([...roots].map(([name, { range }]) => [name, [{ range, chain: [] }]]));
}

/** One round: from the project's requirements down. */
class Walk {
  readonly chosen = new Map<string, ResolvedPlugin>();
  readonly demands: Map<string, readonly Demand[]>;
  readonly #roots: ReadonlyMap<string, Requirement>;
  readonly #chooser: Chooser;
  readonly #before: ReadonlyMap<string, readonly Demand[]>;

  constructor(
    roots: ReadonlyMap<string, Requirement>,
    chooser: Chooser,
    before: ReadonlyMap<string, readonly Demand[]>,
  ) {
    this.#roots = roots;
    this.#chooser = chooser;
    this.#before = before;
    this.demands = rootDemands(roots);
  }

  async run(): Promise<void> {
    for (const name of this.#roots.keys()) await this.#visit(name, [], []);
  }

  /** @param names Names in the chain. */
  async #visit(name: string, chain: readonly string[], names: readonly string[]): Promise<void> {
    if (names.includes(name)) {
      const circle = [...chain.slice(names.indexOf(name)), name];
      throw new InstallError(
        'INSTALL_CIRCLE',
        `Cannot install "${name}": it depends on itself by ${circle.join(' > ')}`,
        {
          plugin: name,
          chain: circle,
        },
      );
    }
    if (names.length >= MAX_DEPENDENCY_DEPTH) {
      throw new InstallError(
        'INSTALL_TOO_LARGE',
        `Cannot install "${name}": dependencies are deeper than ${MAX_DEPENDENCY_DEPTH} by ${chain.join(' > ')}`,
        { plugin: name, chain },
      );
    }
    // Its dependencies were followed to the end; a cycle would have been found there.
    if (this.chosen.has(name)) return;
    const plugin = await this.#choose(name);
    const at = `${name}@${plugin.version}`;
    for (const [dependency, range] of Object.entries(plugin.dependencies)) {
      const list = this.demands.get(dependency) ?? [];
      this.demands.set(dependency, [...list, { range, chain: [...chain, at] }]);
      await this.#visit(dependency, [...chain, at], [...names, name]);
    }
  }

  async #choose(name: string): Promise<ResolvedPlugin> {
    if (this.chosen.size >= MAX_LOCKED_PLUGINS) {
      throw new InstallError(
        'INSTALL_TOO_LARGE',
        `Cannot install "${name}": more than ${MAX_LOCKED_PLUGINS} plugins are required`,
        { plugin: name },
      );
    }
    const all = [...(this.demands.get(name) ?? []), ...(this.#before.get(name) ?? [])];
    const distinct = new Map(
      all.map((demand) => [`${demand.range} ${demand.chain.join()}`, demand]),
    );
    const plugin = await this.#chooser.choose(name, [...distinct.values()]);
    this.chosen.set(name, plugin);
    return plugin;
  }
}

/** Chooses a version of one name; fetched versions are kept for the next round. */
class Chooser {
  readonly #roots: ReadonlyMap<string, Requirement>;
  readonly #context: ResolveContext;
  readonly #versions = new Map<string, readonly string[]>();
  readonly #fetched = new Map<string, Promise<ResolvedPlugin | string>>();

  /** Events already reported, since rounds repeat them. */
  readonly #told = new Set<string>();

  constructor(roots: ReadonlyMap<string, Requirement>, context: ResolveContext) {
    this.#roots = roots;
    this.#context = context;
  }

  #tell(event: InstallEvent): void {
    const key = JSON.stringify(event);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#context.onEvent(event);
  }

  async choose(name: string, demands: readonly Demand[]): Promise<ResolvedPlugin> {
    const { registries, lockfile, renew, frozen, allowDowngrade } = this.#context;
    this.#context.signal?.throwIfAborted();
    const registry = registries.find(name, this.#roots.get(name)?.registry);
    const locked = lockfile.plugins.get(name);
    if (locked !== undefined && locked.registry !== registry.id) {
      throw new InstallError(
        'INSTALL_WRONG_REGISTRY',
        `Cannot take "${name}" from "${registry.id}": the lockfile has it from "${locked.registry}"; uninstall it first if that is meant`,
        { plugin: name },
      );
    }
    const isKept = locked !== undefined && satisfiesAll(locked.version, demands);
    if (isKept && (frozen || locked.pinned || !renew.has(name))) {
      return await this.#locked(name, registry, locked);
    }
    if (frozen) {
      throw new InstallError(
        'INSTALL_FROZEN',
        `Cannot install "${name}": the lockfile has ${locked?.version ?? 'no such plugin'}, ${describe(demands)}`,
        { plugin: name, chain: chainOf(demands) },
      );
    }
    if (isKept) {
      const versions = await this.#list(name, registry);
      const best = versions.find((version) => satisfiesAll(version, demands));
      // A registry with fewer versions than before is outdated or held back: the locked version stays.
      if (best === undefined || (semver.lt(best, locked.version) && !allowDowngrade)) {
        const version = best ?? versions[0] ?? 'nothing';
        this.#tell({ type: 'behind', name, version, locked: locked.version });
        return await this.#locked(name, registry, locked);
      }
    }
    const plugin = await this.#highest(name, registry, demands);
    if (locked !== undefined && semver.lt(plugin.version, locked.version) && !allowDowngrade) {
      // The higher ones were skipped, and the locked version is no longer offered.
      if (isKept) return await this.#locked(name, registry, locked);
      throw new InstallError(
        'INSTALL_DOWNGRADE',
        `Cannot install "${name}@${plugin.version}": the lockfile has ${locked.version}, which is higher; this needs consent`,
        { plugin: name, chain: chainOf(demands) },
      );
    }
    this.#tell({
      type: 'resolved',
      name,
      version: plugin.version,
      registry: registry.id,
      from: 'registry',
    });
    return plugin;
  }

  /** Takes the locked version without asking the registry, if the module is on this machine. */
  async #locked(
    name: string,
    registry: NamedRegistry,
    locked: LockedPlugin,
  ): Promise<ResolvedPlugin> {
    const { folder } = this.#context;
    const { version } = locked;
    const found = await folder.read(locked.module);
    if (typeof found === 'string') {
      if (found === 'damaged') {
        this.#tell({ type: 'damaged', name, version, path: folder.pathOf(locked.module) });
      }
      const fetched = await this.#fetch(name, registry, version, locked);
      if (typeof fetched === 'string') {
        throw new InstallError(
          'INSTALL_NO_VERSION',
          `Cannot install "${name}@${version}": ${fetched}`,
          { plugin: name },
        );
      }
      return fetched;
    }
    this.#tell({ type: 'resolved', name, version, registry: registry.id, from: 'lockfile' });
    return versionOf(locked, registry.id);
  }

  async #highest(
    name: string,
    registry: NamedRegistry,
    demands: readonly Demand[],
  ): Promise<ResolvedPlugin> {
    const { lockfile } = this.#context;
    const versions = await this.#list(name, registry);
    const candidates = versions.filter((version) => satisfiesAll(version, demands));
    if (candidates.length === 0) throw noVersion(name, registry.id, versions, demands);
    const skipped: string[] = [];
    const locked = lockfile.plugins.get(name);
    for (const version of candidates.slice(0, MAX_CANDIDATES)) {
      const fetched = await this.#fetch(name, registry, version, locked);
      if (typeof fetched !== 'string') return fetched;
      skipped.push(`${version}: ${fetched}`);
      this.#tell({ type: 'skipped', name, version, reason: fetched });
    }
    throw new InstallError(
      'INSTALL_NO_VERSION',
      `Cannot install "${name}": ${describe(demands)}, and none can be taken (${skipped.join('; ')})`,
      { plugin: name, chain: chainOf(demands) },
    );
  }

  async #list(name: string, { store }: NamedRegistry): Promise<readonly string[]> {
    const known = this.#versions.get(name);
    if (known !== undefined) return known;
    const { signal } = this.#context;
    const versions = (await store.list(name, signal === undefined ? {} : { signal }))
      .filter((version) => semver.valid(version) !== null)
      .toSorted((a, b) => semver.rcompare(a, b));
    this.#versions.set(name, versions);
    return versions;
  }

  /** @returns Why it cannot be taken, in words, if another version may be acceptable. */
  async #fetch(
    name: string,
    registry: NamedRegistry,
    version: string,
    locked: LockedPlugin | undefined,
  ): Promise<ResolvedPlugin | string> {
    const key = `${name}@${version}`;
    const known = this.#fetched.get(key);
    if (known !== undefined) return await known;
    const fetching = this.#fetchNew(name, registry, version, locked);
    this.#fetched.set(key, fetching);
    return await fetching;
  }

  async #fetchNew(
    name: string,
    { id, store }: NamedRegistry,
    version: string,
    locked: LockedPlugin | undefined,
  ): Promise<ResolvedPlugin | string> {
    const { lockfile, folder, hostVersion } = this.#context;
    const reference = {
      name,
      store,
      version,
      digest: locked?.version === version ? locked.digest : undefined,
      knownSigners: knownSignersOf(locked),
    };
    const { digest } = await resolveArtifact(reference, this.#context);
    const rejected = lockfile.rejected.get(name)?.find((bad) => bad.digest === digest);
    if (rejected !== undefined) return `this digest has failed before, with ${rejected.reason}`;
    const { bytes, metadata, ...fetched } = await fetchPlugin(
      { ...reference, digest },
      this.#context,
    );
    const problem = describeIncompatibility(metadata, hostVersion);
    if (problem !== undefined) return problem;
    await folder.write(fetched.module, bytes);
    return { ...fetched, registry: id };
  }
}

/** Only the fields of a resolved plugin. */
function versionOf(locked: LockedVersion, registry: string): ResolvedPlugin {
  const { version, digest, module, signers, permissions, asking, dependencies } = locked;
  return { version, digest, module, signers, permissions, asking, dependencies, registry };
}

function satisfiesAll(version: string, demands: readonly Demand[]): boolean {
  return demands.every(({ range }) => semver.satisfies(version, range));
}

function noVersion(
  name: string,
  registry: string,
  versions: readonly string[],
  demands: readonly Demand[],
): InstallError {
  const chain = chainOf(demands);
  if (versions.length === 0) {
    const state = `the registry "${registry}" has no such plugin, ${describe(demands)}`;
    return new InstallError('INSTALL_NO_VERSION', `Cannot install "${name}": ${state}`, {
      plugin: name,
      chain,
    });
  }
  const isConflict =
    demands.length > 1 &&
    demands.every((one) => versions.some((version) => satisfiesAll(version, [one])));
  const shown = `${versions.slice(0, 10).join(', ')}${versions.length > 10 ? ', …' : ''}`;
  return new InstallError(
    isConflict ? 'INSTALL_CONFLICT' : 'INSTALL_NO_VERSION',
    `Cannot install "${name}": no version satisfies every requirement, ${describe(demands)}; the registry has ${shown}`,
    { plugin: name, chain },
  );
}

/** Lists who requires what, in words. */
function describe(demands: readonly Demand[]): string {
  return demands
    .map(
      ({ range, chain }) =>
        `${chain.length === 0 ? 'the project' : chain.join(' > ')} requires ${range}`,
    )
    .join(', ');
}

/** The longest chain, which is the most informative. */
function chainOf(demands: readonly Demand[]): readonly string[] {
  return demands.map(({ chain }) => chain).sort((a, b) => b.length - a.length)[0] ?? [];
}

function sameRanges(
  one: ReadonlyMap<string, readonly Demand[]>,
  other: ReadonlyMap<string, readonly Demand[]>,
): boolean {
  const text = (map: ReadonlyMap<string, readonly Demand[]>): string =>
    [...map]
      .map(
        ([name, demands]) =>
          `${name} ${demands
            .map(({ range }) => range)
            .toSorted()
            .join(',')}`,
      )
      .toSorted()
      .join(';');
  return text(one) === text(other);
}

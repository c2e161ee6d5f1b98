import { hostSignatures } from '@testbench/host';
import { ModuleCache } from '@testbench/runtime';
import { PermissionSet } from '@testbench/sandbox';
import {
  PLUGIN_TYPES,
  type PluginType,
  readLimits,
  readOptions,
  type ResourceLimits,
  type StateStore,
} from '@testbench/types';

import { openDirectoryStore } from './directory-store.js';
import { type Isolation, ISOLATIONS } from './isolation/executor.js';
import type { RunnerPools } from './isolation/runner-pools.js';
import type { ManagerSettings } from './manager-settings.js';
import { METERING_CHOICES, type MeteringChoice } from './metering-choice.js';
import type { LoadPluginOptions, PluginSource } from './options.js';
import { ownJson } from './own-json.js';
import { ownSource } from './own-source.js';
import { PluginVersion, type VersionFromPath } from './plugin-version.js';
import { readModuleFile } from './read-module-file.js';

/** `LoadPluginOptions`, checked and copied: what the caller changes afterwards is no business of a plugin that is loaded. */
export interface OwnLoadOptions {
  readonly id: string | undefined;
  /** The same, but stays as it was when a reload knows the id that the plugin gave itself. */
  readonly givenId: string | undefined;
  /** @default any */
  readonly pluginType: PluginType | undefined;
  readonly config: unknown;
  readonly reset: boolean;
  readonly isolation: Isolation | undefined;
  readonly metering: MeteringChoice;
  readonly limits: ResourceLimits;
  /** @default what the manager's policy grants */
  readonly permissions: PermissionSet | undefined;
}

/** Loads versions of plugins, all with the settings of one manager. */
export class VersionLoader {
  readonly #imports: ReturnType<typeof hostSignatures>;
  #cache: Promise<ModuleCache> | undefined;

  constructor(
    readonly settings: ManagerSettings,
    readonly pools: RunnerPools,
  ) {
    this.#imports = hostSignatures({
      enableWasi: settings.enableWasi,
      hostFunctions: Array.from(settings.hostFunctions.keys()),
    });
  }

  /**
   * Checks and copies what a caller gave.
   *
   * @param source Names a plugin that has no id yet in errors.
   * @throws {LoadError} `LOAD_INVALID_CONFIG` for a configuration that JSON cannot hold.
   * @throws {ConfigError} For an unknown key or a wrong value.
   */
  own(source: PluginSource, given: LoadPluginOptions | undefined): OwnLoadOptions {
    let permissions: PermissionSet | undefined;
    const options = readOptions<LoadPluginOptions>(given, {
      id: (node) => node.text(),
      pluginType: (node) => node.oneOf(PLUGIN_TYPES),
      config: (node) => ownJson(node.value, describeSource(source, given?.id)),
      state: (node) => node.oneOf(['keep', 'reset']),
      isolation: (node) => node.oneOf(ISOLATIONS),
      metering: (node) => node.oneOf(METERING_CHOICES),
      limits: readLimits,
      permissions: (node) => {
        permissions = new PermissionSet(node.object(), node.path);
        return permissions.granted;
      },
    });
    return {
      id: options.id,
      givenId: options.id,
      pluginType: options.pluginType,
      config: options.config,
      reset: options.state === 'reset',
      isolation: options.isolation,
      metering: options.metering ?? this.settings.metering,
      limits: { ...this.settings.limits, ...options.limits },
      permissions,
    };
  }

  /**
   * @throws {LoadError} Every code that is about one module.
   */
  async load(
    source: PluginSource,
    { isolation, permissions, ...options }: OwnLoadOptions,
    /** @default opened for the plugin, and the version's to close should it not load */
    state?: StateStore,
  ): Promise<VersionFromPath> {
    const { settings } = this;
    // Copied before the first wait: the caller may change the bytes.
    const own = ownSource(source);
    const path = typeof own === 'string' ? own : undefined;
    const bytes =
      typeof own === 'string' ? await readModuleFile(own, settings.caps.maxModuleBytes) : own;
    const version = await PluginVersion.load({
      ...options,
      bytes,
      isolation: isolation === undefined ? settings.isolation : () => isolation,
      // A name that the plugin gave itself while it ran is no name to grant to.
      permissions: ({ digest, metadata }) =>
        permissions ??
        settings.grants.grantsFor({ name: metadata?.name ?? options.givenId, digest }),
      features: settings.features,
      caps: settings.caps,
      imports: this.#imports,
      enableWasi: settings.enableWasi,
      cache: await this.#openCache(),
      pools: this.pools,
      state,
      openState: settings.openState,
      secrets: settings.secrets,
      httpTransport: settings.httpTransport,
      allowedHeaders: settings.allowedHeaders,
      authorities: settings.authorities,
      hostFunctions: settings.hostFunctions,
      onLog: settings.onLog,
      now: settings.now,
      seed: settings.seed,
    });
    return { version, path };
  }

  #openCache(): Promise<ModuleCache> {
    this.#cache ??= openCache(this.settings.cacheDir).catch((error: unknown) => {
      // The next load tries again: a directory may become usable.
      this.#cache = undefined;
      throw error;
    });
    return this.#cache;
  }
}

async function openCache(directory: string | undefined): Promise<ModuleCache> {
  return new ModuleCache(
    directory === undefined ? {} : { store: await openDirectoryStore(directory) },
  );
}

/** A plugin in a message, by its id or else by where it comes from. */
function describeSource(source: PluginSource, id: unknown): string {
  const origin = source instanceof URL ? source.href : source;
  const name = typeof id === 'string' ? id : origin;
  return typeof name === 'string' ? `plugin "${name}"` : 'plugin';
}

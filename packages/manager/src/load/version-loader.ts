import { hostSignatures } from '@testbench/host';
import { meteringFormOf, ModuleCache } from '@testbench/runtime';
import type { AdmissionCaps, AdmissionOptions, FeatureSet, PolicyGrants } from '@testbench/sandbox';
import type { PluginMetadata } from '@testbench/types';
import type { LogSink } from '@testbench/types/abi';
import type { StateStore } from '@testbench/types/stores';

import { AskingExecutor } from '../asking/asking-executor.js';
import { openDirectoryStore } from '../directory-store.js';
import type { Executor } from '../isolation/executor.js';
import type { IsolationChoice, IsolationRequest } from '../isolation/isolation.js';
import type { RunnerPools } from '../isolation/runner-pools.js';
import { MAX_KEPT_MODULE_BYTES } from '../limits.js';
import { chooseMetering, type MeteringChoice } from '../metering-choice.js';
import type { PluginSource } from '../options.js';
import { PluginPlaces } from '../places/plugin-places.js';
import { READS_FILES } from '../places/reads-files.js';
import { openSourceMap } from '../places/source-map-choice.js';
import { checkMetadata } from '../runner/check-metadata.js';
import type { GuestSetup } from '../runner/messages.js';
import { type AdmittedPlugin, admitPlugin } from './admit-plugin.js';
import { checkApiVersion } from './check-api-version.js';
import { checkPluginType } from './check-plugin-type.js';
import { grantPlugin, type HostResources, type PluginGrants } from './grant-plugin.js';
import { LoadingId } from './loading-id.js';
import { canWaitIn, openPlugin } from './open-plugin.js';
import { ownSource } from './own-source.js';
import { PluginVersion } from './plugin-version.js';
import { type KnownProtocol, ProtocolList, shapeOf } from './protocol-list.js';
import type { CheckedLoadOptions } from './read-load-options.js';
import { readModuleFile } from './read-module-file.js';

/** Settings shared by all plugins of a manager. */
export interface LoaderSettings extends HostResources {
  readonly features: FeatureSet;
  readonly caps: AdmissionCaps;
  readonly enableWasi: boolean;
  /** Of plugins that are loaded without one. */
  readonly isolation: (plugin: IsolationRequest) => IsolationChoice;
  /** Grants of plugins that are loaded without permissions. */
  readonly grants: PolicyGrants;
  readonly cacheDir: string | undefined;
  /** Addresses of the modules with the host's own wire protocols. */
  readonly protocols: readonly string[];
  /** Of plugins that are loaded without one. */
  readonly metering: MeteringChoice;
  readonly onLog: LogSink;
  readonly seed: number | undefined;
}

/** Loads versions of plugins in three steps: {@link admitPlugin}, {@link grantPlugin}, {@link openPlugin}. */
export class VersionLoader {
  readonly #imports: AdmissionOptions['imports'];
  readonly #protocols: ProtocolList;
  #cache: Promise<ModuleCache> | undefined;

  constructor(
    readonly settings: LoaderSettings,
    readonly pools: RunnerPools,
  ) {
    this.#protocols = new ProtocolList(settings.protocols);
    this.#imports = hostSignatures({
      enableWasi: settings.enableWasi,
      hostFunctions: Array.from(settings.hostFunctions.keys()),
    });
  }

  /**
   * Admits, compiles, instantiates, checks and initializes. Nothing is kept of a version that fails.
   *
   * @param state State that outlives versions. @default a state opened for the plugin
   * @throws {LoadError} Any code that concerns a single module.
   */
  async load(
    source: PluginSource,
    options: CheckedLoadOptions,
    state?: StateStore,
  ): Promise<PluginVersion> {
    const { settings } = this;
    const { features, caps } = settings;
    const { limits, givenId } = options;
    // Copied before the first wait: the caller may change the bytes.
    const own = ownSource(source);
    const path = typeof own === 'string' ? own : undefined;
    const bytes = typeof own === 'string' ? await readModuleFile(own, caps.maxModuleBytes) : own;
    const { maxMemoryBytes } = limits;
    const { sourceMap } = options;
    const given = sourceMap ? await openSourceMap(sourceMap) : undefined;
    const known = await this.#protocols.all();
    const protocols = known.map(({ protocol }) => shapeOf(protocol));
    const admitted = await admitPlugin(
      bytes,
      { features, caps, imports: this.#imports, protocols, maxMemoryBytes },
      this.pools.preparer,
    );
    const { digest, metadata: section, contract } = admitted;
    // One of these protocols admitted it.
    const protocol = known.find((one) => one.protocol.name === contract)!;
    const request = { id: options.id, digest, metadata: section };
    const isolation = options.isolation ?? settings.isolation(request);
    // A name that the plugin reported while running must not receive grants.
    const permissions =
      options.permissions ?? settings.grants.grantsFor({ name: section?.name ?? givenId, digest });
    const grants = await grantPlugin(
      admitted,
      { givenId, permissions, state, protocol: protocol.protocol },
      settings,
    );
    try {
      const id = new LoadingId(options.id ?? section?.name, settings.onLog);
      const metering = chooseMetering(options.metering ?? settings.metering, section);
      const setup = { ...options, metering, protocol };
      const form = meteringFormOf({ maxMemoryBytes, resettable: options.reset, metering });
      const file = READS_FILES ? path : undefined;
      const places = new PluginPlaces(
        {
          path: file,
          bytes: file === undefined ? keptBytes(admitted.bytes) : undefined,
          digest,
          form,
          sourceMap,
          onLog: id.onLog,
          pluginId: () => id.current ?? digest,
          now: settings.now,
        },
        this.pools.preparer,
        given,
      );
      const executor = await this.#open(isolation, admitted, grants, setup, id, places);
      await checkVersion(executor, section, options);
      const facts = { id: id.settle(executor.metadata.name), digest, limits, metering, path };
      return new PluginVersion(facts, executor, grants, places);
    } catch (error) {
      await grants.abandon();
      throw error;
    }
  }

  async #open(
    isolation: IsolationChoice,
    { bytes, sha256, digest }: AdmittedPlugin,
    grants: PluginGrants,
    setup: Pick<GuestSetup, 'config' | 'limits' | 'reset' | 'metering' | 'guestPaths'> & {
      readonly protocol: KnownProtocol;
    },
    id: LoadingId,
    places: PluginPlaces,
  ): Promise<Executor> {
    const { enableWasi, hostFunctions, seed, now } = this.settings;
    const name = id.current;
    const { onLog } = id;
    const { protocol, source } = setup.protocol;
    const whole: GuestSetup = {
      pluginId: name ?? digest,
      ...(name === undefined ? {} : { name }),
      protocol: {
        name: protocol.name,
        payload: protocol.payload,
        ...(protocol.effects === undefined ? {} : { effects: protocol.effects }),
        ...(source === undefined ? {} : { source }),
      },
      config: setup.config,
      limits: setup.limits,
      reset: setup.reset,
      metering: setup.metering,
      enableWasi,
      directories: grants.permissions.directories.map(({ path }) => path),
      guestPaths: setup.guestPaths,
      hostFunctions: Array.from(hostFunctions.keys()),
      ...(seed === undefined ? {} : { seed }),
    };
    const pluginId = (): string => id.current ?? digest;
    const effects = grants.effects({ pluginId, canWait: canWaitIn(isolation), onLog });
    const engine = { pools: this.pools, cache: await this.#openCache() };
    const guest = { bytes, sha256, setup: whole, protocol, effects, onLog, now };
    let executor: Executor;
    try {
      executor = await openPlugin(isolation, guest, engine);
    } catch (error) {
      await places.locate(error);
      throw error;
    }
    if (executor.metadata.asking !== true || protocol.payload !== 'envelope') return executor;
    return new AskingExecutor(executor, grants.askHost({ pluginId, onLog }), setup.limits);
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

/** A copy: the bytes themselves are transferred to a thread when they are compiled. Errors of larger modules have no source locations. */
function keptBytes(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  return bytes.length > MAX_KEPT_MODULE_BYTES ? undefined : bytes.slice();
}

async function openCache(directory: string | undefined): Promise<ModuleCache> {
  return new ModuleCache(
    directory === undefined ? {} : { store: await openDirectoryStore(directory) },
  );
}

/** Checks that a version matches its custom section, the caller's expectations and the contract. @throws {LoadError} */
async function checkVersion(
  executor: Executor,
  section: PluginMetadata | undefined,
  { pluginType }: CheckedLoadOptions,
): Promise<void> {
  try {
    const { metadata } = executor;
    checkMetadata(metadata, section);
    checkPluginType(metadata, pluginType);
    checkApiVersion(metadata);
  } catch (error) {
    await executor.shutdown();
    throw error;
  }
}

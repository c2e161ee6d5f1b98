import {
  createFileAccess,
  createHostEffects,
  type OpenState,
  type TrustedAuthorities,
} from '@testbench/host';
import type { HttpClient, HttpClientOptions } from '@testbench/host/http';
import { canSuspend, compilePlugin, type ModuleCache } from '@testbench/runtime';
import {
  type AdmissionCaps,
  type AdmissionPolicy,
  type FeatureSet,
  type PermissionSet,
} from '@testbench/sandbox';
import {
  CallError,
  type CustomHostFunction,
  HOST_MODULE,
  type HostEffects,
  LoadError,
  type LogRecord,
  type LogSink,
  type MeteringMode,
  NETWORK_FUNCTIONS,
  type PluginMetadata,
  type PluginType,
  type ResourceLimits,
  type HttpTransport,
  type SecretStore,
  type StateStore,
} from '@testbench/types';

import { checkApiVersion } from './check-api-version.js';
import { checkMetadata } from './check-metadata.js';
import { checkPluginType } from './check-plugin-type.js';
import type { Ending } from './ending.js';
import type { Executor, Isolation } from './isolation/executor.js';
import { InlineExecutor } from './isolation/inline-executor.js';
import { RemoteExecutor } from './isolation/remote-executor.js';
import type { RunnerPools } from './isolation/runner-pools.js';
import type { MeteringChoice } from './metering-choice.js';
import type { GuestSetup } from './runner/messages.js';

/** What one version of a plugin is made from. */
export interface VersionOptions {
  /** @default the metadata's name */
  readonly id: string | undefined;
  /** The id if the caller gave it, and not the plugin itself. */
  readonly givenId: string | undefined;
  /** The only type that is accepted. @default any */
  readonly pluginType: PluginType | undefined;
  /** All of a buffer that nobody else uses: it is moved between threads. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A JSON value of our own. */
  readonly config: unknown;
  readonly limits: ResourceLimits;
  /** Bring instances back to their state after `plugin_init` between calls. */
  readonly reset: boolean;
  readonly metering: MeteringChoice;
  readonly isolation: (plugin: IsolationRequest) => Isolation;
  /** What it is granted. */
  readonly permissions: (plugin: IsolationRequest) => PermissionSet;
  /** What admission allows. */
  readonly features: FeatureSet;
  readonly caps: AdmissionCaps;
  readonly imports: AdmissionPolicy['imports'];
  readonly enableWasi: boolean;
  readonly cache: ModuleCache;
  readonly pools: RunnerPools;
  /** State that outlives instances and versions. */
  readonly state: StateStore | undefined;
  /** Where it comes from if there is none yet. */
  readonly openState: OpenState;
  readonly secrets: SecretStore;
  readonly httpTransport: HttpTransport | undefined;
  readonly allowedHeaders: readonly string[];
  readonly authorities: TrustedAuthorities;
  /** Functions of the host's own, by name. */
  readonly hostFunctions: ReadonlyMap<string, CustomHostFunction>;
  readonly onLog: LogSink;
  readonly now: (() => number) | undefined;
  readonly seed: number | undefined;
}

/** What a policy may look at to choose an isolation. */
export interface IsolationRequest {
  /** The id that the caller gave. */
  readonly id: string | undefined;
  /** `sha256:` and the hex digest of the module's bytes. */
  readonly digest: string;
  /** From the custom section: what the plugin says about itself, which nobody has verified. */
  readonly metadata: PluginMetadata | undefined;
}

/** A version, and where it came from. */
export interface VersionFromPath {
  readonly version: PluginVersion;
  /** The file; undefined if it came as bytes. */
  readonly path: string | undefined;
}

let versionCount = 0;

/** One loaded version of a plugin, and the calls that run on it. */
export class PluginVersion {
  #running = 0;
  #onIdle: (() => void)[] = [];

  private constructor(
    readonly id: string,
    readonly digest: string,
    readonly limits: ResourceLimits,
    readonly metering: MeteringMode,
    readonly executor: Executor,
    readonly permissions: PermissionSet,
    readonly state: StateStore,
    readonly http: HttpClient | undefined,
  ) {}

  /**
   * Admits, compiles, instantiates, checks and initializes. Nothing is kept of a version that fails.
   *
   * @throws {LoadError} Every code that is about one module.
   */
  static async load(options: VersionOptions): Promise<PluginVersion> {
    const { limits, features, caps, imports, pools } = options;
    const policy = { features, caps, imports, maxMemoryBytes: limits.maxMemoryBytes };
    const { admitted, bytes } = await pools.preparer.admit(options.bytes, policy);
    const { metadata: section, sha256 } = admitted;
    const digest = `sha256:${sha256}`;
    const request = { id: options.id, digest, metadata: section };
    const isolation = options.isolation(request);
    const permissions = options.permissions(request);
    const metering =
      options.metering === 'as-asked' ? (section?.metering ?? 'coarse') : options.metering;
    // Only then is the name known of a plugin that has no custom section; it stands in its log records.
    const early: LogRecord[] = [];
    let id = options.id ?? section?.name;
    const onLog: LogSink = (record) => {
      if (id === undefined) early.push(record);
      else options.onLog({ ...record, plugin: id });
    };
    const { secrets, httpTransport: transport } = options;
    const http = await openHttp(admitted.imports, {
      permissions,
      identities: options.givenId === undefined ? [digest] : [options.givenId, digest],
      headers: options.allowedHeaders,
      authorities: options.authorities,
      secrets,
      ...(transport === undefined ? {} : { transport }),
    });
    const state = options.state ?? options.openState(options.givenId ?? digest);
    let executor: Executor | undefined;
    try {
      executor = await openExecutor(
        isolation,
        { ...options, bytes, permissions, metering, state, onLog, http, sha256 },
        () => id,
        digest,
      );
      const { metadata } = executor;
      checkMetadata(metadata, section);
      checkPluginType(metadata, options.pluginType);
      checkApiVersion(metadata);
      id ??= metadata.name;
      for (const record of early) options.onLog({ ...record, plugin: id });
      return new PluginVersion(id, digest, limits, metering, executor, permissions, state, http);
    } catch (error) {
      await executor?.shutdown();
      await http?.close();
      if (options.state === undefined) state.close?.();
      throw error;
    }
  }

  get metadata(): PluginMetadata {
    return this.executor.metadata;
  }

  /** A call begins. Whoever says so says `leave` when it has ended: {@link retire} waits for that. */
  enter(): void {
    this.#running += 1;
  }

  leave(): void {
    this.#running -= 1;
    if (this.#running === 0) for (const resume of this.#onIdle.splice(0)) resume();
  }

  /**
   * Asks the plugin how it is.
   *
   * @throws {LoadError} `LOAD_UNHEALTHY`.
   */
  async checkHealth(): Promise<void> {
    let state: string;
    try {
      const code = await this.executor.health();
      if (code === 0) return;
      state = `"plugin_health" returned ${code}`;
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      state = error.message;
    }
    throw new LoadError('LOAD_UNHEALTHY', `Cannot use plugin "${this.id}": ${state}`);
  }

  /**
   * Lets running calls end, for at most `timeoutMs`, and tells the instances to shut down.
   *
   * @param ending How calls fail that take longer.
   */
  async retire(timeoutMs: number, ending: Ending): Promise<void> {
    if (this.#running > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#onIdle.push(resolve);
        timer = setTimeout(resolve, timeoutMs);
      });
      clearTimeout(timer);
    }
    if (this.#running > 0) this.executor.kill(ending);
    await this.executor.shutdown();
    await this.http?.close();
  }
}

/** The client of a plugin that makes requests. It is read only then: it takes 20 MB, and most plugins make none. */
async function openHttp(
  imports: readonly { readonly module: string; readonly name: string }[],
  options: HttpClientOptions,
): Promise<HttpClient | undefined> {
  const asks = imports.some(
    ({ module, name }) => module === HOST_MODULE && NETWORK_FUNCTIONS.has(name),
  );
  if (!asks) return undefined;
  const { createHttpClient } = await import('@testbench/host/http');
  return createHttpClient(options);
}

async function openExecutor(
  isolation: Isolation,
  options: Omit<VersionOptions, 'permissions' | 'state' | 'metering'> & {
    readonly permissions: PermissionSet;
    readonly metering: MeteringMode;
    readonly state: StateStore;
    readonly http: HttpClient | undefined;
    readonly sha256: string;
  },
  pluginName: () => string | undefined,
  digest: string,
): Promise<Executor> {
  const { bytes, limits, reset, metering, config, enableWasi, seed, onLog, now } = options;
  const early = pluginName();
  const setup: GuestSetup = {
    pluginId: early ?? digest,
    ...(early === undefined ? {} : { name: early }),
    config,
    limits,
    reset,
    metering,
    enableWasi,
    directories: options.permissions.directories.map(({ path }) => path),
    hostFunctions: Array.from(options.hostFunctions.keys()),
    ...(seed === undefined ? {} : { seed }),
  };
  const { permissions } = options;
  const files = createFileAccess({ permissions });
  const effects = (): HostEffects =>
    createHostEffects({
      permissions,
      state: options.state,
      env: process.env,
      ...(options.http === undefined ? {} : { http: options.http }),
      files,
      hostFunctions: {
        functions: options.hostFunctions,
        pluginId: () => pluginName() ?? digest,
        canWait: isolation !== 'inline' || canSuspend,
        onLog,
        ...(now === undefined ? {} : { now }),
      },
    });
  if (isolation === 'process') {
    const other = ['bun', 'deno'].find((name) => process.versions[name] !== undefined);
    if (other !== undefined) {
      throw new LoadError(
        'LOAD_UNSUPPORTED',
        `Cannot run plugin in a process: ${other} does not know the flags that harden a child of Node`,
      );
    }
    const guest = { version: (versionCount += 1), setup, bytes, effects, onLog, now };
    const pool = options.pools.openProcesses(limits.maxMemoryBytes);
    try {
      return await RemoteExecutor.load(isolation, pool, guest);
    } catch (error) {
      pool.close();
      throw error;
    }
  }
  const compiled = await compilePlugin(bytes, {
    maxMemoryBytes: limits.maxMemoryBytes,
    resettable: reset,
    metering,
    sha256: options.sha256,
    cache: options.cache,
    compileModule: (...module) => options.pools.preparer.compile(...module),
  });
  if (isolation === 'inline') {
    return await InlineExecutor.load({
      compiled,
      setup,
      effects,
      onLog,
      now,
    });
  }
  const { module } = compiled;
  const guest = { version: (versionCount += 1), setup, module, effects, onLog, now };
  return await RemoteExecutor.load(isolation, options.pools.threads, guest);
}

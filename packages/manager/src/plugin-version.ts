import {
  createHostBinding,
  createHostEffects,
  type HostBindingOptions,
  type StateStore,
} from '@testbench/host';
import {
  type CompiledPlugin,
  compilePlugin,
  type ModuleCache,
  PluginInstance,
} from '@testbench/runtime';
import {
  admitModule,
  type AdmissionPolicy,
  type FeatureSet,
  type PermissionSet,
} from '@testbench/sandbox';
import {
  CallError,
  type Contract,
  LoadError,
  type PluginMetadata,
  type ResourceLimits,
} from '@testbench/types';

import { checkApiVersion } from './check-api-version.js';
import { checkMetadata } from './check-metadata.js';
import { MAX_IDLE_INSTANCES } from './limits.js';

/** What one version of a plugin is made from. */
export interface VersionOptions {
  /** @default the metadata's name */
  readonly id: string | undefined;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly config: unknown;
  readonly limits: ResourceLimits;
  /** Bring instances back to their state after `plugin_init` between calls. */
  readonly reset: boolean;
  readonly permissions: PermissionSet;
  /** What admission allows. */
  readonly features: FeatureSet;
  readonly imports: AdmissionPolicy['imports'];
  readonly cache: ModuleCache;
  /** State that outlives instances and versions. */
  readonly state: StateStore;
  readonly host: Omit<HostBindingOptions, 'pluginId' | 'effects'>;
}

type NamedOptions = VersionOptions & { readonly id: string };

/** One loaded version of a plugin: its compiled module, and instances made from it as calls need them. */
export class PluginVersion {
  readonly contract: Contract;
  readonly #idle: PluginInstance[];

  private constructor(
    readonly metadata: PluginMetadata,
    readonly compiled: CompiledPlugin,
    readonly options: NamedOptions,
    first: PluginInstance,
  ) {
    this.contract = first.contract;
    this.#idle = [first];
  }

  /**
   * Admits, compiles, instantiates, checks and initializes. Nothing is kept of a version that fails.
   *
   * @throws {LoadError} Every code that is about one module.
   */
  static async load(options: VersionOptions): Promise<PluginVersion> {
    const { bytes, limits, features, imports } = options;
    const admitted = admitModule(bytes, {
      features,
      imports,
      maxMemoryBytes: limits.maxMemoryBytes,
    });
    const compiled = await compilePlugin(bytes, {
      maxMemoryBytes: limits.maxMemoryBytes,
      resettable: options.reset,
      cache: options.cache,
    });
    const guess = options.id ?? admitted.metadata?.name ?? 'unnamed';
    let instance = createInstance(compiled, { ...options, id: guess });
    const metadata = instance.readMetadata();
    checkMetadata(metadata, admitted.metadata);
    checkApiVersion(metadata);
    const named = { ...options, id: options.id ?? metadata.name };
    if (named.id !== guess) {
      // Its host functions log under a wrong name; only a module without the custom section gets here.
      instance = createInstance(compiled, named);
      checkMetadata(instance.readMetadata(), metadata);
    }
    initialize(instance, options);
    return new PluginVersion(metadata, compiled, named, instance);
  }

  /** Takes an idle instance, or makes one. Give it back with {@link release}. */
  acquire(): PluginInstance {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    try {
      const instance = createInstance(this.compiled, this.options);
      // A plugin that says something else now would have its outputs checked by another shape.
      checkMetadata(instance.readMetadata(), this.metadata);
      initialize(instance, this.options);
      return instance;
    } catch (cause) {
      if (!(cause instanceof LoadError)) throw cause;
      throw new CallError('CALL_CRASHED', `Cannot start a fresh instance: ${cause.message}`, {
        cause,
      });
    }
  }

  /** Takes an instance back; one that cannot serve another call is dropped, and so is one too many. */
  release(instance: PluginInstance): void {
    if (this.#idle.length >= MAX_IDLE_INSTANCES) return;
    const usable = this.options.reset ? instance.reset() : !instance.poisoned;
    if (usable) this.#idle.push(instance);
  }

  /** Tells every idle instance that no more calls will come. Failures of a plugin that leaves are its own. */
  shutdown(): void {
    for (const instance of this.#idle.splice(0)) {
      try {
        instance.shutdown();
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
      }
    }
  }
}

function createInstance(compiled: CompiledPlugin, options: NamedOptions): PluginInstance {
  const host = createHostBinding({
    ...options.host,
    pluginId: options.id,
    effects: createHostEffects({
      permissions: options.permissions,
      state: options.state,
      env: process.env,
    }),
  });
  return new PluginInstance(compiled, { host, limits: options.limits });
}

function initialize(instance: PluginInstance, options: VersionOptions): void {
  instance.init(options.config);
  if (options.reset) instance.takeSnapshot();
}

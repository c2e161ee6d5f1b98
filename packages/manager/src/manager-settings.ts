import { availableParallelism } from 'node:os';

import {
  type CertificateAuthority,
  createMemoryState,
  furtherHeaders,
  type OpenState,
  readAuthorities,
  type TrustedAuthorities,
} from '@testbench/host';
import {
  type AdmissionCaps,
  DEFAULT_CAPS,
  DEFAULT_FEATURES,
  type FeatureSet,
  type GrantPolicy,
  readCaps,
  readFeatures,
} from '@testbench/sandbox';
import {
  ConfigNode,
  type CustomHostFunction,
  DEFAULT_LIMITS,
  type HttpTransport,
  type LogSink,
  type OptionReaders,
  readLimits,
  readOptions,
  type ResourceLimits,
  type SecretStore,
} from '@testbench/types';

import { type Isolation, ISOLATIONS } from './isolation/executor.js';
import {
  DEFAULT_MAX_CONCURRENT_EXECUTIONS,
  DEFAULT_MAX_LOADED_PLUGINS,
  DEFAULT_MAX_PROCESSES_PER_PLUGIN,
} from './limits.js';
import { METERING_CHOICES, type MeteringChoice } from './metering-choice.js';
import type { PluginManagerOptions } from './options.js';
import type { IsolationRequest } from './plugin-version.js';
import { readPolicy } from './policy.js';
import { readHostFunctions } from './read-host-functions.js';

/** `PluginManagerOptions`, checked and with every default. */
export interface ManagerSettings {
  readonly limits: ResourceLimits;
  readonly features: FeatureSet;
  readonly caps: AdmissionCaps;
  readonly enableWasi: boolean;
  readonly isolation: (plugin: IsolationRequest) => Isolation;
  readonly maxThreads: number;
  readonly maxProcessesPerPlugin: number;
  readonly maxLoadedPlugins: number;
  readonly maxConcurrentExecutions: number;
  readonly cacheDir: string | undefined;
  readonly grants: GrantPolicy;
  readonly secrets: SecretStore;
  readonly httpTransport: HttpTransport | undefined;
  readonly allowedHeaders: readonly string[];
  readonly authorities: TrustedAuthorities;
  readonly hostFunctions: ReadonlyMap<string, CustomHostFunction>;
  readonly openState: OpenState;
  readonly metering: MeteringChoice;
  readonly onLog: LogSink;
  readonly now: (() => number) | undefined;
  readonly seed: number | undefined;
}

/** Readers of {@link PluginManagerOptions}, for what takes them with others of its own. */
export const MANAGER_OPTIONS: OptionReaders<PluginManagerOptions> = {
  limits: readLimits,
  features: readFeatures,
  caps: readCaps,
  enableWasi: (node) => node.boolean(),
  isolation: (node) =>
    typeof node.value === 'function' ? node.callback() : node.oneOf(ISOLATIONS),
  maxThreads: readCount,
  maxProcessesPerPlugin: readCount,
  maxLoadedPlugins: readCount,
  maxConcurrentExecutions: readCount,
  cacheDir: (node) => node.text(),
  // This one, headers and authorities are checked by what keeps them.
  policy: (node) => node.object(),
  secrets: (node) => node.implementation('read'),
  httpTransport: (node) => node.callback(),
  allowedHeaders: (node) => node.value as readonly string[],
  certificateAuthorities: (node) => node.value as readonly CertificateAuthority[],
  hostFunctions: readHostFunctions,
  state: (node) => node.callback(),
  metering: (node) => node.oneOf(METERING_CHOICES),
  onLog: (node) => node.callback(),
  random: (random) =>
    readOptions<NonNullable<PluginManagerOptions['random']>>(
      random.value,
      { seed: (node) => node.wholeNumber(0) },
      random.path,
      ['seed'],
    ),
  now: (node) => node.callback(),
};

/** @throws {ConfigError} For an unknown key or a wrong value. */
export function readSettings(given: PluginManagerOptions | undefined): ManagerSettings {
  const options = readOptions<PluginManagerOptions>(given, MANAGER_OPTIONS);
  const policy = readPolicy(options.policy);
  return {
    maxThreads: options.maxThreads ?? availableParallelism() + 1,
    maxProcessesPerPlugin: options.maxProcessesPerPlugin ?? DEFAULT_MAX_PROCESSES_PER_PLUGIN,
    maxLoadedPlugins: options.maxLoadedPlugins ?? DEFAULT_MAX_LOADED_PLUGINS,
    maxConcurrentExecutions: options.maxConcurrentExecutions ?? DEFAULT_MAX_CONCURRENT_EXECUTIONS,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    features: { ...DEFAULT_FEATURES, ...options.features },
    caps: { ...DEFAULT_CAPS, ...options.caps },
    enableWasi: options.enableWasi ?? false,
    isolation: isolationPolicy(options.isolation ?? 'thread'),
    cacheDir: options.cacheDir,
    grants: policy.grants,
    secrets: options.secrets ?? policy.secrets,
    httpTransport: options.httpTransport,
    openState: options.state ?? (() => createMemoryState()),
    allowedHeaders: [...furtherHeaders(options.allowedHeaders)],
    authorities: readAuthorities(options.certificateAuthorities),
    hostFunctions: new Map(Object.entries(options.hostFunctions ?? {})),
    metering: options.metering ?? 'as-asked',
    onLog: options.onLog ?? (() => {}),
    now: options.now,
    seed: options.random?.seed,
  };
}

function readCount(node: ConfigNode): number {
  return node.wholeNumber(1);
}

function isolationPolicy(
  isolation: NonNullable<PluginManagerOptions['isolation']>,
): ManagerSettings['isolation'] {
  if (typeof isolation !== 'function') return () => isolation;
  return (plugin) => new ConfigNode(isolation(plugin), 'isolation').oneOf(ISOLATIONS);
}

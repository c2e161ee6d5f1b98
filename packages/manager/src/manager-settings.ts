import { availableParallelism } from 'node:os';

import {
  type CertificateAuthority,
  createMemoryStateStore,
  type ProxyOptions,
  readAllowedHeaders,
  readAuthorities,
  readProxy,
} from '@testbench/host';
import { DEFAULT_CAPS, DEFAULT_FEATURES, readCaps, readFeatures } from '@testbench/sandbox';
import { DEFAULT_LIMITS, type ResourceLimits } from '@testbench/types';
import { ConfigNode, type OptionReaders, readLimits, readOptions } from '@testbench/types/config';

import { readIsolation } from './isolation/isolation.js';
import {
  DEFAULT_MAX_CONCURRENT_EXECUTIONS,
  DEFAULT_MAX_LOADED_PLUGINS,
  DEFAULT_MAX_PROCESSES_PER_PLUGIN,
} from './limits.js';
import { readAddress } from './load/protocol-list.js';
import type { LoaderSettings } from './load/version-loader.js';
import { METERING_CHOICES } from './metering-choice.js';
import type { PluginManagerOptions } from './options.js';
import { readPolicy } from './policy.js';
import { readHostFunctions } from './read-host-functions.js';

/** `PluginManagerOptions`, checked and completed with all defaults. */
export interface ManagerSettings extends LoaderSettings {
  /** Of plugins that are loaded without their own. */
  readonly limits: ResourceLimits;
  readonly maxThreads: number;
  readonly maxProcessesPerPlugin: number;
  readonly maxLoadedPlugins: number;
  readonly maxConcurrentExecutions: number;
}

/** Readers of {@link PluginManagerOptions}, for code that accepts them together with its own options. */
export const MANAGER_OPTIONS: OptionReaders<PluginManagerOptions> = {
  limits: readLimits,
  features: readFeatures,
  caps: readCaps,
  enableWasi: (node) => node.boolean(),
  isolation: (node) => (typeof node.value === 'function' ? node.callback() : readIsolation(node)),
  maxThreads: readCount,
  maxProcessesPerPlugin: readCount,
  maxLoadedPlugins: readCount,
  maxConcurrentExecutions: readCount,
  cacheDir: (node) => node.text(),
  // This one, headers and authorities are checked by the code that stores them.
  policy: (node) => node.object(),
  secrets: (node) => node.implementation('read'),
  // Checked with the settings.
  proxy: (node) => node.value as string | ProxyOptions,
  httpTransport: (node) => node.callback(),
  askModel: (node) => node.callback(),
  allowedHeaders: (node) => node.value as readonly string[],
  certificateAuthorities: (node) => node.value as readonly CertificateAuthority[],
  hostFunctions: readHostFunctions,
  protocols: (node) => node.list().map(readAddress),
  openStateStore: (node) => node.callback(),
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
    proxy: readProxy(options.proxy) ?? policy.proxy,
    httpTransport: options.httpTransport,
    askModel: options.askModel,
    openState: options.openStateStore ?? (() => createMemoryStateStore()),
    allowedHeaders: [...readAllowedHeaders(options.allowedHeaders)],
    authorities: readAuthorities(options.certificateAuthorities),
    hostFunctions: new Map(Object.entries(options.hostFunctions ?? {})),
    // Already read: these are the absolute addresses.
    protocols: (options.protocols ?? []) as readonly string[],
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
  return (plugin) => readIsolation(new ConfigNode(isolation(plugin), 'isolation'));
}

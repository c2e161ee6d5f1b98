import { availableParallelism } from 'node:os';

import {
  createMemoryState,
  furtherHeaders,
  type OpenState,
  readAuthorities,
  seededRandom,
  type TrustedAuthorities,
} from '@testbench/host';
import {
  type AdmissionCaps,
  DEFAULT_FEATURES,
  type FeatureSet,
  type GrantPolicy,
} from '@testbench/sandbox';
import {
  ConfigError,
  DEFAULT_LIMITS,
  type LogSink,
  rejectUnknownKeys,
  type ResourceLimits,
  type HttpTransport,
  type SecretStore,
} from '@testbench/types';

import { type Isolation, ISOLATIONS } from './isolation/executor.js';
import {
  DEFAULT_MAX_CONCURRENT_EXECUTIONS,
  DEFAULT_MAX_LOADED_PLUGINS,
  DEFAULT_MAX_PROCESSES_PER_PLUGIN,
} from './limits.js';
import type { PluginManagerOptions } from './options.js';
import type { IsolationRequest } from './plugin-version.js';
import { readPolicy } from './policy.js';
import { requireCount, resolveCaps, resolveLimits } from './resolve-limits.js';

const OPTION_KEYS = [
  'limits',
  'features',
  'caps',
  'enableWasi',
  'isolation',
  'maxThreads',
  'maxProcessesPerPlugin',
  'maxLoadedPlugins',
  'maxConcurrentExecutions',
  'cacheDir',
  'policy',
  'secrets',
  'httpTransport',
  'allowedHeaders',
  'certificateAuthorities',
  'state',
  'onLog',
  'random',
  'now',
];

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
  readonly openState: OpenState;
  readonly onLog: LogSink;
  readonly now: (() => number) | undefined;
  readonly seed: number | undefined;
}

/** @throws {ConfigError} For an unknown key or a wrong value. */
export function readSettings(options: PluginManagerOptions): ManagerSettings {
  rejectUnknownKeys(options, OPTION_KEYS, '');
  rejectUnknownKeys(options.features ?? {}, Object.keys(DEFAULT_FEATURES), 'features');
  const {
    maxThreads = availableParallelism() + 1,
    maxProcessesPerPlugin = DEFAULT_MAX_PROCESSES_PER_PLUGIN,
    maxLoadedPlugins = DEFAULT_MAX_LOADED_PLUGINS,
    maxConcurrentExecutions = DEFAULT_MAX_CONCURRENT_EXECUTIONS,
    isolation = 'thread',
  } = options;
  const counts = { maxThreads, maxProcessesPerPlugin, maxLoadedPlugins, maxConcurrentExecutions };
  for (const [name, count] of Object.entries(counts)) requireCount(count, name);
  const policy = readPolicy(options.policy ?? {});
  const seed = options.random?.seed;
  // Tells a wrong seed now, not at the first instance.
  if (seed !== undefined) seededRandom(seed);
  return {
    ...counts,
    limits: resolveLimits(DEFAULT_LIMITS, options.limits),
    features: { ...DEFAULT_FEATURES, ...options.features },
    caps: resolveCaps(options.caps),
    enableWasi: options.enableWasi ?? false,
    isolation: isolationPolicy(isolation),
    cacheDir: options.cacheDir,
    grants: policy.grants,
    secrets: options.secrets ?? policy.secrets,
    httpTransport: options.httpTransport,
    openState: options.state ?? (() => createMemoryState()),
    allowedHeaders: [...furtherHeaders(options.allowedHeaders)],
    authorities: readAuthorities(options.certificateAuthorities),
    onLog: options.onLog ?? (() => {}),
    now: options.now,
    seed,
  };
}

function isolationPolicy(
  isolation: NonNullable<PluginManagerOptions['isolation']>,
): ManagerSettings['isolation'] {
  if (typeof isolation === 'function') {
    return (plugin) => readIsolation(isolation(plugin), 'isolation');
  }
  const fixed = readIsolation(isolation, 'isolation');
  return () => fixed;
}

/** @throws {ConfigError} `CONFIG_INVALID` for anything but the name of an isolation. */
export function readIsolation(value: unknown, path: string): Isolation {
  const isolation = ISOLATIONS.find((name) => name === value);
  if (isolation !== undefined) return isolation;
  throw new ConfigError(
    'CONFIG_INVALID',
    path,
    `Cannot use "${path}": expected "inline", "thread" or "process", found ${typeof value === 'string' ? JSON.stringify(value) : typeof value}`,
  );
}

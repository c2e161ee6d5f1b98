import type { MeteringMode } from './metering-mode.js';

/** The five kinds of plugin. */
export const PLUGIN_TYPES = ['evaluator', 'provider', 'transform', 'filter', 'custom'] as const;

/** What a plugin is for; decides the shape of its `data`. */
export type PluginType = (typeof PLUGIN_TYPES)[number];

/** What a plugin says it can do. */
export const CAPABILITIES = [
  'text_evaluation',
  'multi_modal_evaluation',
  'api_requests',
  'data_transform',
  'result_filter',
  'streaming',
  'file_system',
  'network',
] as const;

/** One of {@link CAPABILITIES}. */
export type Capability = (typeof CAPABILITIES)[number];

/** A directory with everything below it: a path means reading, an object lists the allowed operations. */
export type DirectoryPermission =
  | string
  | { readonly path: string; readonly access: 'read-only' | 'read-write' };

/** Access to things outside the plugin. In metadata: requested. Given to the manager: granted. */
export interface Permissions {
  readonly filesystem?: boolean;
  readonly network?: boolean;
  readonly envVars?: boolean;
  readonly hostFunctions?: boolean;
  /** Directories with everything below them. Needs `filesystem`. */
  readonly allowedDirs?: readonly DirectoryPermission[];
  /** Hosts, optionally with scheme and port: `api.example.com`, `http://localhost:8080`, `*.example.com`. Needs `network`. */
  readonly allowedHosts?: readonly string[];
  /** Names of environment variables. Needs `envVars`. */
  readonly allowedEnv?: readonly string[];
  /** Names of functions that the host itself offers, such as `mine.lookup`. Needs `hostFunctions`. */
  readonly allowedHostFunctions?: readonly string[];
}

/** Every {@link Aggregation}. */
export const AGGREGATIONS = ['sums'] as const;

/** How results of single records are combined into one for the whole set. */
export type Aggregation = (typeof AGGREGATIONS)[number];

/** What a plugin says about itself; untrusted text throughout. */
export interface PluginMetadata {
  readonly name: string;
  /** Semantic version of the plugin. */
  readonly version: string;
  readonly description: string;
  readonly author: string;
  readonly pluginType: PluginType;
  readonly capabilities: readonly Capability[];
  /** Semantic version of the contract that the plugin was made for. */
  readonly apiVersion: string;
  /** Lowest contract version of a host that can run it. */
  readonly minContractVersion?: string;
  readonly homepage?: string;
  readonly license?: string;
  /** Search terms. */
  readonly keywords?: readonly string[];
  /** Custom key-value pairs of the author. */
  readonly custom?: Readonly<Record<string, string>>;
  /** Maps the name of another plugin to a semver range. */
  readonly dependencies?: Readonly<Record<string, string>>;
  /** JSON Schema of what `plugin_init` takes. */
  readonly configSchema?: Readonly<Record<string, unknown>>;
  /** Requested permissions. Requesting grants nothing. */
  readonly permissions?: Permissions;
  /** How the plugin would like its fuel to be counted; the host decides. @default no preference */
  readonly metering?: MeteringMode;
  /** True if it may answer with asks instead of a result. @default false */
  readonly asking?: boolean;
  /** `sums` says that the metrics of its results add up over a data set, and that it answers the aggregate call with the score of the set. */
  readonly aggregate?: Aggregation;
  /**
   * Fields of `data` that it reads: a host that assembles `data` passes these and omits the others, such as the record.
   * An evaluator gets `output`, a provider `model`, a transform `text` and a filter `items` in any case. @default all fields
   */
  readonly reads?: readonly string[];
}

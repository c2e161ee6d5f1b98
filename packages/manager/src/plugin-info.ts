import type { MeteringMode, Permissions, PluginMetadata, ResourceLimits } from '@testbench/types';

import type { CallStatistics } from './statistics/call-statistics.js';

/**
 * What a plugin is doing: `ready` for calls; `executing` at least one; `error` after a call that
 * failed, until one succeeds (calls are still taken, each failed instance was replaced);
 * `quarantined` for a while after its threads or processes died several times in a row;
 * `unloading` while it is being removed.
 */
export type PluginStatus = 'ready' | 'executing' | 'error' | 'quarantined' | 'unloading';

/** A snapshot of a loaded plugin; it does not change afterwards. */
export interface PluginInfo {
  readonly id: string;
  readonly metadata: PluginMetadata;
  /** `sha256:` and the hex digest of the module's bytes; undefined for a plugin of the host's own. */
  readonly digest: string | undefined;
  /** Name of its wire protocol: `v1`, `classic`, or one that the host added. */
  readonly contract: string;
  /** `inline`, `thread`, `process`, the name of the host's own isolation, or `host` for a plugin of the host's own. */
  readonly isolation: string;
  readonly status: PluginStatus;
  /** Calls that ended, failed ones included. */
  readonly executionCount: number;
  readonly errorCount: number;
  /** Wall time inside the plugin over all calls, in milliseconds. */
  readonly totalExecutionTimeMs: number;
  readonly statistics: CallStatistics;
  readonly loadedAt: Date;
  readonly lastExecutedAt?: Date;
  /** The file that it was loaded from. */
  readonly path?: string;
  /** The version before the last reload, kept for `rollback`. */
  readonly previous?: { readonly version: string; readonly digest: string | undefined };
  /** Fuel and memory of a plugin of the host's own are `Infinity`. */
  readonly limits: ResourceLimits;
  /** How its fuel is counted; undefined for a plugin of the host's own. */
  readonly metering: MeteringMode | undefined;
  /** What it is granted; what it requests is in its metadata. Not meaningful for the host's own code. */
  readonly permissions: Permissions;
}

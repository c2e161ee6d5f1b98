import type { PluginType } from '@testbench/types';

/** Version of {@link HostRecord}. */
export const HOST_RECORD_VERSION = 1;

/** File names of records: start time and process of the host, and random digits that distinguish the processes of containers. */
export const HOST_RECORD_FILE: RegExp = /^host-\d{13}-\d{1,10}-[0-9a-f]{12}\.json$/;

/** The activity of a module in a host. */
export interface HostPlugin {
  /** The plugin's own name and version: untrusted text. */
  readonly name: string;
  readonly version: string;
  /** `sha256:` and the hex digest of the module; empty for the host's own code. */
  readonly digest: string;
  readonly type: PluginType;
  /** The ids under which it was loaded; at most 10. */
  readonly ids: readonly string[];
  readonly calls: number;
  readonly failedCalls: number;
  /** Failed calls by code. */
  readonly errors: Readonly<Record<string, number>>;
  readonly fuelUsed: number;
  /** Wall time inside the plugin, in milliseconds. */
  readonly timeMs: number;
  /** Time spent waiting for a turn, in milliseconds. */
  readonly queueMs: number;
  readonly peakMemoryBytes: number;
  /** Host calls refused for lack of a permission. */
  readonly deniedCalls: number;
}

/** A record of a host: one process, from when it started recording. */
export interface HostRecord {
  readonly formatVersion: typeof HOST_RECORD_VERSION;
  /** Names the host, such as `worker`; several may have the same name. */
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly writtenAt: string;
  /** Those with the most calls first. */
  readonly plugins: readonly HostPlugin[];
  /** Calls of modules beyond the first 1,000. */
  readonly otherCalls: number;
}

import type { PluginType } from '@testbench/types';

/** The totals of a plugin's calls. */
export interface PluginFigures {
  /** Calls that ended, failed ones included. */
  readonly calls: number;
  readonly failedCalls: number;
  /** Failed calls by code, such as `CALL_TRAPPED`; at most 100 codes, the others count as `other`. Stored codes are untrusted text. */
  readonly errors: Readonly<Record<string, number>>;
  /** Fuel units. For runs, only of calls that returned an answer. */
  readonly fuelUsed: number;
  /**
   * Wall time inside the plugin, in milliseconds; absent if unknown. A run has only that of the process that finished it, and an unfinished
   * run has none.
   */
  readonly timeMs?: number;
  /** Largest linear memory after a call, in bytes; absent if unknown, as for `timeMs`. */
  readonly peakMemoryBytes?: number;
}

/** The totals of a plugin's calls in one run, including rows taken over from an earlier run, or in one host. */
export interface SourceFigures extends PluginFigures {
  /** `run`: a stored run. `host`: a process that recorded its calls. */
  readonly kind: 'run' | 'host';
  /** Name of the run's folder, or of the host. */
  readonly name: string;
  /** When it was last written, ISO 8601, UTC. */
  readonly writtenAt: string;
  /** Where the plugin stands in a run, such as `providers[0]` or an evaluator's name; in a host, the ids under which it is loaded. */
  readonly places: readonly string[];
}

/** One module: its name, version and digest, and the totals of its calls. */
export interface PluginAnalytics extends PluginFigures {
  /** The plugin's own name and version: untrusted text. */
  readonly name: string;
  readonly version: string;
  /** `sha256:` and the hex digest of the module; empty for a plugin that is part of the host's own code. */
  readonly digest: string;
  readonly type: PluginType | undefined;
  /** Where its calls were made, most recently written first. */
  readonly sources: readonly SourceFigures[];
}

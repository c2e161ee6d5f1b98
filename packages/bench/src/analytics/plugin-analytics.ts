import type { PluginType } from '@testbench/types';

/** What the calls of a plugin came to. */
export interface PluginFigures {
  /** Calls that ended, failed ones included. */
  readonly calls: number;
  readonly failedCalls: number;
  /** Failed calls by code, such as `CALL_TRAPPED`; at most 100 codes, the others count as `other`. Stored codes are untrusted text. */
  readonly errors: Readonly<Record<string, number>>;
  /** Fuel units. Of runs: of calls that gave an answer. */
  readonly fuelUsed: number;
  /**
   * Wall time inside the plugin, in milliseconds; absent if nothing says. A run knows that of the process that finished it, and a run that is not
   * finished knows none.
   */
  readonly timeMs?: number;
  /** Largest linear memory after a call, in bytes; absent if nothing says, as for `timeMs`. */
  readonly peakMemoryBytes?: number;
}

/** What the calls of a plugin came to in one run, rows that it took over from an earlier run among them, or in one host. */
export interface SourceFigures extends PluginFigures {
  /** `run`: a stored run. `host`: a process that recorded its calls. */
  readonly kind: 'run' | 'host';
  /** Name of the run's folder, or of the host. */
  readonly name: string;
  /** When it was written last, ISO 8601, UTC. */
  readonly writtenAt: string;
  /** Where the plugin stands in a run, such as `providers[0]` or an evaluator's name; the ids that it is loaded under in a host. */
  readonly places: readonly string[];
}

/** One module: its name, version and digest, and what its calls came to. */
export interface PluginAnalytics extends PluginFigures {
  /** The plugin's own name and version: untrusted text. */
  readonly name: string;
  readonly version: string;
  /** `sha256:` and the hex digest of the module; empty for a plugin that is a host's own code. */
  readonly digest: string;
  readonly type: PluginType | undefined;
  /** Where its calls were made, those written last first. */
  readonly sources: readonly SourceFigures[];
}

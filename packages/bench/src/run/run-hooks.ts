import type { ResultRow } from '../results/result-row.js';

/** Which records of which run an event is about. */
export interface RunEventPlace {
  /** Name of the run: the plan's, and the first digits of its digest. */
  readonly run: string;
  /** `sha256:` and the hex digest of the plan. */
  readonly plan: string;
  /** Position of the first record. */
  readonly from: number;
  /** Position after the last record. */
  readonly to: number;
  /** Trace context of the process that handed out the work, in the format of the W3C `traceparent` header; undefined on one machine. */
  readonly traceparent?: string;
}

/**
 * Events of a run, or of one of its shards. A run on one machine has only `run-…` events; if a run is cut, each process that runs a shard
 * emits `shard-…`, and the process that hands out and merges the shards emits `run-…`.
 */
export type RunEvent =
  | (RunEventPlace & { readonly type: 'run-start' | 'shard-start'; readonly timestampMs: number })
  | (RunEventPlace & {
      readonly type: 'run-end' | 'shard-end';
      readonly timestampMs: number;
      readonly durationMs: number;
      /** Rows of this process. */
      readonly rows: number;
      /** Of these, the ones that lack a score. */
      readonly failedRows: number;
      /** Why it did not finish. */
      readonly error?: unknown;
    })
  /** The rows of a record are there: with fuel, usage, cost and waiting of each call. */
  | (RunEventPlace & {
      readonly type: 'record-end';
      readonly rows: readonly ResultRow[];
      /** True if they were made by an earlier process or another machine. */
      readonly isEarlier: boolean;
    })
  /** What a stage did in a run or shard, told at its end. */
  | (RunEventPlace & {
      readonly type: 'stage-end';
      /** `providers[0]`, `transforms[0]`, `filters[0]`, or the evaluator's name. */
      readonly stage: string;
      /** The plugin's own name and version: untrusted text. */
      readonly plugin: string;
      readonly version: string;
      readonly digest: string;
      readonly calls: number;
      readonly failedCalls: number;
      readonly fuelUsed: number;
      /** Wall time inside the plugin, in milliseconds. */
      readonly timeMs: number;
    });

/** Observers of runs, such as telemetry. */
export interface RunHooks {
  /** Called for each event. Must not throw or take long: the run waits for it. */
  onEvent(event: RunEvent): void;
  /** Trace context to attach to work that is handed out. @default none */
  traceparent?(): string | undefined;
}

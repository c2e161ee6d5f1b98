import type { ResultRow } from '../results/result-row.js';

/** Which records of which run an event is about. */
export interface RunEventPlace {
  /** Name of the run: the plan's, and the first digits of its digest. */
  readonly run: string;
  /** `sha256:` and the hex digest of the plan. */
  readonly plan: string;
  /** Position of the first record. */
  readonly from: number;
  /** Position behind the last record. */
  readonly to: number;
  /** Trace context of who handed out the work, as the header `traceparent` of W3C has it; undefined on one machine. */
  readonly traceparent?: string;
}

/**
 * What happens to a run, or to one of its shards. A run on one machine has `run-…` alone; of one that is cut, each process that runs a shard
 * tells `shard-…`, and the process that hands them out and merges them `run-…`.
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
      /** Why it did not come to its end. */
      readonly error?: unknown;
    })
  /** The rows of a record are there: with fuel, usage, cost and waiting of each call. */
  | (RunEventPlace & {
      readonly type: 'record-end';
      readonly rows: readonly ResultRow[];
      /** True if an earlier process, or another machine, had made them. */
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
      /** Wall time inside of the plugin, in milliseconds. */
      readonly timeMs: number;
    });

/** What watches runs from outside, such as telemetry. */
export interface RunHooks {
  /** Called for each event. Must not throw or take long: the run waits for it. */
  onEvent(event: RunEvent): void;
  /** Trace context that work which is handed out carries. @default none */
  traceparent?(): string | undefined;
}

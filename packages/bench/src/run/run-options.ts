import { OUTPUT_OPTIONS, type OutputInput } from '@testbench/core/files';
import type { LogSink } from '@testbench/types/abi';
import type { OptionReaders } from '@testbench/types/config';
import type { PluginStore } from '@testbench/types/stores';

import { OPEN_DATASET_OPTIONS, type OpenDatasetOptions } from '../dataset/open-dataset.js';
import type { CallGate } from '../calls/call-gate.js';
import type { ResultRow } from '../results/result-row.js';
import type { CompileScript, FindPlugin } from '../plugins/locate-plugin.js';
import { readShard, type Shard } from '../shards/shard.js';
import type { RangeExecutor } from './range-executor.js';
import type { RunHooks } from './run-hooks.js';
import type { BenchSystem } from './stage.js';

/** Progress of a run. */
export interface BenchmarkProgress {
  /** Records done, including those of earlier processes. */
  readonly records: number;
  /** Of these, the ones that were done before this process began. */
  readonly earlierRecords: number;
  /** Records of the run. */
  readonly totalRecords: number;
  /** Fraction done, from 0 to 1. */
  readonly fraction: number;
  /** Rows so far with at least one failed call. */
  readonly failedRows: number;
  /** Paid calls currently in flight. */
  readonly inFlight: number;
  /** Cost of paid calls so far, in the currency of the prices. */
  readonly cost: number;
}

/** Options of planning, running and scoring. */
export interface RunOptions extends Pick<OpenDatasetOptions, 'readers'> {
  /** Makes plugins of scripts, for configurations that name some; `createScriptCompiler` of `@testbench/script` makes one. @default scripts are refused */
  readonly compileScript?: CompileScript;
  /** Finds plugins by name, such as those of a lockfile, before the package `@testbench/plugins` is searched. @default only that package */
  readonly findPlugin?: FindPlugin;
  /** Where plugins are loaded; they are unloaded at the end. @default a new system */
  readonly system?: BenchSystem;
  /** Store of the plugins that the configuration names by `oci://…`; unused if `system` is given. @default none: such plugins are refused */
  readonly store?: PluginStore;
  /** Stops the run with `BENCH_CANCELLED` within 2 s; complete records are kept, and the same plan continues from there. */
  readonly signal?: AbortSignal;
  /** Called after each record, and every second while waiting for calls. Must not throw. */
  readonly onProgress?: (progress: BenchmarkProgress) => void;
  /** Called with each row, in the order of records and cases, including those of earlier processes. The run waits for it. */
  readonly onRow?: (row: ResultRow) => void | Promise<void>;
  /** Called with notices for people: cleanup, repeated calls, changes since the last plan. Must not throw. */
  readonly onNotice?: (message: string) => void;
  /** Files that results must not replace, in addition to those that the configuration names. @default none */
  readonly inputs?: readonly OutputInput[];
  /** Gets the logs of plugins; unused if `system` is given. @default dropped */
  readonly onLog?: LogSink;
  /**
   * Whether cases of earlier processes that lack a score are run again. Answers already received are not requested again.
   * @default true
   */
  readonly retryFailed?: boolean;
  /** Cases that may stay without a score before the run counts as failed. @default that of the configuration */
  readonly maxErrors?: number;
  /**
   * Runs only one part of the records, into a folder next to that of the run; `mergeShards` of `@testbench/bench/shards` puts the parts together. Scores of
   * whole sets are left to the merge, and the part gets its share of the budgets' tokens and money.
   * @default all records
   */
  readonly shard?: Shard;
  /** Makes the rows elsewhere, such as on other machines; the run must have an `outputDir`. @default this process */
  readonly executor?: RangeExecutor;
  /** Limits shared by several processes, checked before each attempt at a paid call. @default none */
  readonly callGate?: CallGate;
  /** Observe the run, such as for telemetry. @default none */
  readonly hooks?: RunHooks;
}

/** Readers of {@link RunOptions}. */
export const RUN_OPTIONS: OptionReaders<RunOptions> = {
  readers: OPEN_DATASET_OPTIONS.readers,
  compileScript: (node) => node.callback(),
  findPlugin: (node) => node.callback(),
  system: (node) =>
    node.implementation('loadPlugin', 'executePlugin', 'executePluginBatch', 'unloadPlugin'),
  store: (node) => node.implementation('list', 'resolve', 'read'),
  signal: (node) => node.signal(),
  onProgress: (node) => node.callback(),
  onRow: (node) => node.callback(),
  onNotice: (node) => node.callback(),
  inputs: OUTPUT_OPTIONS.inputs,
  onLog: (node) => node.callback(),
  retryFailed: (node) => node.boolean(),
  maxErrors: (node) => node.wholeNumber(0),
  shard: readShard,
  executor: (node) => node.implementation<RangeExecutor>('execute'),
  callGate: (node) => node.implementation<CallGate>('admit'),
  hooks: (node) => node.implementation<RunHooks>('onEvent'),
};

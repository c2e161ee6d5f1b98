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

/** How far a run is. */
export interface BenchmarkProgress {
  /** Records done, those of earlier processes among them. */
  readonly records: number;
  /** Of these, the ones that were there when this process began. */
  readonly earlierRecords: number;
  /** Records of the run. */
  readonly totalRecords: number;
  /** Share of the whole, 0 to 1. */
  readonly fraction: number;
  /** Rows so far with at least one failed call. */
  readonly failedRows: number;
  /** Paid calls that are under way now. */
  readonly inFlight: number;
  /** What paid calls have cost so far, in the currency of the prices. */
  readonly cost: number;
}

/** What planning, running and scoring take besides what is run. */
export interface RunOptions extends Pick<OpenDatasetOptions, 'readers'> {
  /** Makes plugins of scripts, for configurations that name some; `createScriptCompiler` of `@testbench/script` makes one. @default scripts are refused */
  readonly compileScript?: CompileScript;
  /** Finds plugins that are named, before the package `@testbench/plugins` is asked: those of a lockfile. @default that package alone */
  readonly findPlugin?: FindPlugin;
  /** Where plugins are loaded; they are unloaded at the end. @default a system of its own */
  readonly system?: BenchSystem;
  /** Where plugins are that the configuration names by `oci://…`; unused if `system` is given. @default none: they are refused */
  readonly store?: PluginStore;
  /** Stops the run with `BENCH_CANCELLED` within 2 s; complete records stay, and the same plan continues from there. */
  readonly signal?: AbortSignal;
  /** Called after each record, and every second while calls are waited for. Must not throw. */
  readonly onProgress?: (progress: BenchmarkProgress) => void;
  /** Called with each row, in the order of records and cases, those of earlier processes too. The run waits for it. */
  readonly onRow?: (row: ResultRow) => void | Promise<void>;
  /** Called with notices for people: what was cleaned up, what is repeated, what changed since the last plan. Must not throw. */
  readonly onNotice?: (message: string) => void;
  /** Files that results must not replace, besides those that the configuration names. @default none */
  readonly inputs?: readonly OutputInput[];
  /** Gets what plugins log; unused if `system` is given. @default dropped */
  readonly onLog?: LogSink;
  /**
   * Whether cases of earlier processes that lack a score are run again. Answers that had come are not asked for again.
   * @default true
   */
  readonly retryFailed?: boolean;
  /** Cases that may stay without a score before the run counts as failed. @default that of the configuration */
  readonly maxErrors?: number;
  /**
   * Runs one part of the records alone, into a folder next to that of the run; `mergeShards` of `@testbench/bench/shards` puts the parts together. Scores of
   * whole sets are left to it, and the part has its share of the budgets' tokens and money.
   * @default all records
   */
  readonly shard?: Shard;
  /** Makes the rows somewhere else, such as on other machines; the run must have an `outputDir`. @default this process does */
  readonly executor?: RangeExecutor;
  /** Asked before each attempt at a paid call: limits that several processes share. @default none */
  readonly callGate?: CallGate;
  /** Watch the run from outside, such as telemetry. @default nobody does */
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

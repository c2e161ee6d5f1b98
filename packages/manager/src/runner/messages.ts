import type { MeteringMode, ResourceLimits } from '@testbench/types';
import type {
  CustomFunctionName,
  EffectArgument,
  EffectName,
  LogRecord,
  PayloadForm,
  ProtocolShape,
} from '@testbench/types/abi';
import type { ErrorRecord } from '@testbench/types/errors';

import type { PipelinePiece, PipelineStage } from '../pipeline/pipeline-stage.js';

/** The wire protocol of a plugin, as it is sent to a runner. */
interface GuestProtocol {
  readonly name: string;
  readonly payload: PayloadForm;
  /** As its shape has them. */
  readonly effects?: ProtocolShape['effects'];
  /** The module of its adapter, if it is not built in. */
  readonly source?: string;
}

/** How a runner makes instances of one version of a plugin. */
export interface GuestSetup {
  readonly pluginId: string;
  /** The plugin's name in errors. @default its metadata's */
  readonly name?: string;
  readonly protocol: GuestProtocol;
  readonly config: unknown;
  readonly limits: ResourceLimits;
  readonly reset: boolean;
  readonly metering: MeteringMode;
  readonly enableWasi: boolean;
  /** Directories that are preopened for a WASI program; the host decides what it may do there. */
  readonly directories: readonly string[];
  /** Names under which the program sees them. @default their paths */
  readonly guestPaths?: Readonly<Record<string, string>> | undefined;
  /** Names of the functions that the host offers in addition to those of the contract; they run on its side. */
  readonly hostFunctions: readonly string[];
  /** Makes random numbers reproducible: each call draws from its own stream. */
  readonly seed?: number;
}

/** A stage of a pipeline, as a runner knows it. */
export interface RunnerStage {
  readonly version: number;
  readonly data: readonly PipelinePiece[];
  readonly payload: PayloadForm;
  readonly gives: PipelineStage['gives'];
  /** Limits of each input. */
  readonly timeoutMs: number;
  readonly maxFuel: number;
  /** The first item's stream of reproducible random numbers. */
  readonly randomStream: number;
}

/** Commands of a host to a runner: a thread or child process that runs guests. One command at a time, each answered. */
export type RunnerCommand =
  | {
      readonly type: 'load';
      readonly version: number;
      readonly setup: GuestSetup;
      /** For a thread: compiled by the host. */
      readonly module?: WebAssembly.Module;
      /** For a process: the original bytes, metered and compiled there, so that the host's engine never reads them. */
      readonly bytes?: Uint8Array;
    }
  | {
      readonly type: 'call';
      readonly version: number;
      /** JSON: texts for a thread, UTF-8 for a process. */
      readonly inputs: readonly (string | Uint8Array)[];
      /** The one input is a list for `plugin_execute_batch`. */
      readonly batch: boolean;
      /** Limits of each input. */
      readonly timeoutMs: number;
      readonly maxFuel: number;
      readonly requestId?: string;
      /** True if there is a listener for chunks. */
      readonly stream: boolean;
      /** The first input's stream of reproducible random numbers; the others have the next ones. */
      readonly randomStream: number;
      /** The plugin's clock is fixed at this time. @default the runner's clock */
      readonly nowMs?: number;
    }
  /** Sends items through several guests that ask nothing of the host; only threads receive it. */
  | {
      readonly type: 'pipeline';
      readonly stages: readonly RunnerStage[];
      /** JSON texts, concatenated: those of the first item, then those of the next, the same number for each. */
      readonly text: string;
      /** Where each of them ends: one long text crosses much faster than many short ones. */
      readonly ends: Uint32Array;
      /** One for each item. */
      readonly requestIds: readonly (string | undefined)[];
      /** As for a call. */
      readonly nowMs?: number;
    }
  | { readonly type: 'health'; readonly version: number }
  /** Discards the instance: its last output was invalid. Not answered. */
  | { readonly type: 'discard'; readonly version: number }
  | { readonly type: 'unload'; readonly version: number }
  /** Answers an `effect` or a `chunk`. */
  | {
      readonly type: 'reply';
      readonly code: number;
      readonly bytes?: Uint8Array;
      readonly denied?: string;
      readonly problem?: string;
    };

/** The result of one input. */
export type RunnerOutcome =
  | {
      readonly ok: true;
      /** Where its output ends in `bytes`; it begins where the previous one ends. */
      readonly end: number;
      readonly executionTimeMs: number;
      readonly memoryUsedBytes: number;
      readonly fuelUsed: number;
    }
  | { readonly ok: false; readonly error: ErrorRecord };

/** Host calls of one command. */
export interface RunnerReport {
  readonly calls: number;
  readonly denied: number;
  readonly callsByName: Readonly<Record<string, number>>;
}

/** Messages of a runner to its host. Everything in them is checked by `parseReply`: a hostile guest may have taken over. */
export type RunnerReply =
  | {
      readonly type: 'loaded';
      /** JSON as on the wire. */
      readonly metadata: string;
      readonly hasBatch: boolean;
    }
  | { readonly type: 'failed'; readonly error: ErrorRecord }
  | {
      readonly type: 'done';
      /** One for each input; for a batch a single one, whose output is the list. */
      readonly outcomes: readonly RunnerOutcome[];
      readonly bytes: Uint8Array;
      readonly report: RunnerReport;
    }
  | {
      readonly type: 'pipeline-done';
      /** Ordered by stage, then by item: see `runPipeline`. */
      readonly figures: Float64Array;
      /** Of failed calls, in their order. */
      readonly errors: readonly ErrorRecord[];
      /** Indices of items that are too large to run here, or that came after too much output. */
      readonly left: readonly number[];
      /** The outputs, one after the other. */
      readonly bytes: Uint8Array;
      /** One for each stage. */
      readonly reports: readonly RunnerReport[];
    }
  | { readonly type: 'health'; readonly code: number }
  | { readonly type: 'unloaded' }
  | {
      readonly type: 'log';
      readonly level: LogRecord['level'];
      readonly message: string;
      /** Which of several guests logs it. */
      readonly version?: number;
    }
  | { readonly type: 'chunk'; readonly bytes: Uint8Array }
  /** Sent before the first waiting effect of each input: anything an earlier input left open is closed. Not answered. */
  | { readonly type: 'begin'; readonly remainingMs: number }
  | {
      readonly type: 'effect';
      readonly name: EffectName | CustomFunctionName;
      readonly args: readonly EffectArgument[];
    };

/** A runner's end of the link to its host. */
export interface HostLink {
  /** Sends a message to the host; returns when it is on its way. */
  send(message: object): void;
  /** Blocks the thread until the next message from the host arrives. */
  receive(): unknown;
  /** True if the host wants the running call stopped. Polled while a guest runs. */
  isCancelled(): boolean;
}

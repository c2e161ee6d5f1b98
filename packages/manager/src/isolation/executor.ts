import type { RoundOutput } from '@testbench/runtime';
import type { PluginInput, PluginMetadata, PluginOutput, ResourceLimits } from '@testbench/types';
import type { CallAttachment, HostCallReport, PayloadForm } from '@testbench/types/abi';

import type { AnswerAsks } from '../asking/asking.js';
import type { Ending } from '../ending.js';

/** Limits and callbacks of one call. */
export interface CallControls {
  /** Wall time inside the plugin, in milliseconds. @default the plugin's limit */
  readonly timeoutMs?: number | undefined;
  /** Instructions, in fuel units. @default the plugin's limit */
  readonly maxFuel?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onChunk?: ((chunk: Uint8Array) => void | Promise<void>) | undefined;
  /**
   * The stream of reproducible random numbers that the call draws from: one for each call, the same in every isolation.
   *
   * @default 0
   */
  readonly randomStream?: number | undefined;
  /** True for a call that verifies a version before it takes over: it does not queue behind the plugin's other calls. */
  readonly verifying?: boolean;
  /** Answers the plugin's asks instead of the host. */
  readonly answerAsks?: AnswerAsks | undefined;
  /** The files of the call. @default the plugin may not read any */
  readonly attachments?: readonly CallAttachment[] | undefined;
  /** Runs something while the call holds no place, so that other calls can run. */
  aside?<T>(work: () => Promise<T>): Promise<T>;
  /** Runs each input of a batch as a separate call, so that its figures are exact. @default false */
  readonly alone?: boolean | undefined;
  /** Called when the call has got its thread or process; until then it was waiting. */
  onTurn?(): void;
  /** Called when the thread or process of the call has died. @returns True if the plugin is quarantined. */
  readonly onCrash?: (() => boolean) | undefined;
  /** Called when an input that ran alone after a crash has succeeded. */
  readonly onRecovery?: (() => void) | undefined;
  /** Called with what happened in the host functions, whether the call failed or not. */
  onReport?(report: Omit<HostCallReport, 'failure'>): void;
}

/** The result of one input of a batch. */
export type BatchResult<Data = unknown> = PromiseSettledResult<PluginOutput<Data>>;

/** Runs the calls of one version of a plugin, in one isolation, all with the same limits and errors. */
export interface Executor {
  /** As `info` shows it. */
  readonly isolation: string;
  readonly metadata: PluginMetadata;
  /** Name of the plugin's wire protocol. */
  readonly contract: string;
  /** How inputs are written. */
  readonly payload: PayloadForm;
  readonly limits: ResourceLimits;
  /**
   * Runs one input. Inline plugins that never wait answer synchronously. A plugin that asks may give a round instead of a result, unless an
   * `AskingExecutor` wraps this one.
   *
   * @throws {CallError}
   */
  execute(input: PluginInput, options: CallControls): RoundOutput | Promise<RoundOutput>;
  /** Runs several inputs and keeps their order; a failed input does not affect the others. Limits apply to each input. */
  executeBatch(inputs: readonly PluginInput[], options: CallControls): Promise<BatchResult[]>;
  /** The same for inputs that are already written as text, each in a separate call. */
  executeTexts(texts: readonly string[], options: CallControls): Promise<BatchResult[]>;
  /** Asks `plugin_health`: 0, or the plugin's code. @throws {CallError} */
  health(): Promise<number>;
  /** Shuts down all idle instances; later calls get fresh ones. */
  shutdown(): Promise<void>;
  /** Ends calls that are still running, where that is possible. @param ending The reason, which determines how they fail. */
  kill(ending: Ending): void;
}

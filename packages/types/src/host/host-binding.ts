import type { CustomFunctionName } from '../abi/custom-functions.js';
import type { EffectName } from '../abi/host-functions.js';
import type { LogLevel } from '../abi/result-codes.js';
import type { CallAttachment, EffectArgument, EffectResult } from './host-effects.js';

/** The guest's linear memory as a host function sees it. */
export interface GuestMemory {
  /**
   * The whole memory, current at the time of the call. Ask again after every return into the guest:
   * growth detaches an older view.
   */
  bytes(): Uint8Array;
}

/** A function that a guest may import: takes numbers and bigints; returns one of them, nothing, or a promise of a number. */
export type HostFunction = (...args: never[]) => number | bigint | void | Promise<number | bigint>;

/** What the guest reported to `host_error`, `abort` or `proc_exit` before its call failed. */
export interface GuestFailure {
  readonly code?: number | string;
  readonly message: string;
  readonly details?: unknown;
  /** The engine's description of where the guest was: `stack` of an error created at that point. Untrusted: it quotes the guest's names. */
  readonly trace?: string | undefined;
}

/** What a wire protocol may do for its guest, during a call. Everything is counted and charged as calls of host functions are. */
export interface ProtocolHost {
  /**
   * Performs an effect of the contract, or one of the host's own functions, within the guest's permissions.
   *
   * @param args Bytes are kept: pass copies.
   * @returns A promise if the guest may have to wait: pass it on as the result of a function that the shape's `effects` name.
   */
  perform(
    name: EffectName | CustomFunctionName,
    args: readonly EffectArgument[],
  ): EffectResult | Promise<EffectResult>;
  /** Passes on a log record; text beyond 16 KiB, and records beyond 1,000 of a call, are dropped. @param text UTF-8, read now. */
  log(level: LogLevel, text: Uint8Array): void;
  /** Sets what the guest says about its failure, should the call fail. @param text UTF-8, read now. */
  report(text: Uint8Array): void;
}

/**
 * The host functions of one plugin instance.
 *
 * Created by `host`, used by `runtime`, passed on by `manager`. Calls of one instance never overlap.
 */
export interface HostBinding {
  readonly specificationVersion: 'v1';
  /** Import module name, then function name. Null-prototype objects, so that no import reaches `Object.prototype`. */
  readonly imports: Readonly<Record<string, Readonly<Record<string, HostFunction>>>>;
  /**
   * Names of functions that may return a promise; custom host functions as `module.name`. The guest is suspended meanwhile
   * if the engine supports it (JSPI).
   */
  readonly waiting: ReadonlySet<string>;
  /** Called once, before any guest code runs. */
  attachMemory(memory: GuestMemory): void;
  /** Called before each call into the guest; clears the state of an earlier call. */
  beginCall(call: HostCall): void;
  /** Called after each call, failed or not. Host functions called outside a call fail. */
  endCall(): HostCallReport;
  /** For the adapter of the guest's protocol. @default such an adapter can do nothing of it */
  readonly protocolHost?: ProtocolHost | undefined;
}

/** What a host function may know about the call that it serves. */
export interface HostCall {
  readonly requestId?: string | undefined;
  /**
   * Charges fuel for the work of a host function, so that host calls are bounded as loops are. It throws if the guest has to stop: let the
   * exception pass through the guest.
   */
  readonly charge?: ((fuel: number) => void) | undefined;
  /** Checks the clock and whether the call was cancelled, after work that may have taken long. It throws as `charge` does. */
  readonly poll?: (() => void) | undefined;
  /**
   * Receives chunks of `host_emit`; undefined if there is no listener. If the guest can wait, it continues when the promise is
   * fulfilled.
   */
  readonly onChunk?: ((chunk: Uint8Array) => void | Promise<void>) | undefined;
  /** Fires when the caller abandons the call: ends any waiting of the call. */
  readonly signal?: AbortSignal | undefined;
  /** When the call's time is over, on the clock of `performance.now()`. @default never */
  readonly deadlineMs?: number | undefined;
  /** The files of the call. @default the plugin may not read any */
  readonly attachments?: readonly CallAttachment[] | undefined;
}

/** What happened in the host functions during one call. */
export interface HostCallReport {
  /** Set if the guest reported an error. */
  readonly failure: GuestFailure | undefined;
  /** Number of host calls. */
  readonly calls: number;
  /** Number of host calls by function name. */
  readonly callsByName: Readonly<Record<string, number>>;
  /** Number of host calls refused for lack of a permission. */
  readonly denied: number;
}

/** One line that a plugin logged. */
export interface LogRecord {
  /** Id of the plugin. */
  readonly pluginId: string;
  readonly level: LogLevel;
  /** Untrusted text with control characters escaped. */
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly timestampMs: number;
  readonly requestId?: string;
}

/** Receives log records. Must not throw. */
export type LogSink = (record: LogRecord) => void;

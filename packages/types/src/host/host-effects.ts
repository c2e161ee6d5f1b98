import type { CustomFunctionName } from '../abi/custom-functions.js';
import type { EffectName } from '../abi/host-functions.js';

/** The argument for a parameter. The effect owns the bytes and may keep them. */
export type EffectArgument = number | Uint8Array;

/** What an effect returns to the guest. */
export interface EffectResult {
  /** 0 or more on success, or one of `HostCode`. */
  readonly code: number;
  /** Copied into the guest's buffer, truncated to its size. */
  readonly bytes?: Uint8Array;
  /** What was denied for lack of a permission, worded for the operator's log; untrusted text, escaped when logged. */
  readonly denied?: string;
  /** What else went wrong, worded for the operator's log; never a secret, never a whole input. */
  readonly problem?: string;
}

/** A file that belongs to the input of a call, such as an image: a plugin reads it by its position, and cannot change it. */
export interface CallAttachment {
  /** As found in its bytes: `image/png`. */
  readonly mediaType: string;
  /** The whole file. Nobody may change them while the call runs. */
  readonly bytes: Uint8Array;
}

/** What an effect may know about the call that it serves. */
export interface EffectCall {
  readonly requestId?: string | undefined;
  /** Fires when the caller abandons the call. */
  readonly signal?: AbortSignal | undefined;
  /** When the call's time is over, on the clock of `performance.now()`. */
  readonly deadlineMs: number;
  /** The files of the call. Undefined for a plugin that may not read any. */
  readonly attachments?: readonly CallAttachment[] | undefined;
}

/**
 * What the host does for one plugin instance, on the host's side of the isolation: in the caller's thread, even if the
 * guest runs in a worker or a child process.
 *
 * Every argument comes from the guest and is checked here, regardless of earlier checks.
 */
export interface HostEffects {
  /** Called before each call of the instance. */
  beginCall(call: EffectCall): void;
  /** Runs one effect. Must not throw: every failure is a code. A promise means that the guest has to wait. */
  perform(
    name: EffectName | CustomFunctionName,
    args: readonly EffectArgument[],
  ): EffectResult | Promise<EffectResult>;
  /** Called after each call, failed or not: closes everything that the call left open. */
  endCall(): void;
}

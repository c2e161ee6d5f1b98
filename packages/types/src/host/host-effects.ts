/**
 * Host functions whose effect lies outside of the guest's thread, and what each parameter pair or parameter means.
 *
 * `in` is a pointer and a length, and arrives as a copy of the bytes. `out` is a pointer and the size of a buffer to
 * fill, and arrives as that size. `number` arrives as it is.
 */
export const HOST_EFFECTS = {
  host_set_state: ['in', 'in'],
  host_get_state: ['in', 'out'],
  host_delete_state: ['in'],
  host_env_get: ['in', 'out'],
  host_http_open: ['in'],
  host_http_head: ['number', 'out'],
  host_http_read: ['number', 'out'],
  host_http_close: ['number'],
  host_file_open: ['in', 'number'],
  host_file_read: ['number', 'out'],
  host_file_write: ['number', 'in'],
  host_file_close: ['number'],
  host_file_list: ['in', 'out'],
} as const satisfies Readonly<Record<string, readonly EffectParameter[]>>;

/** What a parameter of a host function stands for. */
export type EffectParameter = 'in' | 'out' | 'number';

/** Name of a function of {@link HOST_EFFECTS}. */
export type EffectName = keyof typeof HOST_EFFECTS;

/** What arrives for a parameter. Bytes are the effect's own to keep. */
export type EffectArgument = number | Uint8Array;

/** What an effect gives back to the guest. */
export interface EffectResult {
  /** 0 or more on success, or one of `HostCode`. */
  readonly code: number;
  /** Copied into the guest's buffer, cut to its size. */
  readonly bytes?: Uint8Array;
  /** What was refused for want of a permission, in words for the operator's log; untrusted text, escaped when logged. */
  readonly denied?: string;
  /** What else went wrong, in words for the operator's log; never a secret, never a whole input. */
  readonly problem?: string;
}

/** What an effect may know about the call that it serves. */
export interface EffectCall {
  readonly requestId?: string | undefined;
  /** Fires when the caller gives up. */
  readonly signal?: AbortSignal | undefined;
  /** When the call's time is over, on the clock of `performance.now()`. */
  readonly deadlineMs: number;
}

/**
 * What the host does for one plugin instance, on the host's side of the isolation: in the caller's thread also where the
 * guest runs in a worker or a child process.
 *
 * Every argument comes from the guest and is checked here, whatever was checked before.
 */
export interface HostEffects {
  /** Called before each call of the instance. */
  beginCall(call: EffectCall): void;
  /** Runs one effect. Must not throw: every failure is a code. A promise means that the guest has to wait. */
  perform(name: EffectName, args: readonly EffectArgument[]): EffectResult | Promise<EffectResult>;
  /** Called after each call, failed or not: closes whatever the call has left open. */
  endCall(): void;
}

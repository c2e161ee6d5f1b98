import { escapeText } from '../text/escape-text.js';
import type { CallErrorCode } from './call-error-codes.js';
import { type GuestStack, readGuestStack } from './guest-stack.js';
import { PluginError } from './plugin-error.js';
import { CALL_RETRYABLE, readRetryAdvice } from './retry.js';

/** What a call had used when it ended. */
export interface CallUsage {
  /** Wall time inside the plugin, in milliseconds. */
  readonly executionTimeMs: number;
  /** Size of the guest's linear memory after the call, in bytes. */
  readonly memoryUsedBytes: number;
  /** Fuel units charged. */
  readonly fuelUsed: number;
}

/** Fields that a {@link CallError} carries where they apply. */
export interface CallErrorDetails extends ErrorOptions {
  readonly pluginCode?: number | string | undefined;
  readonly pluginMessage?: string | undefined;
  readonly pluginDetails?: unknown;
  readonly usage?: CallUsage | undefined;
  /** @default what a plugin's `pluginDetails` say, or else the code */
  readonly retryable?: boolean | undefined;
  /** @default what a plugin's `pluginDetails` say */
  readonly retryAfterMs?: number | undefined;
  /** @default what a plugin's `pluginDetails` say */
  readonly guestStack?: GuestStack | undefined;
}

/**
 * A call failed. The plugin stays loaded. After a trap, a breached limit or an invalid output the next call gets a fresh
 * instance; after an error code that the plugin returned, or an input that never reached it, the instance stays.
 */
export class CallError extends PluginError<CallErrorCode> {
  /** The plugin's own error code: the number it returned, or the text code it gave to `host_error`. */
  readonly pluginCode: number | string | undefined;
  /** The plugin's own message: untrusted text; escape it before showing it. */
  readonly pluginMessage: string | undefined;
  /**
   * What the plugin passed as `details`: untrusted data. The fields `retryable`, `retryAfterMs` and `guestStack` of
   * this error come from its `retryable`, `retry_after_ms` and `stack`.
   */
  readonly pluginDetails: unknown;
  /** What the call used until it failed; undefined if it never ran. */
  readonly usage: CallUsage | undefined;
  /**
   * True if the same call may succeed when repeated, false if it would fail again, undefined if unknown. It follows
   * from the code or, for `CALL_PLUGIN_FAILED`, from what the plugin says.
   */
  readonly retryable: boolean | undefined;
  /**
   * Minimum time to wait before it makes sense to call again, in milliseconds, from 0 to a day; undefined if unknown. For
   * `CALL_QUARANTINED` the time until the plugin takes calls again, but not for the inputs of a batch during which its quarantine began;
   * for `CALL_PLUGIN_FAILED` what the plugin says, for example what a server told it.
   */
  readonly retryAfterMs: number | undefined;
  /**
   * The guest's function calls that were open when it failed, innermost first, at most 32: at a trap, at a limit, at an error that
   * a host function threw, or where the plugin called `host_error`. A script provides its own stack. With the module's source map each
   * frame has its place in the author's source. Empty if unknown: the call never ran, or the guest was ended from outside. An error
   * directly from `@testbench/runtime` has the offsets of the metered module, and no names.
   */
  readonly guestStack: GuestStack;

  constructor(code: CallErrorCode, message: string, details: CallErrorDetails = {}) {
    // A message may quote text of a plugin; escape it before printing.
    super(
      code,
      escapeText(message),
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.pluginCode = details.pluginCode;
    this.pluginMessage = details.pluginMessage;
    this.pluginDetails = details.pluginDetails;
    this.usage = details.usage;
    const advice =
      code === 'CALL_PLUGIN_FAILED' ? readRetryAdvice(details.pluginDetails) : undefined;
    this.retryable = details.retryable ?? advice?.retryable ?? CALL_RETRYABLE[code];
    this.retryAfterMs = details.retryAfterMs ?? advice?.retryAfterMs;
    this.guestStack = ownStack(details.pluginDetails) ?? details.guestStack ?? [];
  }

  override get name(): 'CallError' {
    return 'CallError';
  }
}

/** The stack that an interpreter reports for its script: it says more than the frames of the interpreter itself. */
function ownStack(details: unknown): GuestStack | undefined {
  const { stack } = Object(details) as { readonly stack?: unknown };
  const frames = stack === undefined ? [] : readGuestStack(stack);
  return frames.length > 0 ? frames : undefined;
}

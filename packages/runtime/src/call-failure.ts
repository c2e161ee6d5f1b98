import { MAX_TEXT_LENGTH } from '@testbench/types';
import { asksOthers, GuestCode, type HostCallReport } from '@testbench/types/abi';
import {
  CallError,
  type CallErrorCode,
  type CallUsage,
  type GuestStack,
  LoadError,
} from '@testbench/types/errors';

import { guestFrames, traceOf } from './guest-frames.js';

/** What is known about a failed call. */
export interface FailureFacts {
  readonly timeoutMs: number;
  readonly maxFuel: number;
  readonly maxMemoryBytes: number;
  readonly usage: CallUsage;
  readonly report: HostCallReport;
  readonly exhausted: 'fuel' | 'deadline' | 'cancelled' | undefined;
  /** Growths of memory or table that the cap refused during the call. */
  readonly growthDenied: number;
}

/** Determines why a call threw: a limit comes first, then the guest's own message, then the engine's. */
export function failureOfThrow(error: unknown, facts: FailureFacts): CallError | LoadError {
  const { usage, report, exhausted } = facts;
  const guestStack = stackOfThrow(error, facts);
  const fail = (code: CallErrorCode, state: string, retryable?: boolean): CallError =>
    new CallError(code, cut(`Cannot finish call: ${state}`), {
      cause: error,
      usage,
      retryable,
      guestStack,
      ...pluginWords(report),
    });

  switch (exhausted) {
    case 'fuel':
      return fail('CALL_FUEL_EXHAUSTED', `all ${facts.maxFuel} units of fuel are used up`);
    case 'deadline':
      return fail(
        'CALL_DEADLINE_EXCEEDED',
        `the time limit of ${facts.timeoutMs} ms is over`,
        // A server may be faster next time.
        Object.keys(report.callsByName).some(asksOthers) ? true : undefined,
      );
    case 'cancelled':
      return fail('CALL_CANCELLED', 'it was cancelled');
    default:
  }
  // Our own error about the guest's output.
  if (error instanceof LoadError) return error;
  if (error instanceof CallError) {
    return new CallError(error.code, error.message, { cause: error.cause, usage, guestStack });
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError && /call stack/i.test(message)) {
    return fail('CALL_STACK_EXHAUSTED', 'the call stack overflowed');
  }
  if (facts.growthDenied > 0) {
    return fail(
      'CALL_MEMORY_EXHAUSTED',
      `the memory limit of ${facts.maxMemoryBytes} bytes is reached (${message})`,
    );
  }
  return fail('CALL_TRAPPED', `the plugin trapped: ${report.failure?.message ?? message}`);
}

/** Creates the error for an error code that a guest's function returned. */
export function failureOfCode(code: number, facts: FailureFacts): CallError {
  const { failure } = facts.report;
  const said = failure === undefined ? '' : `: ${failure.message}`;
  const details = {
    usage: facts.usage,
    guestStack: guestFrames(failure?.trace),
    ...pluginWords(facts.report),
    pluginCode: cut(failure?.code ?? code),
  };
  switch (code) {
    case GuestCode.invalidInput:
      return new CallError(
        'CALL_INVALID_INPUT',
        cut(`Cannot finish call: the plugin refuses the input${said}`),
        details,
      );
    case GuestCode.outOfMemory:
      return new CallError(
        'CALL_MEMORY_EXHAUSTED',
        cut(`Cannot finish call: the plugin is out of memory${said}`),
        details,
      );
    default:
      return new CallError(
        'CALL_PLUGIN_FAILED',
        cut(`Cannot finish call: the plugin returned error code ${code}${said}`),
        details,
      );
  }
}

/** Where the guest was: when it threw, or when it was told to stop. */
function stackOfThrow(error: unknown, { report }: FailureFacts): GuestStack {
  const frames = guestFrames(traceOf(error));
  // A guest that waited is not on the stack of an error that its host threw later.
  return frames.length > 0 ? frames : guestFrames(report.failure?.trace);
}

/** The plugin's own message about its failure. */
function pluginWords({ failure }: HostCallReport): {
  pluginCode: number | string | undefined;
  pluginMessage: string | undefined;
  pluginDetails: unknown;
} {
  return {
    pluginCode: failure?.code === undefined ? undefined : cut(failure.code),
    pluginMessage: failure === undefined ? undefined : cut(failure.message),
    pluginDetails: failure?.details,
  };
}

/** As much of a text as can be sent from a thread or process, so that an error is the same everywhere. */
function cut<T extends string | number>(value: T): T | string {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT_LENGTH) : value;
}

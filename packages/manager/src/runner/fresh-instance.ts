import type { InstanceCallOptions, PluginInstance } from '@testbench/runtime';
import { CallError, LoadError } from '@testbench/types/errors';

/**
 * What is left of a call's limits. A call that must first make a fresh instance pays for it with its own time and fuel.
 */
export class CallBudget {
  readonly #deadlineMs: number;
  #fuel: number;

  constructor(
    timeoutMs: number,
    maxFuel: number,
    readonly isCancelled: (() => boolean) | undefined,
  ) {
    this.#deadlineMs = performance.now() + timeoutMs;
    this.#fuel = maxFuel;
  }

  /** In milliseconds; at least 1. */
  get timeoutMs(): number {
    return Math.max(1, Math.ceil(this.#deadlineMs - performance.now()));
  }

  /** In fuel units; at least 1. */
  get maxFuel(): number {
    return Math.max(1, this.#fuel);
  }

  /** Limits of the next step. */
  get step(): InstanceCallOptions {
    return { timeoutMs: this.timeoutMs, maxFuel: this.maxFuel, isCancelled: this.isCancelled };
  }

  /** Deducts the usage of a step that has ended. */
  spend({ lastUsage }: PluginInstance): void {
    this.#fuel -= lastUsage.fuelUsed;
  }
}

/** Codes caused by the call's own limits, its caller, or its thread or process. */
const OWN_ENDS: ReadonlySet<string> = new Set([
  'CALL_DEADLINE_EXCEEDED',
  'CALL_FUEL_EXHAUSTED',
  'CALL_CANCELLED',
  'CALL_CRASHED',
  'CALL_BAD_MESSAGE',
  'CALL_UNLOADED',
  'CALL_REPLACED',
  'CALL_SHUT_DOWN',
]);

/** Names the failure to make a fresh instance: a failure of the call if its own limits ended it, otherwise of the plugin. */
export function freshInstanceFailure(cause: unknown): unknown {
  if (!(cause instanceof LoadError)) return cause;
  const message = `Cannot start a fresh instance: ${cause.message}`;
  const reason = cause.cause;
  if (reason instanceof CallError && OWN_ENDS.has(reason.code)) {
    return new CallError(reason.code, message, { cause, usage: reason.usage });
  }
  return new CallError('CALL_START_FAILED', message, { cause });
}

import { MAX_RETRY_AFTER_MS } from '../limits.js';
import { isJsonObject } from '../data/is-json-object.js';
import type { CallErrorCode } from './call-error-codes.js';

/**
 * Whether the same call may succeed when it is repeated, judged by its code alone: `true` if it may, `false` if it would
 * fail again, `undefined` if it depends.
 *
 * It depends where the plugin decides (`CALL_PLUGIN_FAILED`), where a server may have taken the time (`CALL_DEADLINE_EXCEEDED`: a
 * host says `true` for a call that waited for its turn, a server or a function of the host itself) and where the input may be to blame for a lost thread or process.
 */
export const CALL_RETRYABLE: Readonly<Record<CallErrorCode, boolean | undefined>> = {
  CALL_NOT_FOUND: false,
  CALL_INVALID_INPUT: false,
  CALL_FUEL_EXHAUSTED: false,
  CALL_DEADLINE_EXCEEDED: undefined,
  CALL_MEMORY_EXHAUSTED: false,
  CALL_STACK_EXHAUSTED: false,
  CALL_OUTPUT_TOO_LARGE: false,
  CALL_CONCURRENCY_EXCEEDED: true,
  CALL_TRAPPED: false,
  CALL_PLUGIN_FAILED: undefined,
  CALL_ASKS_EXCEEDED: false,
  CALL_INVALID_OUTPUT: false,
  CALL_PROTOCOL_FAILED: false,
  CALL_UNSUPPORTED: false,
  CALL_CANCELLED: false,
  CALL_CRASHED: undefined,
  CALL_BAD_MESSAGE: false,
  CALL_START_FAILED: undefined,
  CALL_QUARANTINED: true,
  CALL_UNLOADED: false,
  CALL_REPLACED: true,
  CALL_SHUT_DOWN: false,
  CALL_INSTANCE_SPENT: false,
  CALL_INSTANCE_BUSY: true,
  CALL_MUST_WAIT: false,
};

/** Whether, and when, a call may be made again. */
export interface RetryAdvice {
  readonly retryable: boolean | undefined;
  readonly retryAfterMs: number | undefined;
}

/**
 * Reads `retryable` and `retry_after_ms` from the `details` of a plugin's error. A waiting time without `retryable` means that
 * the call may be retried; a value of another type, or below 0, counts as absent.
 */
export function readRetryAdvice(details: unknown): RetryAdvice {
  const ownValue = (key: string): unknown =>
    isJsonObject(details) && Object.hasOwn(details, key) ? details[key] : undefined;
  const retryAfterMs = readRetryAfterMs(ownValue('retry_after_ms'));
  const said = ownValue('retryable');
  const retryable =
    typeof said === 'boolean' ? said : retryAfterMs === undefined ? undefined : true;
  return { retryable, retryAfterMs: retryable === false ? undefined : retryAfterMs };
}

/** A waiting time in whole milliseconds, capped at a day; undefined for anything else. */
export function readRetryAfterMs(value: unknown): number | undefined {
  // NaN is in no range.
  if (typeof value !== 'number' || !(value >= 0)) return undefined;
  return Math.min(Math.ceil(value), MAX_RETRY_AFTER_MS);
}

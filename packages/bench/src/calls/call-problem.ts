import { MAX_TIMEOUT_MS } from '@testbench/types';

import type { AttemptSign } from './concurrency-limit.js';

/** What an error may say about its cause. Every error that has these fields is understood. */
export interface CallProblem {
  /** True if the same call may succeed later. */
  readonly retryable?: boolean | undefined;
  /** Time in milliseconds for which the server asks not to be called again. */
  readonly retryAfterMs?: number | undefined;
  /** HTTP status of the answer; absent if none came. */
  readonly status?: number | undefined;
}

const TOO_MANY = 429;
/** Request Timeout, Too Early, Too Many Requests. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, TOO_MANY]);
const FIRST_SERVER_ERROR = 500;

/**
 * Reads the fields of an error; fields with a wrong type or range count as absent. The status may also be in the `pluginDetails` of an error,
 * where provider plugins put it. Without these fields, nothing is known about the cause.
 */
export function readCallProblem(error: unknown): CallProblem {
  const { retryable, retryAfterMs, status, pluginDetails } = fieldsOf(error);
  const seen = status ?? fieldsOf(pluginDetails)['status'];
  return {
    retryable: typeof retryable === 'boolean' ? retryable : undefined,
    retryAfterMs: isDelay(retryAfterMs) ? Math.min(retryAfterMs, MAX_TIMEOUT_MS) : undefined,
    status: Number.isInteger(seen) ? (seen as number) : undefined,
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null;
  return isObject ? (value as Readonly<Record<string, unknown>>) : {};
}

function isDelay(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

/** True if another attempt makes sense: according to the error, or else by its status. */
export function isRetryable({ retryable, status }: CallProblem): boolean {
  if (retryable !== undefined) return retryable;
  if (status === undefined) return false;
  return PASSING_STATUSES.has(status) || status >= FIRST_SERVER_ERROR;
}

/** True if the server reported too many requests in a way that may pass: a used-up quota does not. */
export function isRefusal(problem: CallProblem): boolean {
  return problem.status === TOO_MANY && isRetryable(problem);
}

/** What a failed attempt says about the server. */
export function signOf(problem: CallProblem): AttemptSign {
  if (isRefusal(problem)) return 'refused';
  return isRetryable(problem) ? 'troubled' : 'neutral';
}

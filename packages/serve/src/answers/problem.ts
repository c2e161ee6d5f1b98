import { STATUS_CODES } from 'node:http';

import { CallError, PluginError } from '@testbench/types/errors';

import type { ServeErrorCode } from '../errors.js';
import { RETRY_AFTER_SECONDS } from '../limits.js';

/** A failure as JSON. @see https://www.rfc-editor.org/rfc/rfc9457 */
export interface Problem {
  /** The phrase of the status. */
  readonly title: string;
  readonly status: number;
  /** For people. */
  readonly detail: string;
  /** From the closed sets of the packages. */
  readonly code: string;
  /** Whether the same request may succeed when it is made again; absent if unknown. */
  readonly retryable?: boolean;
  readonly retry_after_ms?: number;
  /** The plugin's own code, if it returned one. */
  readonly plugin_code?: number | string;
}

const STATUS: Readonly<Record<string, number>> = {
  SERVE_FOREIGN_HOST: 421,
  SERVE_FOREIGN_ORIGIN: 403,
  SERVE_NO_TOKEN: 401,
  SERVE_NO_PATH: 404,
  SERVE_WRONG_METHOD: 405,
  SERVE_NOT_SERVED: 404,
  SERVE_UNSUPPORTED: 400,
  SERVE_TOO_LARGE: 413,
  SERVE_BUSY: 503,
  SERVE_STOPPING: 503,
  SERVE_TIMED_OUT: 504,
} satisfies Readonly<Record<ServeErrorCode, number>>;

const OTHERS: Readonly<Record<string, number>> = {
  HTTP_BODY_TOO_LARGE: 413,
  HTTP_BODY_TYPE: 415,
  HTTP_BODY_INVALID: 400,
  CONFIG_INVALID: 400,
  CONFIG_UNKNOWN_KEY: 400,
  CALL_NOT_FOUND: 404,
  CALL_INVALID_INPUT: 422,
  CALL_UNSUPPORTED: 422,
  CALL_DEADLINE_EXCEEDED: 504,
  CALL_CONCURRENCY_EXCEEDED: 503,
  CALL_QUARANTINED: 503,
  CALL_REPLACED: 503,
  CALL_UNLOADED: 503,
  CALL_SHUT_DOWN: 503,
  CALL_CANCELLED: 503,
};

const RETRYABLE: ReadonlySet<string> = new Set(['SERVE_BUSY', 'SERVE_STOPPING']);

/** Describes why a request failed. Errors that are not ours are not shown: their messages may contain anything. */
export function toProblem(error: unknown): Problem {
  if (!PluginError.is(error)) {
    return problemOf('INTERNAL', 500, 'Cannot answer: the server has a bug');
  }
  const { code, message } = error;
  // A plugin that fails is a server behind this one.
  const status = STATUS[code] ?? OTHERS[code] ?? (code.startsWith('CALL_') ? 502 : 500);
  const problem = problemOf(code, status, message);
  if (RETRYABLE.has(code)) {
    return { ...problem, retryable: true, retry_after_ms: RETRY_AFTER_SECONDS * 1000 };
  }
  if (!(error instanceof CallError)) return { ...problem, retryable: false };
  const { retryable, retryAfterMs, pluginCode } = error;
  return {
    ...problem,
    ...(retryable === undefined ? {} : { retryable }),
    ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
    ...(pluginCode === undefined ? {} : { plugin_code: pluginCode }),
  };
}

/** Headers that go with a problem: `retry-after` in seconds. */
export function problemHeaders({ status, retry_after_ms }: Problem): Record<string, string> {
  return {
    ...(status === 401 ? { 'www-authenticate': 'Bearer realm="testbench"' } : {}),
    ...(retry_after_ms === undefined
      ? {}
      : { 'retry-after': String(Math.max(1, Math.ceil(retry_after_ms / 1000))) }),
  };
}

function problemOf(code: string, status: number, detail: string): Problem {
  return { title: STATUS_CODES[status]!, status, detail, code };
}

import { isObject } from '../is-object.js';
import type { CallProblem } from './call-problem.js';

/** A server's answer: the parts that decide whether to retry. */
export interface ServerAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const FIRST_FAILURE = 300;
const SECOND_MS = 1000;

/**
 * What an answer says about its server, by the rules of the official clients: by its status, `x-should-retry`, `retry-after-ms` and `retry-after`, which is in
 * seconds or a date of the server's own clock.
 *
 * @returns Undefined for an answer that should be read.
 */
export function problemOfAnswer({ status, headers, body }: ServerAnswer): CallProblem | undefined {
  if (status < FIRST_FAILURE && status >= 200) {
    // An incomplete answer is not an answer, and must not be kept.
    const isBroken = isJson(headers) && (body === undefined || parse(body) === undefined);
    return isBroken ? { status, retryable: false } : undefined;
  }
  const told = headers['x-should-retry'];
  const passes = status === 408 || status === 409 || status === 429 || status >= 500;
  const mayPass = told === 'true' || (told !== 'false' && passes);
  const retryable = mayPass && !isQuotaSpent(body);
  const retryAfterMs = retryable ? retryAfterMsOf(headers) : undefined;
  return { status, retryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Waiting does not restore a quota. */
function isQuotaSpent(body: string | undefined): boolean {
  const answer = body === undefined ? undefined : parse(body);
  const error = isObject(answer) ? answer['error'] : undefined;
  return isObject(error) && error['code'] === 'insufficient_quota';
}

function retryAfterMsOf(headers: Readonly<Record<string, string>>): number | undefined {
  const ms = amount(headers['retry-after-ms']);
  if (ms !== undefined) return Math.ceil(ms);
  const text = headers['retry-after'];
  const seconds = amount(text);
  if (seconds !== undefined) return Math.ceil(seconds * SECOND_MS);
  const date = Date.parse(text ?? '');
  if (Number.isNaN(date)) return undefined;
  const theirs = Date.parse(headers['date'] ?? '');
  return Math.max(0, date - (Number.isNaN(theirs) ? Date.now() : theirs));
}

/** A number from 0. */
function amount(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+(?:\.\d+)?(?:e\d+)?$/i.test(text)) return undefined;
  return Number(text);
}

function isJson(headers: Readonly<Record<string, string>>): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(headers['content-type'] ?? '');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

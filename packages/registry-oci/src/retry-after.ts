import { FIRST_PAUSE_MS } from './limits.js';

/** Statuses after which the same request may succeed. */
const RETRYABLE = new Set([408, 429, 500, 502, 503, 504]);

export function isRetryable(status: number): boolean {
  return RETRYABLE.has(status);
}

/**
 * Reads `Retry-After`: seconds, or a date.
 *
 * @returns Milliseconds from now, at least 0; undefined if the header is missing or invalid.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** The pause before another attempt: twice as long each time, with a random part, so that clients do not all return at once. */
export function pauseBefore(attempt: number): number {
  return FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random() / 2);
}

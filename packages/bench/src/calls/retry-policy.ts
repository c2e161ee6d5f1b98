import { type CallProblem, isRefusal, isRetryable } from './call-problem.js';
import { FIRST_BACKOFF_MS, MAX_BACKOFF_MS, REST_MS, RETRY_AFTER_SPREAD } from './limits.js';

/** How often, and for how long, a call is retried. */
export interface RetryLimits {
  /** Further attempts after failures other than refusals. */
  readonly retries: number;
  /** Time after the first attempt within which refused attempts are retried, in milliseconds. */
  readonly maxRefusedMs: number;
}

/** Decides about the retries of one call. */
export class RetryPolicy {
  readonly #limits: RetryLimits;
  readonly #random: () => number;
  #failures = 0;
  #attempts = 0;

  constructor(limits: RetryLimits, random: () => number) {
    this.#limits = limits;
    this.#random = random;
  }

  /**
   * @param sinceFirstMs Time since the first attempt began.
   * @returns How long to wait before the next attempt, in milliseconds, or undefined if there should be none.
   */
  next(problem: CallProblem, sinceFirstMs: number): number | undefined {
    this.#attempts += 1;
    if (!isRetryable(problem)) return undefined;
    const isRefused = isRefusal(problem);
    const maxBackoffMs = isRefused ? REST_MS : MAX_BACKOFF_MS;
    const waitMs = this.#waitMs(problem.retryAfterMs, maxBackoffMs);
    if (isRefused) {
      return sinceFirstMs + waitMs <= this.#limits.maxRefusedMs ? waitMs : undefined;
    }
    this.#failures += 1;
    if (this.#failures > this.#limits.retries) return undefined;
    return waitMs <= this.#limits.maxRefusedMs ? waitMs : undefined;
  }

  /** Never shorter than the server asks for; otherwise twice as long each time. Randomized, so that calls that failed together are not retried together. */
  #waitMs(retryAfterMs: number | undefined, maxBackoffMs: number): number {
    if (retryAfterMs !== undefined && retryAfterMs > 0) {
      const spreadMs = Math.min(retryAfterMs * RETRY_AFTER_SPREAD.share, RETRY_AFTER_SPREAD.maxMs);
      return retryAfterMs + this.#random() * spreadMs;
    }
    const backoffMs = Math.min(maxBackoffMs, FIRST_BACKOFF_MS * 2 ** (this.#attempts - 1));
    return backoffMs * (0.5 + this.#random() / 2);
  }
}

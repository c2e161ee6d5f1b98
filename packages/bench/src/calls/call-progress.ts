import type { CallClock } from './clock.js';

/** The attempts and times of a call. */
export interface CallTiming {
  /** Attempts made; 0 if it never began. */
  readonly attempts: number;
  /** Those that the server refused with 429. */
  readonly refusals: number;
  /** Time in which no attempt ran: waiting for a place, for a rate limit or before a retry. In milliseconds. */
  readonly queueMs: number;
  /** Time of the last attempt, in milliseconds. */
  readonly durationMs: number;
  /** From the beginning to the end, in milliseconds. */
  readonly totalMs: number;
}

/** Measures the times of one call. */
export class CallProgress {
  readonly #clock: CallClock;
  readonly #beganAt: number;
  #firstAt: number | undefined;
  #attemptAt = 0;
  #attempts = 0;
  #refusals = 0;
  #runMs = 0;
  #durationMs = 0;

  constructor(clock: CallClock) {
    this.#clock = clock;
    this.#beganAt = clock.now();
  }

  get attempts(): number {
    return this.#attempts;
  }

  get refusals(): number {
    return this.#refusals;
  }

  /** Time since the first attempt began, in milliseconds. */
  get sinceFirstMs(): number {
    return this.#clock.now() - (this.#firstAt ?? this.#clock.now());
  }

  /** Begins an attempt. @returns Its number, from 1. */
  begin(): number {
    this.#attemptAt = this.#clock.now();
    this.#firstAt ??= this.#attemptAt;
    this.#attempts += 1;
    return this.#attempts;
  }

  /** Ends an attempt. */
  end(isRefused: boolean): void {
    this.#durationMs = this.#clock.now() - this.#attemptAt;
    this.#runMs += this.#durationMs;
    if (isRefused) this.#refusals += 1;
  }

  timing(): CallTiming {
    const totalMs = this.#clock.now() - this.#beganAt;
    return {
      attempts: this.#attempts,
      refusals: this.#refusals,
      queueMs: totalMs - this.#runMs,
      durationMs: this.#durationMs,
      totalMs,
    };
  }
}

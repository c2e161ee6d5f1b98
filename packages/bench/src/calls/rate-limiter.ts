const MINUTE_MS = 60_000;
const SECONDS_PER_MINUTE = 60;

/**
 * Keeps to a number of units per minute: no minute, wherever it begins, exceeds it. A single take may be larger than the free units; the
 * following ones wait for it.
 *
 * Units come back evenly. As many units as one second brings may be taken at once, so that late timers cost no speed.
 *
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 */
export class RateLimiter {
  readonly #msPerUnit: number;
  readonly #burstMs: number;
  /** The time when all units taken have come back. */
  #paidAt = Number.NEGATIVE_INFINITY;

  /** @param perMinute Whole units per minute, from 1. */
  constructor(perMinute: number) {
    const burst = Math.max(1, Math.floor(perMinute / SECONDS_PER_MINUTE));
    // A minute that begins with a burst must not get a whole minute's units in addition.
    this.#msPerUnit = MINUTE_MS / (perMinute - (burst - 1));
    this.#burstMs = (burst - 1) * this.#msPerUnit;
  }

  /** When the next take may be, in the clock's milliseconds; a time that has passed means now. */
  get readyAt(): number {
    return this.#paidAt - this.#burstMs;
  }

  /** Takes units at `now`. */
  take(units: number, now: number): void {
    this.#paidAt = Math.max(this.#paidAt, now) + units * this.#msPerUnit;
  }

  /** Corrects an earlier take: fewer units were used (negative), or more. */
  correct(units: number): void {
    this.#paidAt += units * this.#msPerUnit;
  }
}

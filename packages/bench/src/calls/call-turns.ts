import { onAbort } from '@testbench/types';

import { cancelled } from '../run/call-failure.js';
import type { CallClock } from './clock.js';
import type { ConcurrencyLimit } from './concurrency-limit.js';
import type { RateLimiter } from './rate-limiter.js';

/** The rules for turns. */
export interface TurnRules {
  readonly limit: ConcurrencyLimit;
  readonly requests: RateLimiter | undefined;
  readonly tokens: RateLimiter | undefined;
  readonly clock: CallClock;
}

interface Waiter {
  readonly tokens: number;
  readonly start: () => void;
  isGone: boolean;
}

/**
 * Gives calls their turns: a limited number of places, assigned in order of arrival, within rate limits.
 *
 * A call takes a place with its first turn and keeps it until `leave`, even while it waits for a retry; each attempt takes a turn and
 * ends it with `endTurn`.
 */
export class CallTurns {
  readonly #rules: TurnRules;
  readonly #first: Waiter[] = [];
  readonly #further: Waiter[] = [];
  #waitingFirst = 0;
  #underWay = 0;
  #inFlight = 0;
  #heldUntil = Number.NEGATIVE_INFINITY;
  #stopTimer: (() => void) | undefined;

  constructor(rules: TurnRules) {
    this.#rules = rules;
  }

  /** Attempts that have their turn. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Calls without a place. */
  get waiting(): number {
    return this.#waitingFirst;
  }

  /** True if a further call would have to wait for a place. */
  get isFull(): boolean {
    return this.#underWay >= this.#rules.limit.limit;
  }

  /**
   * Waits for a place and the first turn.
   *
   * @throws {BenchError} `BENCH_CANCELLED`; the call then has no place.
   */
  async enter(tokens: number, signal: AbortSignal | undefined): Promise<void> {
    this.#waitingFirst += 1;
    try {
      await this.#wait(this.#first, tokens, signal);
    } finally {
      this.#waitingFirst -= 1;
    }
  }

  /**
   * Waits for a further turn of a call that has its place.
   *
   * @throws {BenchError} `BENCH_CANCELLED`; the call keeps its place.
   */
  async takeTurn(tokens: number, signal: AbortSignal | undefined): Promise<void> {
    await this.#wait(this.#further, tokens, signal);
  }

  /** Ends a turn. */
  endTurn(): void {
    this.#inFlight -= 1;
    this.#serve();
  }

  /** Gives the place back. */
  leave(): void {
    this.#underWay -= 1;
    this.#serve();
  }

  /** Pauses giving turns for this long. */
  hold(forMs: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.#rules.clock.now() + forMs);
  }

  /** Corrects the tokens of the minute that a turn has taken. */
  correctTokens(difference: number): void {
    this.#rules.tokens?.correct(difference);
    this.#serve();
  }

  async #wait(queue: Waiter[], tokens: number, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true) throw cancelled();
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        tokens,
        isGone: false,
        start() {
          endWatch();
          resolve();
        },
      };
      const endWatch = onAbort(signal, () => {
        waiter.isGone = true;
        reject(cancelled());
        // Others may have been waiting behind it.
        this.#serve();
      });
      queue.push(waiter);
      this.#serve();
    });
  }

  /** Gives turns to all calls that may have them now, and runs again when the passing of time alone lets in the next. */
  #serve(): void {
    const { limit, requests, tokens, clock } = this.#rules;
    for (;;) {
      drop(this.#first);
      drop(this.#further);
      const isFurther = this.#further.length > 0;
      if (!isFurther && (this.#first.length === 0 || this.isFull)) return;
      if (this.#inFlight >= limit.limit) return;
      const now = clock.now();
      const readyAt = Math.max(this.#heldUntil, requests?.readyAt ?? now, tokens?.readyAt ?? now);
      if (readyAt > now) {
        this.#stopTimer?.();
        this.#stopTimer = clock.after(readyAt - now, () => this.#serve());
        return;
      }
      const waiter = (isFurther ? this.#further : this.#first).shift()!;
      requests?.take(1, now);
      tokens?.take(waiter.tokens, now);
      if (!isFurther) this.#underWay += 1;
      this.#inFlight += 1;
      waiter.start();
    }
  }
}

/** Removes cancelled calls from the front. */
function drop(queue: Waiter[]): void {
  while (queue[0]?.isGone === true) queue.shift();
}

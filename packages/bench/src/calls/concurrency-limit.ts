import { CUT_FACTOR, REST_MS, SEARCH_ANSWERS, START_CONCURRENCY, STORM } from './limits.js';

/** The outcome of an attempt, as far as it concerns the server. */
export type AttemptSign =
  /** It was answered. */
  | 'answered'
  /** 429: the server reports too many requests. */
  | 'refused'
  /** 5xx, a broken connection or no answer in time: the server is in trouble, which need not be our doing. */
  | 'troubled'
  /** Anything else, such as 400: says nothing about the load. */
  | 'neutral';

/** The result of learning from an attempt. */
export type Lesson =
  /** The limit stays, or grows by one. */
  | 'kept'
  /** Fewer calls may now be in flight. */
  | 'cut'
  /** Fewer calls, although the limit was already reduced: the server currently refuses everything. */
  | 'storm';

/** What is known when an attempt ends. */
export interface LimitSight {
  /** In milliseconds. */
  readonly now: number;
  /** Attempts in flight, this one included. */
  readonly inFlight: number;
  /** True if as many calls are under way as allowed, and none of them waits for a retry. */
  readonly mayGrow: boolean;
}

/** The number of calls that may be in flight. */
export interface ConcurrencyLimit {
  readonly limit: number;
  /** Number of cuts so far; an attempt remembers the number when it was sent. */
  readonly cuts: number;
  /**
   * Learns from an attempt that ended.
   *
   * @param cuts The number of cuts when the attempt was sent.
   * @param seen What is known when it ends.
   */
  learn(sign: AttemptSign, cuts: number, seen: LimitSight): Lesson;
}

/** A fixed number, regardless of what the server answers. */
export function fixedLimit(limit: number): ConcurrencyLimit {
  return { limit, cuts: 0, learn: () => 'kept' };
}

/**
 * Finds the number of calls that a server takes at once, by additive increase and multiplicative decrease.
 *
 * It begins with 20. Until something goes wrong, every fifth answer adds one; later, every round of answers does, if all places were in use and
 * nothing in it failed. A refusal leaves 80 % (of a smaller number if calls wait for retries), followed by a rest of 15 s. Attempts that were sent before a cut do not
 * cut again, and during the rest only a storm does: at least 3 refusals that make up more than a fifth of the answers. A server in trouble ends
 * the round without an increase.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5681: the same idea in TCP
 */
export class AdaptiveLimit implements ConcurrencyLimit {
  readonly #maximum: number;
  #limit: number;
  #cuts = 0;
  #isSearching = true;
  /** Answers in the current round. */
  #answers = 0;
  #restsUntil = Number.NEGATIVE_INFINITY;
  #answersSinceCut = 0;
  #refusalsSinceCut = 0;

  /** @param maximum Most calls in flight, from 1. */
  constructor(maximum: number) {
    this.#maximum = maximum;
    this.#limit = Math.min(START_CONCURRENCY, maximum);
  }

  get limit(): number {
    return this.#limit;
  }

  get cuts(): number {
    return this.#cuts;
  }

  learn(sign: AttemptSign, cuts: number, { now, inFlight, mayGrow }: LimitSight): Lesson {
    const isCurrent = cuts === this.#cuts;
    const isResting = now < this.#restsUntil;
    if (isCurrent) {
      this.#answersSinceCut += 1;
      if (sign === 'refused') this.#refusalsSinceCut += 1;
    }
    if (sign === 'refused' && isCurrent) {
      const isStorm = isResting && this.#isStorm();
      if (isResting && !isStorm) return 'kept';
      this.#cut(now, inFlight);
      return isStorm ? 'storm' : 'cut';
    }
    if (sign === 'troubled') {
      this.#isSearching = false;
      this.#answers = 0;
    }
    if (sign === 'answered' && mayGrow && !isResting) this.#grow();
    return 'kept';
  }

  #isStorm(): boolean {
    const share = this.#refusalsSinceCut / this.#answersSinceCut;
    return this.#refusalsSinceCut >= STORM.refusals && share > STORM.share;
  }

  #grow(): void {
    this.#answers += 1;
    if (this.#answers < (this.#isSearching ? SEARCH_ANSWERS : this.#limit)) return;
    this.#answers = 0;
    this.#limit = Math.min(this.#limit + 1, this.#maximum);
  }

  #cut(now: number, inFlight: number): void {
    // The calls in flight show what the server takes; calls that wait for retries may have been unlucky. The mean, rounded up, and at least one
    // fewer than before.
    const most = (Math.min(inFlight, this.#limit) + this.#limit) / 2;
    const fewer = Math.min(Math.ceil(most * CUT_FACTOR), this.#limit - 1);
    this.#limit = Math.max(1, fewer);
    this.#cuts += 1;
    this.#isSearching = false;
    this.#answers = 0;
    this.#restsUntil = now + REST_MS;
    this.#answersSinceCut = 0;
    this.#refusalsSinceCut = 0;
  }
}

import { CUT_FACTOR, REST_MS, SEARCH_ANSWERS, START_CONCURRENCY, STORM } from './limits.js';

/** The outcome of an attempt, as far as it concerns the server. */
export type AttemptSign =
  /** It was answered. */
  | 'answered'
  /** 429: the server says that there are too many. */
  | 'refused'
  /** 5xx, a connection that broke, no answer in time: the server is in trouble, which need not be our doing. */
  | 'troubled'
  /** Anything else, such as 400: says nothing. */
  | 'neutral';

/** What learning from an attempt came to. */
export type Lesson =
  /** The limit stays, or grows by one. */
  | 'kept'
  /** Fewer calls may be in flight. */
  | 'cut'
  /** Fewer, though there were fewer already: the server does not want anything now. */
  | 'storm';

/** What is known when an attempt ends. */
export interface LimitSight {
  /** In milliseconds. */
  readonly now: number;
  /** Attempts in flight, this one included. */
  readonly inFlight: number;
  /** True if as many calls as may be are under way, and none of them waits in vain. */
  readonly mayGrow: boolean;
}

/** How many calls may be in flight. */
export interface ConcurrencyLimit {
  readonly limit: number;
  /** Number of cuts so far; an attempt remembers the one under which it was sent. */
  readonly cuts: number;
  /**
   * Learns from an attempt that ended.
   *
   * @param cuts As they were when the attempt was sent.
   * @param seen What is known when it ends.
   */
  learn(sign: AttemptSign, cuts: number, seen: LimitSight): Lesson;
}

/** Exactly as many, whatever the server says. */
export function fixedLimit(limit: number): ConcurrencyLimit {
  return { limit, cuts: 0, learn: () => 'kept' };
}

/**
 * Finds the number of calls that a server takes at once, by additive increase and multiplicative decrease.
 *
 * It begins with 20. Until something goes wrong every fifth answer adds one, later every round of answers does, if all places were in use and
 * nothing failed in it. A refusal leaves 80 %, of less if calls wait to be made again, followed by a rest of 15 s. Attempts that were sent before a cut do not
 * cut again, and during the rest only a storm does: at least 3 refusals that are more than a fifth of the answers. A server in trouble ends
 * the round without an increase.
 *
 * @see https://www.rfc-editor.org/rfc/rfc5681: the same idea in TCP
 */
export class AdaptiveLimit implements ConcurrencyLimit {
  readonly #maximum: number;
  #limit: number;
  #cuts = 0;
  #isSearching = true;
  /** Of the round that goes on. */
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
    // What was in flight is what the server takes; calls that wait to be made again may have had bad luck. The middle, rounded up, and one
    // fewer than before at least.
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

import { onAbort } from '@testbench/types';
import { type OptionReaders, readOptions, readTimeoutMs } from '@testbench/types/config';

import type { CallsConfig } from '../config/benchmark-config.js';
import { cancelled } from '../run/call-failure.js';
import { type AttemptEnd, makeAttempt } from './attempt.js';
import { readCallProblem, signOf } from './call-problem.js';
import { CallProgress, type CallTiming } from './call-progress.js';
import { CallTurns } from './call-turns.js';
import { type CallClock, SYSTEM_CLOCK } from './clock.js';
import {
  AdaptiveLimit,
  type ConcurrencyLimit,
  fixedLimit,
  type LimitSight,
} from './concurrency-limit.js';
import {
  DEFAULT_ATTEMPT_TIMEOUT_MS,
  DEFAULT_MAX_CONCURRENCY,
  DEFAULT_MAX_REFUSED_MS,
  DEFAULT_RETRIES,
  MAX_CONCURRENCY,
  MAX_RETRIES,
  STARVING_REFUSALS,
} from './limits.js';
import { RateLimiter } from './rate-limiter.js';
import { type RetryLimits, RetryPolicy } from './retry-policy.js';
import { seededRandom } from './seeded-random.js';

/** How a {@link CallControl} makes the calls of a stage. */
export interface CallControlOptions extends CallsConfig {
  /** How long a refused call is retried, in milliseconds from its first attempt. @default 600000 */
  readonly maxRefusedMs?: number;
  /** Seed of the random spread of waits: the same seed, the same waits. @default 0 */
  readonly seed?: number;
  /** @default the system's clock */
  readonly clock?: CallClock;
}

const OPTIONS: OptionReaders<CallControlOptions> = {
  concurrency: (node) => node.wholeNumber(1, MAX_CONCURRENCY),
  maxConcurrency: (node) => node.wholeNumber(1, MAX_CONCURRENCY),
  requestsPerMinute: (node) => node.wholeNumber(1),
  tokensPerMinute: (node) => node.wholeNumber(1),
  retries: (node) => node.wholeNumber(0, MAX_RETRIES),
  timeoutMs: readTimeoutMs,
  maxRefusedMs: (node) => node.wholeNumber(0),
  seed: (node) => node.wholeNumber(0),
  clock: (node) => node.implementation<CallClock>('now', 'after'),
};

/** Options of one call. */
export interface ControlledCallOptions<Value = unknown> {
  /** Cancels it: a waiting call ends at once, a running one within 2 s. */
  readonly signal?: AbortSignal | undefined;
  /** Tokens that it is likely to use, for `tokensPerMinute`. @default 0 */
  readonly tokens?: number;
  /** Tokens that it used, once known. */
  readonly usedTokens?: (value: Value) => number | undefined;
  /**
   * Called when an attempt has its place and before its time starts, for example to reserve money. If it rejects, the call ends with that error. The
   * function that it returns is called when the attempt is over, regardless of the outcome.
   */
  readonly beforeAttempt?: (
    attempt: number,
    signal: AbortSignal | undefined,
  ) => Promise<AfterAttempt<Value> | undefined>;
  /** Called for each failed attempt that will be retried. */
  readonly onRetry?: (retry: CallRetry) => void;
}

const CALL_OPTIONS: OptionReaders<ControlledCallOptions> = {
  signal: (node) => node.signal(),
  tokens: (node) => node.wholeNumber(0),
  usedTokens: (node) => node.callback(),
  beforeAttempt: (node) => node.callback(),
  onRetry: (node) => node.callback(),
};

/** Called with the outcome of an attempt; undefined if the attempt was not made. Must not throw. */
export type AfterAttempt<Value> = (end: AttemptEnd<Value> | undefined) => void;

/** An attempt that failed and will be made again. */
export interface CallRetry {
  /** Counted from 1. */
  readonly attempt: number;
  readonly error: unknown;
  /** Time until the next attempt may begin. */
  readonly waitMs: number;
}

/** How a call ended. A failure is data here: its timing counts as much as that of an answer. */
export type CallOutcome<Value> =
  | { readonly ok: true; readonly value: Value; readonly timing: CallTiming }
  | { readonly ok: false; readonly error: unknown; readonly timing: CallTiming };

/** The current state of a {@link CallControl}. */
export interface CallControlState {
  /** Running attempts. */
  readonly inFlight: number;
  /** Calls waiting for their first attempt. */
  readonly waiting: number;
  /** Calls waiting before a further attempt. */
  readonly retrying: number;
  /** The current maximum of concurrent attempts. */
  readonly limit: number;
  /** Attempts that have ended since the start, and how many of them were refused. */
  readonly attempts: number;
  readonly refusals: number;
}

/**
 * Makes the calls of one stage that waits for a network: as many at once as the server takes, within rate limits, each within its time limit,
 * and with retries where they make sense.
 *
 * It does not matter how a call is made: it may hold a thread, a suspended instance or nothing. Errors describe their cause in the fields of
 * `CallProblem`. A call keeps its place from its first attempt to its last, so that a server that refuses everything is not tried with
 * one record after the other.
 *
 * @example
 * ```ts
 * import { CallControl } from '@testbench/bench/calls';
 *
 * const control = new CallControl({ concurrency: 64, timeoutMs: 60_000 });
 * const outcome = await control.run(async (attempt) => `answer of attempt ${attempt}`);
 * outcome.ok && outcome.value; // => 'answer of attempt 1'
 * ```
 */
export class CallControl {
  readonly #clock: CallClock;
  readonly #limit: ConcurrencyLimit;
  readonly #turns: CallTurns;
  readonly #retryLimits: RetryLimits;
  readonly #timeoutMs: number;
  readonly #random: () => number;
  #retrying = 0;
  #attempts = 0;
  #refusals = 0;
  /** Calls that the server refuses again and again. */
  #starving = 0;

  /** @throws {ConfigError} `CONFIG_UNKNOWN_KEY` or `CONFIG_INVALID`. */
  constructor(given?: CallControlOptions) {
    const options = readOptions<CallControlOptions>(given, OPTIONS);
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#limit =
      options.concurrency === undefined
        ? new AdaptiveLimit(options.maxConcurrency ?? DEFAULT_MAX_CONCURRENCY)
        : fixedLimit(options.concurrency);
    this.#turns = new CallTurns({
      limit: this.#limit,
      requests: limiter(options.requestsPerMinute),
      tokens: limiter(options.tokensPerMinute),
      clock: this.#clock,
    });
    this.#retryLimits = {
      retries: options.retries ?? DEFAULT_RETRIES,
      maxRefusedMs: options.maxRefusedMs ?? DEFAULT_MAX_REFUSED_MS,
    };
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_ATTEMPT_TIMEOUT_MS;
    this.#random = seededRandom(options.seed ?? 0);
  }

  /** The current state, for a display. */
  get state(): CallControlState {
    return {
      inFlight: this.#turns.inFlight,
      waiting: this.#turns.waiting,
      retrying: this.#retrying,
      limit: this.#limit.limit,
      attempts: this.#attempts,
      refusals: this.#refusals,
    };
  }

  /**
   * Makes one call in its turn, and retries it while that makes sense. Calls get their turns in order of arrival; the
   * caller decides how many may wait.
   *
   * @param call Makes one attempt, counted from 1. When its signal fires, the attempt has 0.4 s left to end.
   * @returns Never rejects except for wrong options. The error of a failure is that of the last attempt, `CALL_DEADLINE_EXCEEDED` if it had no answer in time, that
   *   of `beforeAttempt`, or `BENCH_CANCELLED`.
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   */
  async run<Value>(
    call: (attempt: number, signal: AbortSignal) => Promise<Value>,
    given?: ControlledCallOptions<Value>,
  ): Promise<CallOutcome<Value>> {
    const options = readOptions<ControlledCallOptions<Value>>(given, CALL_OPTIONS);
    const progress = new CallProgress(this.#clock);
    try {
      await this.#turns.enter(options.tokens ?? 0, options.signal);
    } catch (error) {
      return { ok: false, error, timing: progress.timing() };
    }
    try {
      const value = await this.#attemptAll(call, options, progress);
      return { ok: true, value, timing: progress.timing() };
    } catch (error) {
      return { ok: false, error, timing: progress.timing() };
    } finally {
      if (progress.refusals >= STARVING_REFUSALS) this.#starving -= 1;
      this.#turns.leave();
    }
  }

  /** Makes every attempt of a call that has its place and its first turn. @throws The error of the last one. */
  async #attemptAll<Value>(
    call: (attempt: number, signal: AbortSignal) => Promise<Value>,
    options: ControlledCallOptions<Value>,
    progress: CallProgress,
  ): Promise<Value> {
    const policy = new RetryPolicy(this.#retryLimits, this.#random);
    const { signal, tokens = 0 } = options;
    for (;;) {
      const end = await this.#attempt(call, options, progress);
      if (end.ok) {
        const used = options.usedTokens?.(end.value);
        if (used !== undefined) this.#turns.correctTokens(used - tokens);
        return end.value;
      }
      if (signal?.aborted === true) throw cancelled();
      const problem = readCallProblem(end.error);
      const waitMs = policy.next(problem, progress.sinceFirstMs);
      if (waitMs === undefined) throw end.error;
      options.onRetry?.({ attempt: progress.attempts, error: end.error, waitMs });
      this.#retrying += 1;
      try {
        await sleep(waitMs, this.#clock, signal);
        await this.#turns.takeTurn(tokens, signal);
      } finally {
        this.#retrying -= 1;
      }
    }
  }

  /** Makes one attempt in the call's current turn, and ends the turn. @throws What `beforeAttempt` throws, and `BENCH_CANCELLED`. */
  async #attempt<Value>(
    call: (attempt: number, signal: AbortSignal) => Promise<Value>,
    { signal, beforeAttempt }: ControlledCallOptions<Value>,
    progress: CallProgress,
  ): Promise<AttemptEnd<Value>> {
    let after: AfterAttempt<Value> | undefined;
    let end: AttemptEnd<Value> | undefined;
    try {
      after = await beforeAttempt?.(progress.attempts + 1, signal);
      if (signal?.aborted === true) throw cancelled();
      const attempt = progress.begin();
      const { cuts } = this.#limit;
      end = await makeAttempt(
        (attemptSignal) => call(attempt, attemptSignal),
        this.#timeoutMs,
        this.#clock,
        signal,
      );
      const isRefused = this.#learn(end, cuts);
      progress.end(isRefused);
      if (isRefused && progress.refusals === STARVING_REFUSALS) this.#starving += 1;
      return end;
    } finally {
      after?.(end);
      this.#turns.endTurn();
    }
  }

  /** @returns True if the server refused the attempt. */
  #learn(end: AttemptEnd<unknown>, cuts: number): boolean {
    this.#attempts += 1;
    const seen: LimitSight = {
      now: this.#clock.now(),
      inFlight: this.#turns.inFlight,
      mayGrow: this.#turns.isFull && this.#starving === 0,
    };
    if (end.ok) {
      this.#limit.learn('answered', cuts, seen);
      return false;
    }
    const problem = readCallProblem(end.error);
    const sign = signOf(problem);
    const lesson = this.#limit.learn(sign, cuts, seen);
    if (lesson === 'storm') this.#turns.hold(problem.retryAfterMs ?? 0);
    if (sign !== 'refused') return false;
    this.#refusals += 1;
    return true;
  }
}

function limiter(perMinute: number | undefined): RateLimiter | undefined {
  return perMinute === undefined ? undefined : new RateLimiter(perMinute);
}

/** @throws {BenchError} `BENCH_CANCELLED`. */
async function sleep(ms: number, clock: CallClock, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) throw cancelled();
  await new Promise<void>((resolve, reject) => {
    const stop = clock.after(ms, () => {
      endWatch();
      resolve();
    });
    const endWatch = onAbort(signal, () => {
      stop();
      reject(cancelled());
    });
  });
}

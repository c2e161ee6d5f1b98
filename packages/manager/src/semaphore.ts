import { onAbort } from '@testbench/types';
import { CallError } from '@testbench/types/errors';

import { endedCall } from './ending.js';

interface Waiter {
  readonly resume: () => void;
  readonly refuse: (error: CallError) => void;
}

/** The calls of one key. */
interface Lane {
  running: number;
  readonly waiting: Set<Waiter>;
  /** Waiters that had a place before and want one again: they come first. */
  readonly returning: Set<() => void>;
}

/** Unused lanes are kept for the next call of their key, up to this number. */
const MAX_LANES = 1024;

/** Maximum time to wait for a place. */
export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** In milliseconds. @default forever */
  readonly timeoutMs?: number | undefined;
}

/**
 * Limits how many calls run at a time; the others wait.
 *
 * It is fair between keys (plugins): free places go to the waiting keys in turn, and with `maxPerKey` below
 * `maxRunning` one plugin's slow calls leave room for another's. Within a key, calls are served in order of arrival.
 */
export class Semaphore {
  #running = 0;
  #waitingCount = 0;
  #returningCount = 0;
  #closed = false;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes with waiters, in the order in which they get the next places. */
  readonly #waiting = new Set<Lane>();

  constructor(
    readonly maxRunning: number,
    readonly maxWaiting: number,
    /** Number of places that one key may hold. */
    readonly maxPerKey = maxRunning,
  ) {}

  /** Number of waiters. */
  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** Takes a place if one is free and no other call with the key is waiting: the fast path, without a promise. */
  tryEnter(key: string): boolean {
    const lane = this.#lanes.get(key) ?? this.#open(key);
    if (this.#closed || !this.#hasPlace(lane)) return false;
    if (lane.waiting.size > 0 || lane.returning.size > 0) return false;
    this.#running += 1;
    lane.running += 1;
    return true;
  }

  /**
   * Waits for a place.
   *
   * @throws {CallError} `CALL_CONCURRENCY_EXCEEDED` if too many are already waiting; `CALL_CANCELLED` when the signal
   *   fires; `CALL_DEADLINE_EXCEEDED` when the time is over; `CALL_SHUT_DOWN` after `close`.
   */
  async enter(key: string, { signal, timeoutMs }: WaitOptions = {}): Promise<void> {
    if (this.#closed) throw endedCall('closed', 'start');
    if (signal?.aborted === true) throw cancelled(signal);
    if (this.tryEnter(key)) return;
    if (this.#waitingCount >= this.maxWaiting) {
      throw new CallError(
        'CALL_CONCURRENCY_EXCEEDED',
        `Cannot start call: ${this.#running} are running and ${this.#waitingCount} are waiting`,
      );
    }
    const lane = this.#lanes.get(key) ?? this.#open(key);
    await new Promise<void>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = (then: () => void): void => {
        this.#forget(lane, waiter);
        clearTimeout(timer);
        unwatch();
        then();
      };
      const waiter: Waiter = {
        resume: () => settle(resolve),
        refuse: (error) => settle(() => reject(error)),
      };
      const unwatch = onAbort(signal, () => waiter.refuse(cancelled(signal)));
      if (timeoutMs !== undefined) {
        timer = setTimeout(() => waiter.refuse(tooLate(timeoutMs)), timeoutMs);
      }
      lane.waiting.add(waiter);
      this.#waiting.add(lane);
      this.#waitingCount += 1;
    });
  }

  /**
   * Waits for a place again, for work that has already started: it is not refused, takes precedence over new work, and when abandoned
   * gets a place at once, so that it can leave.
   */
  async reenter(key: string, signal?: AbortSignal): Promise<void> {
    const lane = this.#lanes.get(key) ?? this.#open(key);
    if (this.#closed || signal?.aborted === true || this.#hasPlace(lane)) {
      this.#running += 1;
      lane.running += 1;
      return;
    }
    await new Promise<void>((resolve) => {
      const resume = (): void => {
        if (!lane.returning.delete(resume)) return;
        this.#returningCount -= 1;
        if (lane.returning.size + lane.waiting.size === 0) this.#waiting.delete(lane);
        unwatch();
        resolve();
      };
      const unwatch = onAbort(signal, () => {
        this.#running += 1;
        lane.running += 1;
        resume();
      });
      lane.returning.add(resume);
      this.#waiting.add(lane);
      this.#returningCount += 1;
    });
  }

  /** Releases a place. */
  leave(key: string): void {
    const left = this.#lanes.get(key);
    if (left === undefined) return;
    this.#running -= 1;
    left.running -= 1;
    if (this.#waitingCount + this.#returningCount === 0) return;
    for (const lane of this.#waiting) {
      const [returning] = lane.returning;
      const [first] = lane.waiting;
      const resume = returning ?? first?.resume;
      if (resume === undefined || !this.#hasPlace(lane)) continue;
      // Moved to the end of the queue: the other keys come first now.
      this.#waiting.delete(lane);
      this.#waiting.add(lane);
      this.#running += 1;
      lane.running += 1;
      resume();
      return;
    }
  }

  /** Rejects all current and future waiters. */
  close(): void {
    this.#closed = true;
    for (const lane of this.#waiting) {
      for (const waiter of lane.waiting) waiter.refuse(endedCall('closed', 'start'));
      for (const resume of lane.returning) {
        this.#running += 1;
        lane.running += 1;
        resume();
      }
    }
  }

  #hasPlace(lane: Lane): boolean {
    return this.#running < this.maxRunning && lane.running < this.maxPerKey;
  }

  #open(key: string): Lane {
    if (this.#lanes.size >= MAX_LANES) {
      for (const [name, { running, waiting, returning }] of this.#lanes) {
        if (running === 0 && waiting.size === 0 && returning.size === 0) this.#lanes.delete(name);
      }
    }
    const lane: Lane = { running: 0, waiting: new Set(), returning: new Set() };
    this.#lanes.set(key, lane);
    return lane;
  }

  #forget(lane: Lane, waiter: Waiter): void {
    if (!lane.waiting.delete(waiter)) return;
    this.#waitingCount -= 1;
    if (lane.waiting.size + lane.returning.size === 0) this.#waiting.delete(lane);
  }
}

function cancelled(signal: AbortSignal | undefined): CallError {
  return new CallError('CALL_CANCELLED', 'Cannot start call: it was cancelled while waiting', {
    cause: signal?.reason,
  });
}

function tooLate(timeoutMs: number): CallError {
  return new CallError(
    'CALL_DEADLINE_EXCEEDED',
    `Cannot start call: it waited for its turn for all of its ${timeoutMs} ms`,
    { retryable: true },
  );
}

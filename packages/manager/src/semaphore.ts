import { CallError } from '@testbench/types';

interface Waiter {
  readonly resume: () => void;
  readonly refuse: (error: CallError) => void;
}

/** How long somebody is willing to wait for a place. */
export interface Patience {
  readonly signal?: AbortSignal | undefined;
  /** In milliseconds. @default for ever */
  readonly timeoutMs?: number | undefined;
}

/**
 * Bounds how many calls run at a time; the others wait.
 *
 * It is fair between keys (plugins): free places go to the waiting keys in turn, and with `maxPerKey` below
 * `maxRunning` one plugin's slow calls leave room for another's. Within a key the order of arrival holds.
 */
export class Semaphore {
  #running = 0;
  #waitingCount = 0;
  #closed = false;
  readonly #runningByKey = new Map<string, number>();
  /** Keys in the order in which they get the next places. */
  readonly #waiting = new Map<string, Set<Waiter>>();

  constructor(
    readonly maxRunning: number,
    readonly maxWaiting: number,
    /** Places that one key may hold. */
    readonly maxPerKey = maxRunning,
  ) {}

  /** Number of those who wait. */
  get waitingCount(): number {
    return this.#waitingCount;
  }

  /** Takes a place if one is free and nobody of the key waits for it: the fast path, without a promise. */
  tryEnter(key: string): boolean {
    if (!this.#hasPlace(key) || this.#waiting.has(key)) return false;
    this.#take(key);
    return true;
  }

  /**
   * Waits for a place.
   *
   * @throws {CallError} `CALL_CONCURRENCY_EXCEEDED` if too many wait already; `CALL_CANCELLED` when the signal
   *   fires; `CALL_DEADLINE_EXCEEDED` when the time is over; `CALL_SHUT_DOWN` after `close`.
   */
  async enter(key: string, { signal, timeoutMs }: Patience = {}): Promise<void> {
    if (this.#closed) throw closed();
    if (signal?.aborted === true) throw cancelled(signal);
    if (this.tryEnter(key)) return;
    if (this.#waitingCount >= this.maxWaiting) {
      throw new CallError(
        'CALL_CONCURRENCY_EXCEEDED',
        `Cannot start call: ${this.#running} are running and ${this.#waitingCount} are waiting`,
      );
    }
    await new Promise<void>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = (then: () => void): void => {
        this.#forget(key, waiter);
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
        then();
      };
      const waiter: Waiter = {
        resume: () => settle(resolve),
        refuse: (error) => settle(() => reject(error)),
      };
      const cancel = (): void => waiter.refuse(cancelled(signal));
      signal?.addEventListener('abort', cancel);
      if (timeoutMs !== undefined) {
        timer = setTimeout(() => waiter.refuse(tooLate(timeoutMs)), timeoutMs);
      }
      const waiters = this.#waiting.get(key);
      if (waiters === undefined) this.#waiting.set(key, new Set([waiter]));
      else waiters.add(waiter);
      this.#waitingCount += 1;
    });
  }

  /** Gives a place back. */
  leave(key: string): void {
    this.#running -= 1;
    const left = (this.#runningByKey.get(key) ?? 0) - 1;
    if (left > 0) this.#runningByKey.set(key, left);
    else this.#runningByKey.delete(key);
    if (this.#waitingCount === 0) return;
    for (const [next, waiters] of this.#waiting) {
      if (!this.#hasPlace(next)) continue;
      const [first] = waiters;
      if (first === undefined) continue;
      // To the end of the line: the other keys come first now.
      this.#waiting.delete(next);
      this.#waiting.set(next, waiters);
      this.#take(next);
      first.resume();
      return;
    }
  }

  /** Refuses everybody who waits, and whoever comes. */
  close(): void {
    this.#closed = true;
    for (const waiters of this.#waiting.values()) {
      for (const waiter of waiters) waiter.refuse(closed());
    }
  }

  #hasPlace(key: string): boolean {
    return this.#running < this.maxRunning && (this.#runningByKey.get(key) ?? 0) < this.maxPerKey;
  }

  #take(key: string): void {
    this.#running += 1;
    this.#runningByKey.set(key, (this.#runningByKey.get(key) ?? 0) + 1);
  }

  #forget(key: string, waiter: Waiter): void {
    const waiters = this.#waiting.get(key);
    if (waiters?.delete(waiter) !== true) return;
    this.#waitingCount -= 1;
    if (waiters.size === 0) this.#waiting.delete(key);
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
  );
}

function closed(): CallError {
  return new CallError('CALL_SHUT_DOWN', 'Cannot start call: the system is closed');
}

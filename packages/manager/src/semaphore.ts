import { CallError } from '@testbench/types';

interface Waiter {
  readonly resume: () => void;
  readonly refuse: (error: CallError) => void;
}

/** Bounds how many calls run at a time; the others wait in the order of their arrival. */
export class Semaphore {
  #running = 0;
  readonly #waiting = new Set<Waiter>();

  constructor(
    readonly maxRunning: number,
    readonly maxWaiting: number,
  ) {}

  /** Takes a place if one is free and nobody waits for it: the fast path, without a promise. */
  tryEnter(): boolean {
    if (this.#running >= this.maxRunning) return false;
    this.#running += 1;
    return true;
  }

  /**
   * Waits for a place.
   *
   * @throws {CallError} `CALL_CONCURRENCY_EXCEEDED` if too many wait already; `CALL_CANCELLED` when `signal`
   *   fires; `CALL_SHUT_DOWN` after `close`.
   */
  async enter(signal: AbortSignal | undefined): Promise<void> {
    if (this.tryEnter()) return;
    if (this.#waiting.size >= this.maxWaiting) {
      throw new CallError(
        'CALL_CONCURRENCY_EXCEEDED',
        `Cannot start call: ${this.maxRunning} are running and ${this.#waiting.size} are waiting`,
      );
    }
    await new Promise<void>((resolve, reject) => {
      const settle = (then: () => void): void => {
        this.#waiting.delete(waiter);
        signal?.removeEventListener('abort', cancel);
        then();
      };
      const waiter: Waiter = {
        resume: () => settle(resolve),
        refuse: (error) => settle(() => reject(error)),
      };
      const cancel = (): void =>
        waiter.refuse(
          new CallError('CALL_CANCELLED', 'Cannot start call: it was cancelled while waiting', {
            cause: signal?.reason,
          }),
        );
      signal?.addEventListener('abort', cancel);
      this.#waiting.add(waiter);
    });
  }

  /** Gives a place back; it goes to whoever has waited longest. */
  leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running -= 1;
    else next.resume();
  }

  /** Refuses everybody who waits. */
  close(): void {
    for (const waiter of this.#waiting) {
      waiter.refuse(new CallError('CALL_SHUT_DOWN', 'Cannot start call: the system is closed'));
    }
  }
}

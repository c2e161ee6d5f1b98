import { setTimeout as wait } from 'node:timers/promises';

/** The clock for waiting and timeouts; tests use their own. */
export interface Clock {
  /** Current time in milliseconds; never goes back. */
  readonly now: () => number;
  /** Waits; rejects with the signal's reason. */
  readonly pause: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Aborts after this many milliseconds, an integer. */
  readonly timeout: (ms: number) => AbortSignal;
}

/** The clock of this machine. */
export const MACHINE_CLOCK: Clock = {
  now: () => performance.now(),
  async pause(ms, signal) {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
  },
  timeout: (ms) => AbortSignal.timeout(ms),
};

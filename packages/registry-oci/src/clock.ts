import { setTimeout as wait } from 'node:timers/promises';

/** The clock for waiting and timeouts; tests use their own. */
export interface Clock {
  /** Never goes back, in milliseconds. */
  readonly now: () => number;
  /** Waits; rejects with the signal's reason. */
  readonly pause: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Aborts after so many milliseconds, a whole number. */
  readonly timeout: (ms: number) => AbortSignal;
}

/** That of this machine. */
export const MACHINE_CLOCK: Clock = {
  now: () => performance.now(),
  async pause(ms, signal) {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
  },
  timeout: (ms) => AbortSignal.timeout(ms),
};

/** Time as calls see it. A clock other than the system's can make hours of a run pass at once, for tests and simulations. */
export interface CallClock {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Calls `action` once, after `delayMs`. @returns Cancels it. */
  after(delayMs: number, action: () => void): () => void;
}

/** The system's clock. */
export const SYSTEM_CLOCK: CallClock = {
  now: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

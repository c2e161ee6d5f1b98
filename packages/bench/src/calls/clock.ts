/** Time as calls see it. Another one than the system's makes hours of a run pass at once, for tests and simulations. */
export interface CallClock {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Calls `action` once, after `delayMs`. @returns Ends it. */
  after(delayMs: number, action: () => void): () => void;
}

/** The system's time. */
export const SYSTEM_CLOCK: CallClock = {
  now: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

import { setImmediate as nextTurn } from 'node:timers/promises';

import { MAX_TURN_MS } from '../limits.js';

/** When this turn of the event loop was first checked; undefined until then. */
let heldSinceMs: number | undefined;

/**
 * Yields to the event loop if this turn has lasted for a while: promises that settle immediately run one after the other, before any
 * timer, socket or worker gets its turn.
 *
 * @returns undefined if there is no need to yield.
 */
export function letOthersRun(): Promise<void> | undefined {
  const now = performance.now();
  if (heldSinceMs === undefined) {
    heldSinceMs = now;
    setImmediate(() => {
      heldSinceMs = undefined;
    });
    return undefined;
  }
  return now - heldSinceMs < MAX_TURN_MS ? undefined : nextTurn();
}

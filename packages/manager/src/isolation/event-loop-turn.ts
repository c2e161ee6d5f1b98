import { setImmediate as nextTurn } from 'node:timers/promises';

import { MAX_TURN_MS } from '../limits.js';

/** When this turn of the event loop was first asked about; undefined until then. */
let heldSinceMs: number | undefined;

/**
 * Lets the event loop turn if this turn has lasted for a while: promises that settle at once run one after the other, before any
 * timer, socket or worker has its turn.
 *
 * @returns undefined if there is no need.
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

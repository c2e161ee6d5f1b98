import { STEADY_CALLS, WARM_UP_CALLS } from '../limits.js';
import type { PlainGuest } from './plain-guest.js';

/** Growth of the memory over many runs, after some warm-up runs, in bytes. */
export function growthOver(guest: PlainGuest, run: () => void): number {
  for (let index = 0; index < WARM_UP_CALLS; index += 1) run();
  const before = guest.memoryBytes;
  for (let index = 0; index < STEADY_CALLS; index += 1) run();
  return guest.memoryBytes - before;
}

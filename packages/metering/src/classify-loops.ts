// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and events are numbers where they come from: bytes and typed arrays
import { Role } from './call-graph.js';
import type { ChargeList } from './charge-list.js';
import {
  CALLS,
  DEAD,
  EventKind,
  type EventList,
  type FunctionShape,
  NESTING,
  OUTER,
  TARGETED,
} from './function-events.js';

/** How much more often code runs with that many loops around it, the last also with more. */
const WEIGHTS = [1, 8, 64, 512, 4096, 32_768, 262_144];

/**
 * Marks loops with how many stand around them, and those that contain calls or other loops.
 *
 * @param roles Of the targets of calls.
 * @returns True if the count should be kept in a local: there is a loop without
 * calls, or loops charge more often than they call.
 */
export function classifyLoops(
  events: EventList,
  shape: FunctionShape,
  charges: ChargeList,
  roles: Uint8Array,
): boolean {
  const open: number[] = [];
  // Stops where the mark stands already, because then it stands further out as well.
  const mark = (flag: number): void => {
    for (let at = open.length - 1; at >= 0 && (events.flags(open[at]!) & flag) === 0; at -= 1) {
      events.mark(open[at]!, flag);
    }
  };
  let hasPlainLoop = false;
  let balance = 0;
  let weight = 1;
  for (let event = shape.first; event < shape.last; event += 1) {
    const flags = events.flags(event);
    const kind = flags & 0xff;
    if ((flags & (DEAD | TARGETED)) === TARGETED && kind === EventKind.Loop) {
      mark(OUTER);
      events.mark(event, Math.min(open.length, 2) << NESTING);
      open.push(event);
      weight = WEIGHTS[open.length] ?? weight;
    } else if (kind === EventKind.End && open.length > 0 && events.link(event) === open.at(-1)) {
      if ((events.flags(open.pop()!) & CALLS) === 0) hasPlainLoop = true;
      weight = WEIGHTS[open.length] ?? weight;
    } else if (
      kind === EventKind.Bulk ||
      kind === EventKind.Grow ||
      ((kind === EventKind.Call || kind === EventKind.CallUnknown) &&
        roles[events.argument(event)] !== Role.Free &&
        // A panic: `call $abort, unreachable` is no part of the loop's turns.
        events.kind(event + 1) !== EventKind.Trap)
    ) {
      mark(CALLS);
      // A call costs a store and a load.
      balance -= 2 * weight;
    }
    if (charges.get(event) !== 0) balance += weight;
  }
  return hasPlainLoop || balance > 0;
}

// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and events are numbers where they come from: bytes and typed arrays
import { Role } from './call-graph.js';
import type { ChargeList } from './charge-list.js';
import {
  CALLS,
  DEAD,
  EventKind,
  type EventList,
  type FunctionShape,
  HEIGHT,
  NESTING,
  TARGETED,
} from './function-events.js';

/** A loop is assumed to run eight times as often as the code around it, an arm of an `if` half as often: exponents of two. */
const LOOP_LEVEL = 3;
const ARM_LEVEL = -1;

/** Exponents beyond this make no difference. */
const MAX_LEVEL = 18;

/**
 * Marks loops with the number of loops around and inside them, and marks those that contain calls.
 *
 * @param roles Roles of the targets of calls.
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
  /** Depth of nested loops inside each of these, and last in the code being read. */
  const heights: number[] = [0];
  // Stops at the first mark found, because then the outer ones are marked too.
  const mark = (flag: number): void => {
    for (let at = open.length - 1; at >= 0 && (events.flags(open[at]!) & flag) === 0; at -= 1) {
      events.mark(open[at]!, flag);
    }
  };
  let hasPlainLoop = false;
  let balance = 0;
  let level = 0;
  /** How often the code that follows is assumed to run. */
  let weight = 1;
  const step = (by: number): void => {
    level += by;
    weight = 2 ** Math.max(-MAX_LEVEL, Math.min(level, MAX_LEVEL));
  };
  for (let event = shape.first; event < shape.last; event += 1) {
    const flags = events.flags(event);
    const link = events.link(event);
    const kind = flags & 0xff;
    if (kind === EventKind.Loop) {
      if ((flags & (DEAD | TARGETED)) === TARGETED) {
        events.mark(event, Math.min(open.length, 2) << NESTING);
        open.push(event);
        heights.push(0);
        step(LOOP_LEVEL);
      }
    } else if (kind === EventKind.If) {
      step(ARM_LEVEL);
    } else if (kind === EventKind.End && link !== -1) {
      if (link === open.at(-1)) {
        if ((events.flags(link) & CALLS) === 0) hasPlainLoop = true;
        open.pop();
        const height = heights.pop()! + 1;
        events.mark(link, Math.min(height, 7) << HEIGHT);
        heights[open.length] = Math.max(heights[open.length]!, height);
        step(-LOOP_LEVEL);
      } else if (events.kind(link) === EventKind.If) {
        step(-ARM_LEVEL);
      }
    } else if (
      kind === EventKind.Bulk ||
      kind === EventKind.Grow ||
      ((kind === EventKind.Call || kind === EventKind.CallUnknown) &&
        roles[events.argument(event)] !== Role.Free &&
        // A panic: `call $abort, unreachable` is not part of the loop's iterations.
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

// oxlint-disable typescript/no-unsafe-enum-comparison -- events are numbers where they come from: typed arrays
import { ByteReader } from '@testbench/wasm';

import { DEAD, EventKind, type EventList } from './function-events.js';

/** No block, and more than one or the function itself. */
const NONE = -2;
const SEVERAL = -1;

/** The cost of an iteration of a loop, and how control leaves the loop other than by its end. */
export interface LoopExits {
  /** Maximum fuel of an iteration, including costs that callees leave to the caller. */
  readonly cost: number;
  /** Something exits the loop. */
  readonly leaves: boolean;
  /** Event of the one block that all branches go to; negative if there are several, or none. */
  readonly target: number;
  /** How far out that block is; 0 is the block directly around the loop. */
  readonly depth: number;
}

/**
 * Examines an innermost loop.
 *
 * @param paid Additional cost of a call, by target.
 */
export function findExits(
  bytes: Uint8Array,
  events: EventList,
  loop: number,
  paid: Float64Array,
): LoopExits {
  const end = events.link(loop);
  let cost = events.cost(end);
  let leaves = false;
  let target = NONE;
  let depth = 0;
  /** Blocks that are open inside the loop. */
  let inside = 0;
  for (let event = loop + 1; event < end; event += 1) {
    const link = events.link(event);
    cost += events.cost(event);
    switch (events.kind(event)) {
      case EventKind.Block:
      case EventKind.Loop:
      case EventKind.If:
        inside += 1;
        break;
      case EventKind.End:
        inside -= 1;
        break;
      case EventKind.Call:
      case EventKind.CallUnknown:
        cost += paid[events.argument(event)]!;
        break;
      case EventKind.Return:
      case EventKind.TailCall:
      case EventKind.Throw:
        leaves = true;
        break;
      case EventKind.Label:
        if (link < loop) {
          leaves = true;
          target = SEVERAL;
        }
        break;
      case EventKind.Br:
      case EventKind.BrIf:
        if (link >= loop || (events.flags(event) & DEAD) !== 0) break;
        leaves = true;
        target = target === NONE || target === link ? link : SEVERAL;
        depth = new ByteReader(bytes, events.argument(event)).u32('label') - inside - 1;
        break;
      default:
    }
  }
  return { cost, leaves, target, depth };
}

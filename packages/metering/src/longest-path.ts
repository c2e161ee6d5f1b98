// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and events are numbers where they come from: bytes and typed arrays
import type { ChargeList } from './charge-list.js';
import {
  DEAD,
  DEAD_BEFORE,
  EventKind,
  type EventList,
  type FunctionShape,
  GUARDED,
  SEALED,
  TARGETED,
} from './function-events.js';

/** Which path {@link longestPath} looks for. If exceptions cannot be caught, the cost of a path to a trap is unobservable. */
export const enum Way {
  Longest = 0,
  LongestReturning = 1,
  ShortestReturning = 2,
}

/** Costs that make a trapping path as good as others, or never chosen. */
const TRAPS = [0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

/** Scratch space for {@link longestPath}, reused from function to function. */
export class PathScratch {
  need = new Float64Array(0);
  level = new Int32Array(0);
  /** For an `if`, its other arm; for a `try`, its handlers, then, while its body is read, the handlers around it. */
  other = new Float64Array(0);

  ready(size: number): void {
    if (this.need.length >= size) return;
    this.need = new Float64Array(2 * size);
    this.level = new Int32Array(2 * size);
    this.other = new Float64Array(2 * size);
  }
}

/**
 * Finds the costliest path through each region of a function: the function without its loops, and each loop without the
 * loops inside it. Makes one backward pass over the events.
 *
 * A region's weight covers every path from its entry to its end: a back edge, an exit, or the function's end. Code
 * after a loop belongs to the region that contains the loop.
 *
 * An exception is a forward branch to any handler around the place that throws. All paths lead forward, so no weight
 * exceeds the sum of all costs.
 *
 * @param paid Additional cost of a call, by target.
 * @param way Finds the cheapest path instead; paths that end in a trap do not count then.
 * @param most Weight beyond which a region is cut in two. @default never
 */
export function longestPath(
  events: EventList,
  shape: FunctionShape,
  scratch: PathScratch,
  paid: Float64Array,
  way: Way = Way.Longest,
  most = Number.POSITIVE_INFINITY,
  charges?: ChargeList,
): number {
  const { first, last } = shape;
  scratch.ready(last - first);
  const { need, level, other } = scratch;
  const pick = way === Way.ShortestReturning ? Math.min : Math.max;
  /** Cost to be paid after the loop of each level, seen from the region around it. */
  const exits: number[] = [0];
  /** The costliest handler around the code being read and in the region of each level. */
  const guards: number[] = [0];
  /** Number of handlers that catch everything: no exception passes them. */
  const seals: number[] = [0];
  /** Exceptions out of the loop of each level have been recorded in {@link exits}. */
  const noted: boolean[] = [true];
  let current = 0;
  let labels = Number.NaN;

  /** The cost that a branch to a label still needs in this region; for the regions around it, the need is recorded. */
  const along = (target: number): number => {
    if (target === -1) return 0;
    if (events.kind(target) === EventKind.Loop) return 0;
    const at = target - first;
    const depth = exits.length - 1;
    if (level[at] === depth) return need[at]!;
    exits[level[at]! + 1] = pick(exits[level[at]! + 1]!, need[at]!);
    return 0;
  };

  /** The cost that an exception still needs in this region; for the regions around it, the need is recorded. */
  const thrown = (): number => {
    for (let depth = exits.length - 1; !noted[depth]! && seals[depth] === 0; depth -= 1) {
      noted[depth] = true;
      exits[depth] = Math.max(exits[depth]!, guards[depth - 1]!);
    }
    return guards.at(-1)!;
  };

  /** A `delegate` bypasses handlers that catch everything. */
  const isSealed = (opener: number): boolean =>
    !shape.hasDelegate && (events.flags(opener) & SEALED) !== 0;

  /** Puts the handlers of a `try` around the code that is read next, and saves the handlers around it. */
  const guard = (opener: number, handlers: number): void => {
    const depth = guards.length - 1;
    const around = guards[depth]!;
    other[opener - first] = around;
    if (isSealed(opener)) seals[depth]! += 1;
    guards[depth] = isSealed(opener) ? handlers : Math.max(handlers, around);
  };

  const unguard = (opener: number): void => {
    const depth = guards.length - 1;
    guards[depth] = other[opener - first]!;
    if (isSealed(opener)) seals[depth]! -= 1;
  };

  for (let event = last - 1; event >= first; event -= 1) {
    const flags = events.flags(event);
    if ((flags & DEAD) !== 0) continue;
    const link = events.link(event);
    const cost = events.cost(event);
    if (current > most && mayPayBehind(flags & 0xff, link)) {
      charges?.set(event, current);
      current = 0;
    }
    switch (flags & 0xff) {
      case EventKind.End:
        if (link === -1) {
          current = cost;
        } else if (events.kind(link) === EventKind.Loop) {
          if ((events.flags(link) & TARGETED) !== 0) {
            exits.push((flags & DEAD_BEFORE) === 0 ? current : 0);
            guards.push(0);
            seals.push(0);
            noted.push(false);
            current = 0;
          }
          current += cost;
        } else {
          const at = link - first;
          const kind = events.kind(link);
          need[at] = current;
          other[at] = kind === EventKind.If ? current : 0;
          level[at] = exits.length - 1;
          if (kind === EventKind.TryTable) {
            let handlers = 0;
            for (let clause = link + 1; events.kind(clause) === EventKind.Label; clause += 1) {
              handlers = Math.max(handlers, along(events.link(clause)));
            }
            guard(link, handlers);
          }
          current += cost;
        }
        break;
      case EventKind.Loop:
        if ((flags & TARGETED) !== 0) {
          charges?.set(event, current);
          current = exits.pop()!;
          guards.pop();
          seals.pop();
          noted.pop();
        }
        current += cost;
        break;
      case EventKind.Else:
        other[link - first] = current;
        current = need[link - first]! + cost;
        break;
      case EventKind.If:
        current = pick(current, other[event - first]!) + cost;
        break;
      case EventKind.Catch: {
        const at = link - first;
        other[at] = Math.max(other[at]!, current);
        if ((flags & GUARDED) !== 0) guard(link, other[at]);
        current = need[at]! + cost;
        break;
      }
      case EventKind.Try:
        if ((flags & GUARDED) !== 0) unguard(event);
        current += cost;
        break;
      case EventKind.Label:
        labels = Number.isNaN(labels) ? along(link) : pick(labels, along(link));
        break;
      case EventKind.TryTable:
        unguard(event);
        current += cost;
        labels = Number.NaN;
        break;
      case EventKind.BrTable:
        current = labels + cost;
        labels = Number.NaN;
        break;
      case EventKind.Br:
        current = along(link) + cost;
        break;
      case EventKind.BrIf:
        current = pick(current, along(link)) + cost;
        break;
      case EventKind.Trap:
        current = cost + TRAPS[way];
        break;
      case EventKind.TailCall:
        current = cost + paid[events.argument(event)]!;
        break;
      case EventKind.Return:
        current = cost;
        break;
      case EventKind.Throw:
        current = cost + thrown();
        break;
      case EventKind.Call:
      case EventKind.CallUnknown:
        // The callee may throw.
        if (shape.hasCatch) current = Math.max(current, thrown());
        current += cost + paid[events.argument(event)]!;
        break;
      default:
        current += cost;
    }
  }
  return current;
}

/** Every path through the position after such an event continues with the following code. */
function mayPayBehind(kind: number, link: number): boolean {
  switch (kind) {
    case EventKind.Block:
    case EventKind.If:
    case EventKind.Else:
    case EventKind.BrIf:
    case EventKind.Call:
    case EventKind.CallUnknown:
    case EventKind.Catch:
    case EventKind.Bulk:
    case EventKind.Grow:
    case EventKind.Drop:
    case EventKind.Pause:
      return true;
    case EventKind.End:
      return link !== -1;
    default:
      return false;
  }
}

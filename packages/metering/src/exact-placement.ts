// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and events are numbers where they come from: bytes and typed arrays
import type { ChargeList } from './charge-list.js';
import {
  DEAD,
  DEAD_BEFORE,
  EventKind,
  type EventList,
  type FunctionShape,
  TARGETED,
} from './function-events.js';
import { Potentials } from './potentials.js';
import { Stretches } from './stretches.js';

/**
 * Places charges so that every path through a function adds up to exactly its cost, with as few charges as the structure
 * allows, placed where they run least often.
 *
 * Control points joined by a branch must have the same prepaid amount. The result is a graph whose edges are straight
 * stretches of code; the stretches of a spanning tree, built from the most frequent ones first, need no charge (Knuth; Ball and
 * Larus). Each of the others pays the difference between the amounts at its ends.
 */
export class ExactPlacement {
  readonly #points = new Potentials();
  readonly #stretches = new Stretches();
  #owed = 0;
  /** Control point of each block's label, by its event in the function; -1 for none. */
  #labels = new Int32Array(256);

  /** For the open `if`s: the point at which the arms begin, and those whose `else` has been read. */
  readonly #arms: number[] = [];
  readonly #elses = new Set<number>();
  readonly #events: EventList;
  readonly #paid: Float64Array;
  /** Calls are points at which the count must be right: an exception may end a stretch there. */
  readonly #pinCalls: boolean;

  constructor(events: EventList, paid: Float64Array, pinCalls: boolean) {
    this.#events = events;
    this.#paid = paid;
    this.#pinCalls = pinCalls;
  }

  /**
   * Fills `charges` for one function.
   *
   * @returns The total that it pays after its entry, except at its loops, which check.
   */
  place(shape: FunctionShape, charges: ChargeList): number {
    charges.reset(shape.first, shape.last);
    this.#owed = 0;
    this.#collect(shape);
    const points = this.#points;
    const stretches = this.#stretches;
    stretches.byWeight((index) => {
      points.join(stretches.from[index]!, stretches.to[index]!, -stretches.cost[index]!);
    });
    const root = points.root(0);
    const ground = points.of(0);
    const prepaid = (point: number): number => {
      // Compresses the path first.
      const isGrounded = points.root(point) === root;
      return points.of(point) - (isGrounded ? ground : 0);
    };
    let isOwed = false;
    for (let index = 0; index < stretches.count; index += 1) {
      // A run takes a stretch that traps at most once in each of its open calls.
      if (stretches.traps[index] === 1) continue;
      const before = prepaid(stretches.from[index]!);
      const behind = prepaid(stretches.to[index]!);
      if (before < 0 || behind < 0) isOwed = true;
      this.#set(charges, index, behind - before + stretches.cost[index]!);
    }
    // Work that is paid for only after a call could be repeated by recursion without ever being paid for.
    if (isOwed && (shape.hasCall || shape.hasUnknown)) this.#placePlainly(charges);
    return this.#owed;
  }

  /** Every stretch pays for itself. */
  #placePlainly(charges: ChargeList): void {
    const stretches = this.#stretches;
    this.#owed = 0;
    for (let index = 0; index < stretches.count; index += 1) {
      const traps = stretches.traps[index] === 1;
      this.#set(charges, index, traps ? 0 : stretches.cost[index]!);
    }
  }

  #set(charges: ChargeList, stretch: number, amount: number): void {
    const after = this.#stretches.after[stretch]!;
    charges.set(after, amount);
    if (amount > 0 && after !== -1 && this.#events.kind(after) !== EventKind.Loop) {
      this.#owed += amount;
    }
  }

  #collect(shape: FunctionShape): void {
    const events = this.#events;
    const points = this.#points;
    points.reset();
    this.#stretches.count = 0;
    const { first } = shape;
    if (shape.last - first > this.#labels.length)
      this.#labels = new Int32Array(2 * (shape.last - first));
    const labels = this.#labels.fill(-1, 0, shape.last - first);
    const ground = points.add();
    let current = ground;
    let after = -1;
    let cost = 0;
    let loops = 0;
    let branches = 0;
    /** Set while the previous event continues with its labels. */
    let joined = -1;

    const close = (to: number, traps = false): void => {
      const weight = Math.min(loops, 1000) * 1024 - Math.min(branches, 1023);
      this.#stretches.add(current, to, cost, after, weight, traps);
      cost = 0;
    };
    const open = (point: number, event: number): void => {
      current = point;
      after = event;
      cost = 0;
    };
    const label = (target: number): number => (target === -1 ? ground : labels[target - first]!);

    for (let event = shape.first; event < shape.last; event += 1) {
      const flags = events.flags(event);
      const kind = flags & 0xff;
      if ((flags & DEAD) !== 0) continue;
      const link = events.link(event);
      cost += events.cost(event);
      switch (kind) {
        case EventKind.Block:
          if ((flags & TARGETED) !== 0) labels[event - first] = points.add();
          break;
        case EventKind.Loop:
          if ((flags & TARGETED) !== 0) {
            const header = points.add();
            labels[event - first] = header;
            close(header);
            open(header, event);
            loops += 1;
          }
          break;
        case EventKind.If: {
          const arms = points.add();
          labels[event - first] = points.add();
          close(arms);
          open(arms, event);
          this.#arms.push(arms);
          branches += 1;
          break;
        }
        case EventKind.Else:
          if ((flags & DEAD_BEFORE) === 0) close(label(link));
          open(this.#arms.at(-1)!, event);
          this.#elses.add(link);
          break;
        case EventKind.Catch:
          if ((flags & DEAD_BEFORE) === 0) close(label(link));
          open(ground, event);
          break;
        case EventKind.Try:
        case EventKind.TryTable:
          labels[event - first] = points.add();
          close(ground);
          open(ground, event);
          joined = ground;
          break;
        case EventKind.Label:
          points.join(joined, label(link), 0);
          break;
        case EventKind.End: {
          const reached = (flags & DEAD_BEFORE) === 0;
          if (link === -1) {
            if (reached) close(ground);
            break;
          }
          const opener = events.flags(link);
          const openerKind = opener & 0xff;
          if (openerKind === EventKind.Loop) {
            if ((opener & TARGETED) !== 0) {
              loops -= 1;
              // The code that follows runs less often: it must not share its charge with the loop's last stretch.
              if (reached) {
                const exit = points.add();
                close(exit);
                open(exit, event);
              }
            }
            break;
          }
          if (openerKind === EventKind.If) {
            branches -= 1;
            const arms = this.#arms.pop()!;
            if (!this.#elses.delete(link)) points.join(arms, label(link), 0);
          }
          const target = labels[link - first]!;
          if (target === -1) break;
          if (reached) close(target);
          open(target, event);
          break;
        }
        case EventKind.Br:
          close(label(link));
          break;
        case EventKind.BrIf:
          close(label(link));
          open(label(link), event);
          break;
        case EventKind.BrTable:
          joined = points.add();
          close(joined);
          break;
        case EventKind.Trap:
          close(points.add(), true);
          break;
        case EventKind.Return:
        case EventKind.TailCall:
        case EventKind.Throw:
          close(ground);
          break;
        case EventKind.Call:
        case EventKind.CallUnknown:
          if (kind === EventKind.Call) cost += this.#paid[events.argument(event)]!;
          if (this.#pinCalls) {
            close(ground);
            open(ground, event);
          }
          break;
        default:
      }
    }
  }
}

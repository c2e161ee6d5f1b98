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

/** Above every weight of a stretch. */
const MAX_WEIGHT = 2 ** 20;

/** A union-find structure over control points, each with its prepaid amount relative to its root. */
class Potentials {
  private parent = new Int32Array(256);
  private offset = new Float64Array(256);
  count = 0;

  reset(): void {
    this.count = 0;
  }

  add(): number {
    if (this.count === this.parent.length) {
      const parent = new Int32Array(2 * this.count);
      const offset = new Float64Array(2 * this.count);
      parent.set(this.parent);
      offset.set(this.offset);
      this.parent = parent;
      this.offset = offset;
    }
    this.parent[this.count] = this.count;
    this.offset[this.count] = 0;
    return this.count++;
  }

  /** Halves paths on the way, so that no input makes it quadratic. */
  root(point: number): number {
    const { parent, offset } = this;
    let at = point;
    while (parent[at] !== at) {
      const up = parent[at]!;
      if (parent[up] !== up) {
        offset[at]! += offset[up]!;
        parent[at] = parent[up]!;
      }
      at = parent[at]!;
    }
    return at;
  }

  /** Prepaid amount at a point, relative to its root. */
  of(point: number): number {
    let sum = 0;
    for (let at = point; this.parent[at] !== at; at = this.parent[at]!) sum += this.offset[at]!;
    return sum;
  }

  /** Demands that `of(to) - of(from)` be `difference`; false if both are bound already. */
  join(from: number, to: number, difference: number): boolean {
    const fromRoot = this.root(from);
    const toRoot = this.root(to);
    if (fromRoot === toRoot) return false;
    this.offset[toRoot] = this.of(from) + difference - this.of(to);
    this.parent[toRoot] = fromRoot;
    return true;
  }
}

/** Straight stretches of code, one entry in each array. Their numbers fit the sorting key up to 2^24. */
class Stretches {
  count = 0;
  from = new Int32Array(256);
  to = new Int32Array(256);
  cost = new Float64Array(256);
  /** The event behind which it begins; -1 is the function's entry. */
  after = new Int32Array(256);
  /** It ends in a trap: nobody sees the count behind it. */
  traps = new Uint8Array(256);
  private keys = new Float64Array(256);

  /** @param weight How often it runs compared to the others, as far as structure tells. */
  add(from: number, to: number, cost: number, after: number, weight: number, traps: boolean): void {
    const index = this.count++;
    if (index === this.from.length) this.#grow();
    this.from[index] = from;
    this.to[index] = to;
    this.cost[index] = cost;
    this.after[index] = after;
    this.traps[index] = traps ? 1 : 0;
    // Later code first among equals: charges then move towards the entry, and are paid ahead.
    this.keys[index] = (MAX_WEIGHT - weight) * 2 ** 24 - index;
  }

  /** Calls `visit` with each stretch, those that run most often first. */
  byWeight(visit: (index: number) => void): void {
    const order = this.keys.subarray(0, this.count).sort();
    for (const key of order) visit(Math.ceil(key / 2 ** 24) * 2 ** 24 - key);
  }

  #grow(): void {
    const size = 2 * this.count;
    const copy = <Store extends Int32Array | Float64Array | Uint8Array>(
      store: Store,
      old: Store,
    ): Store => {
      store.set(old);
      return store;
    };
    this.from = copy(new Int32Array(size), this.from);
    this.to = copy(new Int32Array(size), this.to);
    this.cost = copy(new Float64Array(size), this.cost);
    this.after = copy(new Int32Array(size), this.after);
    this.traps = copy(new Uint8Array(size), this.traps);
    this.keys = copy(new Float64Array(size), this.keys);
  }
}

/**
 * Places charges so that every way through a function adds up to exactly its cost, with as few charges as the structure
 * allows and those where they run least.
 *
 * Control points that one branch joins must have the same prepaid amount. What remains is a graph whose edges are straight
 * stretches of code; the stretches of a spanning tree, those that run most often first, need no charge (Knuth; Ball and
 * Larus). Each of the others pays the difference of the amounts at its ends.
 */
export class ExactPlacement {
  private readonly points = new Potentials();
  private readonly stretches = new Stretches();
  private labels = new Map<number, number>();

  constructor(
    private readonly events: EventList,
    private readonly paid: Float64Array,
    /** Calls are points at which the count must be right: an exception may end a stretch there. */
    private readonly pinCalls: boolean,
  ) {}

  /** Fills `charges` for one function. */
  place(shape: FunctionShape, charges: ChargeList): void {
    charges.reset(shape.first, shape.last);
    this.#collect(shape);
    const { points, stretches } = this;
    stretches.byWeight((index) => {
      points.join(stretches.from[index]!, stretches.to[index]!, -stretches.cost[index]!);
    });
    const root = points.root(0);
    const ground = points.of(0);
    const prepaid = (point: number): number => {
      // Shortens the way first.
      const isGrounded = points.root(point) === root;
      return points.of(point) - (isGrounded ? ground : 0);
    };
    let owed = false;
    for (let index = 0; index < stretches.count; index += 1) {
      // A run takes a stretch that traps once at most in each of its open calls.
      if (stretches.traps[index] === 1) continue;
      const before = prepaid(stretches.from[index]!);
      const behind = prepaid(stretches.to[index]!);
      if (before < 0 || behind < 0) owed = true;
      charges.set(stretches.after[index]!, behind - before + stretches.cost[index]!);
    }
    // Work that is paid only after a call could be repeated by recursion without ever being paid.
    if (owed && (shape.hasCall || shape.hasUnknown)) this.#placePlainly(charges);
  }

  /** Every stretch pays for itself. */
  #placePlainly(charges: ChargeList): void {
    const { stretches } = this;
    for (let index = 0; index < stretches.count; index += 1) {
      const traps = stretches.traps[index] === 1;
      charges.set(stretches.after[index]!, traps ? 0 : stretches.cost[index]!);
    }
  }

  #collect(shape: FunctionShape): void {
    const { events, points } = this;
    points.reset();
    this.stretches.count = 0;
    this.labels.clear();
    const ground = points.add();
    let current = ground;
    let after = -1;
    let cost = 0;
    let loops = 0;
    let branches = 0;
    /** Set while the event before continues with its labels. */
    let joined = -1;

    const close = (to: number, traps = false): void => {
      const weight = Math.min(loops, 1000) * 1024 - Math.min(branches, 1023);
      this.stretches.add(current, to, cost, after, weight, traps);
      cost = 0;
    };
    const open = (point: number, event: number): void => {
      current = point;
      after = event;
      cost = 0;
    };
    const label = (target: number): number => (target === -1 ? ground : this.labels.get(target)!);

    for (let event = shape.first; event < shape.last; event += 1) {
      const flags = events.flags(event);
      const kind = flags & 0xff;
      if ((flags & DEAD) !== 0) continue;
      const link = events.link(event);
      cost += events.cost(event);
      switch (kind) {
        case EventKind.Block:
          if ((flags & TARGETED) !== 0) this.labels.set(event, points.add());
          break;
        case EventKind.Loop:
          if ((flags & TARGETED) !== 0) {
            const header = points.add();
            this.labels.set(event, header);
            close(header);
            open(header, event);
            loops += 1;
          }
          break;
        case EventKind.If: {
          const arms = points.add();
          this.labels.set(event, points.add());
          close(arms);
          open(arms, event);
          this.arms.push(arms);
          branches += 1;
          break;
        }
        case EventKind.Else:
          if ((flags & DEAD_BEFORE) === 0) close(label(link));
          open(this.arms.at(-1)!, event);
          this.elses.add(link);
          break;
        case EventKind.Try:
          this.labels.set(event, points.add());
          close(ground);
          open(ground, event);
          break;
        case EventKind.Catch:
          if ((flags & DEAD_BEFORE) === 0) close(label(link));
          open(ground, event);
          break;
        case EventKind.TryTable:
          this.labels.set(event, points.add());
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
              // What follows runs less often: it must not share its charge with the loop's last stretch.
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
            const arms = this.arms.pop()!;
            if (!this.elses.delete(link)) points.join(arms, label(link), 0);
          }
          const target = this.labels.get(link);
          if (target === undefined) break;
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
          if (kind === EventKind.Call) cost += this.paid[events.argument(event)]!;
          if (this.pinCalls) {
            close(ground);
            open(ground, event);
          }
          break;
        default:
      }
    }
  }

  private readonly arms: number[] = [];
  private readonly elses = new Set<number>();
}

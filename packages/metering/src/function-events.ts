import { doubled } from './doubled.js';

/** The kind of an event. Events are the instructions that matter to control flow, cost placement or rewriting. */
export const enum EventKind {
  Block = 0,
  Loop = 1,
  If = 2,
  Else = 3,
  End = 4,
  Br = 5,
  /** `br_if` and the other conditional branches. */
  BrIf = 6,
  BrTable = 7,
  Return = 8,
  Trap = 9,
  Call = 10,
  /** A call with an unknown target: `call_indirect`, `call_ref`. */
  CallUnknown = 11,
  TailCall = 12,
  Throw = 13,
  Try = 14,
  Catch = 15,
  TryTable = 16,
  /** An operator with a length that has to be paid for. */
  Bulk = 17,
  Grow = 18,
  /** `data.drop` or `elem.drop`. */
  Drop = 20,
  /** A point within a long stretch of other instructions where code can be inserted. */
  Pause = 21,
  /** `br_table`'s label, or the clause of a `try_table`: continues the event before it. */
  Label = 19,
}

/** The event cannot be reached. */
export const DEAD = 0x100;
/** A live branch goes to this block; for a loop: it really repeats. */
export const TARGETED = 0x200;
/** The loop, or a loop inside it, contains a call or an operator that becomes one. */
export const CALLS = 0x400;
/** The code before this `else` or `end` cannot be reached. */
export const DEAD_BEFORE = 0x800;
/** Shift of the count of loops around a loop, 2 for more. */
export const NESTING = 12;
/** Shift of the count of nested loops inside a loop, including itself; 7 for more. */
export const HEIGHT = 14;
/** A `try` with handlers, and the first of its handlers. Never a loop, for which {@link HEIGHT} uses these bits. */
export const GUARDED = 0x4000;
/** A `try` or `try_table` that catches everything. */
export const SEALED = 0x8000;

/** A clause of a `try_table` leads to the end of this block. */
export const CATCHES = 0x2_0000;

const STRIDE = 5;

/** Code has an event every 9 to 13 bytes: extra reserved space is never touched, but growing would copy the list. */
const BYTES_PER_EVENT = 8;
const MAX_SET_ASIDE = 2 ** 22;

/** Events of all functions of a module, in one growing array: modules have millions of them. */
export class EventList {
  count = 0;
  #data: Int32Array;
  /** Fuel of each event: a long stretch at the highest price needs more than 32 bits. */
  #costs: Float64Array;

  /** @param codeBytes Size of the module's code. */
  constructor(codeBytes: number) {
    const events = Math.min(Math.ceil(codeBytes / BYTES_PER_EVENT) + 16, MAX_SET_ASIDE);
    this.#data = new Int32Array(STRIDE * events);
    this.#costs = new Float64Array(events);
  }

  /**
   * @param start Byte offset of the instruction.
   * @param end Byte offset just after it.
   * @param cost Fuel of the code since the previous event, including this instruction.
   * @param argument By kind: block type, target as in `CallGraph`, opcode, or byte offset of a label.
   * @param link By kind: the event that a branch goes to, or that opened the block that ends here; -1 is the function itself. For a
   * loop it is its end.
   */
  push(
    kind: number,
    start: number,
    end: number,
    cost: number,
    argument: number,
    link: number,
  ): number {
    const at = this.count * STRIDE;
    if (at + STRIDE > this.#data.length) {
      this.#data = doubled(this.#data);
      this.#costs = doubled(this.#costs);
    }
    const data = this.#data;
    data[at] = kind;
    data[at + 1] = start;
    data[at + 2] = end;
    this.#costs[this.count] = cost;
    data[at + 3] = argument;
    data[at + 4] = link;
    return this.count++;
  }

  kind(event: number): number {
    return this.#data[event * STRIDE]! & 0xff;
  }
  flags(event: number): number {
    return this.#data[event * STRIDE]!;
  }
  mark(event: number, flag: number): void {
    this.#data[event * STRIDE]! |= flag;
  }
  start(event: number): number {
    return this.#data[event * STRIDE + 1]!;
  }
  end(event: number): number {
    return this.#data[event * STRIDE + 2]!;
  }
  cost(event: number): number {
    return this.#costs[event]!;
  }
  argument(event: number): number {
    return this.#data[event * STRIDE + 3]!;
  }
  link(event: number): number {
    return this.#data[event * STRIDE + 4]!;
  }
  setLink(event: number, link: number): void {
    this.#data[event * STRIDE + 4] = link;
  }
}

/** The result of scanning one function. Events are `[first, last)` of the module's {@link EventList}. */
export interface FunctionShape {
  readonly first: number;
  last: number;
  hasLoop: boolean;
  /** Numbers of loops, exception handlers, and places where control leaves the function. */
  loops: number;
  handlers: number;
  leaves: number;
  hasCatch: boolean;
  hasDelegate: boolean;
  /** Contains something other than direct calls that leaves the function. */
  hasUnknown: boolean;
  hasCall: boolean;
  /** Calls, and operators that become one. */
  calls: number;
  /** Drops segments. */
  hasDrop: boolean;
  /** A live branch goes to the function's own label. */
  branchesToExit: boolean;
}

// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and events are numbers where they come from: bytes and typed arrays
import { type FunctionBody, InstructionCursor, type Module } from '@testbench/wasm';

import type { OperatorCosts } from './cost-table.js';
import {
  CATCHES,
  DEAD,
  DEAD_BEFORE,
  EventKind,
  type EventList,
  type FunctionShape,
  GUARDED,
  SEALED,
  TARGETED,
} from './function-events.js';
import { Opcode } from './operators.js';

/** Fuel of a stretch without events after which an event is inserted. */
const MAX_STRETCH = 4096;

/** Prefixed operators whose price depends on a length. */
const BULK = new Set<number>([
  Opcode.MemoryInit,
  Opcode.MemoryCopy,
  Opcode.MemoryFill,
  Opcode.TableInit,
  Opcode.TableCopy,
  Opcode.TableFill,
  Opcode.ArrayNew,
  Opcode.ArrayNewDefault,
  Opcode.ArrayNewData,
  Opcode.ArrayNewElem,
  Opcode.ArrayFill,
  Opcode.ArrayCopy,
  Opcode.ArrayInitData,
  Opcode.ArrayInitElem,
]);

/** Clauses of a `try_table` with this kind or a higher one catch everything. */
const CATCH_ALL = 2;

/** Prefixed operators that put functions into tables, or take references to them from segments. */
const MOVES_FUNCTIONS = new Set<number>([
  Opcode.TableGrow,
  Opcode.TableFill,
  Opcode.ArrayNewElem,
  Opcode.ArrayInitElem,
]);

/** Prefixed operators that write to a table. */
const WRITES_TABLES = new Set<number>([
  Opcode.TableInit,
  Opcode.TableCopy,
  Opcode.TableGrow,
  Opcode.TableFill,
]);

/** Reads function bodies into events. One scanner serves a whole module. */
export class FunctionScanner {
  /** Functions that `ref.func` instructions refer to. */
  readonly referenced = new Set<number>();
  /** Functions are taken out of tables, or put into them other than by element segments. */
  movesFunctions = false;
  /** Tables that instructions write to. */
  readonly writtenTables = new Set<number>();
  readonly #cursor: InstructionCursor;
  /** Events that opened the blocks around the current instruction. */
  readonly #open: number[] = [];
  #cost = 0;
  #live = true;
  #shape!: FunctionShape;
  readonly #module: Module;
  readonly #events: EventList;
  readonly #costs: OperatorCosts;

  constructor(module: Module, events: EventList, costs: OperatorCosts) {
    this.#module = module;
    this.#events = events;
    this.#costs = costs;
    this.#cursor = new InstructionCursor(module.bytes, 0, 0);
  }

  scan(body: FunctionBody): FunctionShape {
    const cursor = this.#cursor;
    const events = this.#events;
    const { plain } = this.#costs;
    const shape: FunctionShape = {
      first: events.count,
      last: 0,
      hasLoop: false,
      loops: 0,
      handlers: 0,
      leaves: 0,
      hasCatch: false,
      hasDelegate: false,
      hasUnknown: false,
      hasCall: false,
      calls: 0,
      hasDrop: false,
      branchesToExit: false,
    };
    this.#shape = shape;
    this.#open.length = 0;
    this.#cost = 0;
    this.#live = true;
    cursor.reset(body.code, body.end);
    while (cursor.next()) {
      const { opcode } = cursor;
      if (this.#cost > MAX_STRETCH && this.#live) this.#pause();
      if (opcode < 256) {
        this.#cost += plain[opcode]!;
        if (opcode <= Opcode.TryTable) this.#control(opcode);
        else if (opcode === Opcode.MemoryGrow) this.#leave(EventKind.Grow, opcode);
        else if (opcode === Opcode.RefFunc) this.referenced.add(cursor.index);
        else if (opcode === Opcode.BrOnNull || opcode === Opcode.BrOnNonNull) {
          this.#branch(EventKind.BrIf, cursor.index);
        } else if (opcode === Opcode.TableGet || opcode === Opcode.TableSet) {
          this.movesFunctions = true;
          if (opcode === Opcode.TableSet) this.writtenTables.add(cursor.index);
        }
      } else {
        if (WRITES_TABLES.has(opcode)) {
          this.writtenTables.add(opcode === Opcode.TableInit ? cursor.second : cursor.index);
        }
        if (MOVES_FUNCTIONS.has(opcode)) this.movesFunctions = true;
        this.#cost += this.#costs.ofPrefixed(opcode);
        if (BULK.has(opcode)) this.#leave(EventKind.Bulk, opcode);
        else if (opcode === Opcode.TableGrow) this.#leave(EventKind.Grow, opcode);
        else if (opcode === Opcode.DataDrop || opcode === Opcode.ElemDrop) {
          shape.hasDrop = true;
          this.#push(EventKind.Drop, opcode, -1);
        } else if (opcode === Opcode.BrOnCast || opcode === Opcode.BrOnCastFail) {
          this.#branch(EventKind.BrIf, cursor.index);
        }
      }
    }
    shape.last = events.count;
    return shape;
  }

  #control(opcode: number): void {
    const cursor = this.#cursor;
    switch (opcode) {
      case Opcode.Block:
      case Opcode.Loop:
      case Opcode.If:
        // These kinds have the same order as the operators.
        this.#openBlock(opcode - Opcode.Block);
        break;
      case Opcode.Try:
        this.#openTry(EventKind.Try);
        break;
      case Opcode.TryTable:
        this.#openTry(EventKind.TryTable);
        break;
      case Opcode.Else:
      case Opcode.Catch:
      case Opcode.CatchAll: {
        const opener = this.#open.at(-1)!;
        const before = this.#endOfStretch();
        this.#live = (this.#events.flags(opener) & DEAD) === 0;
        this.#push((opcode === Opcode.Else ? EventKind.Else : EventKind.Catch) | before, 0, opener);
        if (opcode !== Opcode.Else) {
          this.#shape.handlers += 1;
          this.#markFirst(opener);
        }
        if (opcode === Opcode.CatchAll) this.#events.mark(opener, SEALED);
        break;
      }
      case Opcode.End:
      case Opcode.Delegate:
        if (opcode === Opcode.Delegate) this.#shape.hasDelegate = true;
        this.#closeBlock();
        break;
      case Opcode.Br:
        this.#branch(EventKind.Br, cursor.index);
        this.#live = false;
        break;
      case Opcode.BrIf:
        this.#branch(EventKind.BrIf, cursor.index);
        break;
      case Opcode.BrTable: {
        this.#push(EventKind.BrTable, cursor.index, -1);
        cursor.forEachLabel((label) => this.#label(label));
        this.#live = false;
        break;
      }
      case Opcode.Return:
        this.#stop(EventKind.Return, 0);
        break;
      case Opcode.Unreachable:
        this.#stop(EventKind.Trap, 0);
        break;
      case Opcode.Call:
        this.#shape.hasCall = true;
        this.#leave(EventKind.Call, cursor.index);
        break;
      case Opcode.CallIndirect:
      case Opcode.CallRef:
        this.#shape.hasUnknown = true;
        this.#leave(EventKind.CallUnknown, this.#unknownTarget(opcode === Opcode.CallIndirect));
        break;
      case Opcode.ReturnCall:
        // The callee pays for itself: it must not rely on its callers.
        this.referenced.add(cursor.index);
        this.#finish(EventKind.TailCall, cursor.index);
        break;
      case Opcode.ReturnCallIndirect:
      case Opcode.ReturnCallRef:
        this.#finish(EventKind.TailCall, this.#unknownTarget(opcode === Opcode.ReturnCallIndirect));
        break;
      case Opcode.Throw:
      case Opcode.Rethrow:
      case Opcode.ThrowRef:
        this.#finish(EventKind.Throw, 0);
        break;
      default:
    }
  }

  /** Inserts an event before the instruction that has just been read. */
  #pause(): void {
    const { offset } = this.#cursor;
    this.#events.push(EventKind.Pause, offset, offset, this.#cost, 0, -1);
    this.#cost = 0;
  }

  /** Flags of an `else` or `end`; the cost of unreachable code before it is dropped. */
  #endOfStretch(): number {
    if (this.#live) return 0;
    this.#cost = 0;
    return DEAD_BEFORE;
  }

  #push(kind: number, argument: number, link: number): number {
    const cursor = this.#cursor;
    const cost = this.#cost;
    this.#cost = 0;
    const dead = this.#live ? 0 : DEAD;
    return this.#events.push(kind | dead, cursor.offset, cursor.position, cost, argument, link);
  }

  #openBlock(kind: number): void {
    this.#open.push(this.#push(kind, this.#cursor.blockType, -1));
  }

  #openTry(kind: number): void {
    this.#shape.hasCatch = this.#shape.hasUnknown = true;
    this.#openBlock(kind);
    if (kind === EventKind.Try) return;
    // Labels of the clauses are counted from outside the block.
    const opener = this.#open.pop()!;
    this.#cursor.forEachCatch((clause, label) => {
      this.#shape.handlers += 1;
      if (clause >= CATCH_ALL) this.#events.mark(opener, SEALED);
      this.#label(label, CATCHES);
    });
    this.#open.push(opener);
  }

  /** Marks the `catch` just read if it is the first of its `try`: the guarded code is before it. */
  #markFirst(opener: number): void {
    const events = this.#events;
    if ((events.flags(opener) & GUARDED) !== 0) return;
    events.mark(opener, GUARDED);
    events.mark(events.count - 1, GUARDED);
  }

  #closeBlock(): void {
    const events = this.#events;
    const opener = this.#open.pop() ?? -1;
    const before = this.#endOfStretch();
    if (opener === -1) {
      this.#push(EventKind.End | before, 0, -1);
      return;
    }
    const flags = events.flags(opener);
    this.#live = (flags & DEAD) === 0;
    const end = this.#push(EventKind.End | before, 0, opener);
    const isLoop = events.kind(opener) === EventKind.Loop;
    if (isLoop && (flags & TARGETED) !== 0) {
      this.#shape.hasLoop = true;
      this.#shape.loops += 1;
    }
    if (isLoop) {
      events.setLink(opener, end);
      // After a loop, code is live only if something exits the loop: by its end, or by an outward branch.
      if (before !== 0) this.#live = false;
    } else if (
      events.kind(opener) === EventKind.Block ||
      events.kind(opener) === EventKind.TryTable
    ) {
      if (before !== 0 && (flags & TARGETED) === 0) this.#live = false;
    }
  }

  #branch(kind: number, label: number): void {
    this.#push(kind, this.#cursor.immediateOffset, this.#target(label));
  }

  /** @param mark Flag of the block that the label stands for. */
  #label(label: number, mark = 0): void {
    const dead = this.#live ? 0 : DEAD;
    const { position } = this.#cursor;
    const target = this.#target(label);
    if (target !== -1) this.#events.mark(target, mark);
    this.#events.push(EventKind.Label | dead, position, position, 0, 0, target);
  }

  #target(label: number): number {
    const open = this.#open;
    const target = label < open.length ? open[open.length - 1 - label]! : -1;
    if (this.#live) {
      if (target === -1) this.#shape.branchesToExit = true;
      else this.#events.mark(target, TARGETED);
    }
    return target;
  }

  #leave(kind: number, argument: number): void {
    this.#shape.calls += 1;
    if (kind !== EventKind.Call) this.#shape.hasUnknown = true;
    this.#push(kind, argument, -1);
  }

  /** The target of an indirect call: see `CallGraph`. */
  #unknownTarget(isIndirect: boolean): number {
    const { functions, types } = this.#module;
    return functions.length + (isIndirect ? this.#cursor.index : types.length);
  }

  /** Control leaves the function for another one. */
  #finish(kind: number, argument: number): void {
    this.#shape.hasUnknown = true;
    this.#stop(kind, argument);
  }

  #stop(kind: number, argument: number): void {
    this.#shape.leaves += 1;
    this.#push(kind, argument, -1);
    this.#live = false;
  }
}

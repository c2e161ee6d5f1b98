// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and events are numbers where they come from: bytes and typed arrays
import {
  ByteReader,
  ByteWriter,
  type FunctionBody,
  InstructionCursor,
  type Module,
} from '@testbench/wasm';

import { type CallGraph, Role } from './call-graph.js';
import type { ChargeList } from './charge-list.js';
import {
  CALLS,
  DEAD,
  EventKind,
  type EventList,
  type FunctionShape,
  OUTER,
  TARGETED,
} from './function-events.js';
import type { HelperFunctions } from './helper-functions.js';
import { Opcode } from './operators.js';

const VOID = 0x40;
const I64 = 0x7e;
const I64_ADD = 0x7c;
const I64_SUB = 0x7d;
const I64_LT_S = 0x53;

/** Engines accept no more locals, parameters included. */
const MAX_LOCALS = 50_000;

/** Blocks that stand between a wrapped loop and the code around it. */
const WRAP_DEPTH = 3;

/** How much more often code runs for each loop around it, and how deep that is believed. */
const LOOP_WEIGHT = 8;
const MAX_WEIGHTED = 6;

/** Bytes of a loop's body up to which it is repeated most. */
const SMALL_LOOP = 96;

/** What goes to a label. */
const BRANCHES = new Set<number>([EventKind.Br, EventKind.BrIf, EventKind.Label]);

/** What leaves a function. */
const LEAVES = new Set<number>([EventKind.Return, EventKind.TailCall, EventKind.Throw]);

/** What a function's rewriting needs to know besides its code. */
export interface FunctionPlan {
  readonly shape: FunctionShape;
  /** Charges by the event behind which they stand; -1 is the entry. */
  readonly charges: ChargeList;
  readonly checkEntry: boolean;
}

/** Counts of what was inserted. */
export interface RewriteStats {
  charges: number;
  checks: number;
}

/** Writes the metered bodies of a module's functions. */
export class FunctionRewriter {
  readonly stats: RewriteStats = { charges: 0, checks: 0 };
  /** Content of a branch hint section without its count: every check is unlikely to ask for fuel. */
  readonly hints = new ByteWriter();
  hintedFunctions = 0;
  /** Offsets of the current function's checks, from its body's start. */
  private readonly checks: number[] = [];
  private bodyStart = 0;
  private readonly cursor: InstructionCursor;
  /** Where the function keeps its count while it runs; otherwise each charge goes to the global. */
  private inLocal = false;
  /** The local that holds the count, or a scratch local beside the global; -1 for none. */
  private local = -1;
  /** The loop that is being written in two levels; -1 for none. Only innermost loops are, so there is one at most. */
  private wrapped = -1;
  /** How many blocks stand between the code being written and what is outside of the wrapped loop. */
  private shift = 0;
  /** Everything before this offset of the original is written. */
  private copied = 0;

  constructor(
    private readonly module: Module,
    private readonly events: EventList,
    private readonly out: ByteWriter,
    private readonly helpers: HelperFunctions,
    private readonly fuelGlobal: number,
    private readonly calls: CallGraph,
  ) {
    this.cursor = new InstructionCursor(module.bytes, 0, 0);
  }

  /** Writes a function's body without its size. */
  rewrite(index: number, plan: FunctionPlan): void {
    const { module, out, checks } = this;
    this.bodyStart = out.length;
    checks.length = 0;
    const body = module.bodies[index]!;
    const { shape, charges } = plan;
    const typeIndex = module.functions[module.importedFunctions + index]!;
    const type = module.types[typeIndex];
    const locals = body.locals + (type?.kind === 'function' ? type.params.length : 0);
    const prefersLocal = shape.hasLoop && this.#classifyLoops(shape, charges);
    this.inLocal = prefersLocal && !shape.hasCatch && locals < MAX_LOCALS;
    const useful = this.inLocal || plan.checkEntry || shape.hasLoop;
    this.local = useful && locals < MAX_LOCALS ? locals : -1;
    this.#copyLocals(body);
    const wrap = this.inLocal && shape.branchesToExit;
    // A branch to the function's own label must store the count first: it goes to this block instead.
    if (wrap) this.#openResultBlock(typeIndex);
    if (this.inLocal) this.#reload();
    this.#charge(charges.get(-1), plan.checkEntry);
    this.#rewriteEvents(shape.first, shape.last - 1, charges);
    this.#copyTo(body.end - 1);
    if (wrap) out.u8(Opcode.End);
    if (this.inLocal) this.#flush();
    out.u8(Opcode.End);
    if (checks.length === 0) return;
    this.hintedFunctions += 1;
    this.hints.u32(module.importedFunctions + index).u32(checks.length);
    // One byte each: 0 is unlikely.
    for (const offset of checks) this.hints.u32(offset).u8(1).u8(0);
  }

  #rewriteEvents(first: number, last: number, charges: ChargeList): void {
    const { events } = this;
    for (let event = first; event < last; event += 1) {
      const flags = events.flags(event);
      const isLoop = (flags & (0xff | DEAD | TARGETED)) === (EventKind.Loop | TARGETED);
      if (isLoop && this.#canWrap(event, flags)) event = this.#wrapLoop(event, charges);
      else if ((flags & DEAD) === 0) this.#rewriteEvent(event, flags, charges);
      else if (this.wrapped !== -1) this.#shiftLabels(event, flags & 0xff);
    }
  }

  /**
   * Marks loops that contain calls or other loops. True if the count should be kept in a local: there is a loop without
   * calls, or loops charge more often than they call.
   */
  #classifyLoops(shape: FunctionShape, charges: ChargeList): boolean {
    const { events } = this;
    const open: number[] = [];
    // Stops where the mark stands already, because then it stands further out as well.
    const mark = (flag: number): void => {
      for (let at = open.length - 1; at >= 0 && (events.flags(open[at]!) & flag) === 0; at -= 1) {
        events.mark(open[at]!, flag);
      }
    };
    let hasPlainLoop = false;
    let balance = 0;
    for (let event = shape.first; event < shape.last; event += 1) {
      const flags = events.flags(event);
      const kind = flags & 0xff;
      if ((flags & (DEAD | TARGETED)) === TARGETED && kind === EventKind.Loop) {
        mark(OUTER);
        open.push(event);
      } else if (kind === EventKind.End && open.length > 0 && events.link(event) === open.at(-1)) {
        if ((events.flags(open.pop()!) & CALLS) === 0) hasPlainLoop = true;
      } else if (
        kind === EventKind.Bulk ||
        kind === EventKind.Grow ||
        ((kind === EventKind.Call || kind === EventKind.CallUnknown) &&
          this.calls.roles[events.argument(event)] !== Role.Free &&
          // A panic: `call $abort, unreachable` is no part of the loop's turns.
          events.kind(event + 1) !== EventKind.Trap)
      ) {
        mark(CALLS);
        // A call costs a store and a load.
        balance -= 2 * LOOP_WEIGHT ** Math.min(open.length, MAX_WEIGHTED);
      }
      if (charges.get(event) !== 0) balance += LOOP_WEIGHT ** Math.min(open.length, MAX_WEIGHTED);
    }
    return hasPlainLoop || balance > 0;
  }

  #rewriteEvent(event: number, flags: number, charges: ChargeList): void {
    const { events, out } = this;
    const kind = flags & 0xff;
    switch (kind) {
      case EventKind.Loop:
        if ((flags & TARGETED) !== 0) {
          this.#copyTo(events.end(event));
          this.#charge(charges.get(event), true);
          return;
        }
        break;
      case EventKind.Br:
      case EventKind.BrIf:
      case EventKind.BrTable:
        if (this.wrapped !== -1) this.#shiftLabels(event, kind);
        break;
      case EventKind.Return:
      case EventKind.TailCall:
      case EventKind.Throw:
        this.#copyTo(events.start(event));
        if (this.inLocal) this.#flush();
        break;
      case EventKind.Call:
      case EventKind.CallUnknown:
        if (this.inLocal) this.#callOut(event);
        break;
      case EventKind.Bulk:
      case EventKind.Grow: {
        this.#copyTo(events.start(event));
        const helper = this.#lengthHelper(event);
        if (this.inLocal) this.#flush();
        out.u8(Opcode.Call).u32(helper);
        if (this.inLocal) this.#reload();
        // The helper grows itself; the other operators follow it.
        if (kind === EventKind.Grow) this.copied = events.end(event);
        break;
      }
      default:
    }
    const charge = charges.get(event);
    if (charge !== 0) {
      this.#copyTo(events.end(event));
      this.#charge(charge, false);
    }
  }

  /** Lets a callee have the count that stands in the local. */
  #callOut(event: number): void {
    const { events, calls } = this;
    const callee = events.argument(event);
    const isFree = calls.roles[callee] === Role.Free;
    // It may call the host before it traps, and an exception would take the local with it.
    if (isFree && calls.leaves[callee] === 0) return;
    this.#copyTo(events.start(event));
    this.#flush();
    if (isFree) return;
    this.#copyTo(events.end(event));
    this.#reload();
  }

  #canWrap(event: number, flags: number): boolean {
    return (
      this.inLocal &&
      (flags & (CALLS | OUTER)) === 0 &&
      this.#hasNoParams(this.events.argument(event))
    );
  }

  /**
   * Writes an innermost loop without calls so that it has none afterwards either: engines unroll such loops and keep them in
   * registers. To ask for fuel, it is left, and entered again.
   *
   * ```
   * block $done
   *   loop $again
   *     block $ask
   *       loop $turns
   *         (pay for all copies; br_if $ask if there is not enough)
   *         block (copy of the body, whose back edges lead to the block's end) (br $done) end
   *         (last copy of the body)
   *       end
   *       br $done
   *     end
   *     (ask for fuel; br $again)
   *   end
   * end
   * ```
   *
   * @returns The event of the loop's end.
   */
  #wrapLoop(event: number, charges: ChargeList): number {
    const { events, out, local } = this;
    let end = event + 1;
    let leaves = false;
    for (; events.kind(end) !== EventKind.End || events.link(end) !== event; end += 1) {
      const kind = events.kind(end);
      leaves ||= LEAVES.has(kind) || (BRANCHES.has(kind) && events.link(end) < event);
    }
    // Branches out of the loop cannot give anything back: each copy then pays for itself.
    const bodyStart = events.end(event);
    const bodyEnd = events.start(end);
    const copies = copiesFor(bodyEnd - bodyStart);
    const charge = charges.get(event);
    this.#copyTo(events.start(event));
    const type = this.module.bytes.subarray(events.start(event) + 1, bodyStart);
    out.u8(Opcode.Block).raw(type).u8(Opcode.Loop).raw(type).u8(Opcode.Block).u8(VOID);
    this.#copyTo(bodyStart);
    this.wrapped = event;
    const ahead = leaves ? 1 : copies;
    this.#subtract(charge * ahead);
    out.u8(Opcode.LocalTee).u32(local);
    out.u8(Opcode.I64Const).u8(0).u8(I64_LT_S);
    this.#hint();
    out.u8(Opcode.BrIf).u8(1);
    if (charge !== 0) this.stats.charges += 1;
    for (let copy = 1; copy <= copies; copy += 1) {
      const last = copy === copies;
      this.shift = last ? WRAP_DEPTH : WRAP_DEPTH + 1;
      this.copied = bodyStart;
      if (ahead === 1 && copy > 1) this.#charge(charge, false);
      if (!last) out.u8(Opcode.Block).u8(VOID);
      this.#rewriteEvents(event + 1, end, charges);
      this.#copyTo(bodyEnd);
      // Gives back what was paid for copies that do not run.
      if (ahead > 1 && !last) this.#charge(-charge * (copies - copy), false);
      if (!last)
        out
          .u8(Opcode.Br)
          .u8(WRAP_DEPTH + 1)
          .u8(Opcode.End);
    }
    this.#copyTo(events.end(end));
    this.wrapped = -1;
    out.u8(Opcode.Br).u8(2).u8(Opcode.End);
    out.u8(Opcode.LocalGet).u32(local).u8(Opcode.Call).u32(this.helpers.refill());
    // The loop's header will charge again.
    if (charge !== 0)
      out
        .u8(Opcode.I64Const)
        .signed(charge * ahead)
        .u8(I64_ADD);
    out.u8(Opcode.LocalSet).u32(local).u8(Opcode.Br).u8(0).u8(Opcode.End).u8(Opcode.End);
    this.#charge(charges.get(end), false);
    return end;
  }

  /** Adapts branches out of the wrapped loop to the blocks around it. */
  #shiftLabels(event: number, kind: number): void {
    const { events, out, cursor, wrapped, shift } = this;
    if (kind === EventKind.Br || kind === EventKind.BrIf) {
      if (events.link(event) >= wrapped) return;
      this.#copyTo(events.argument(event));
      const reader = new ByteReader(this.module.bytes, events.argument(event));
      out.u32(reader.u32('label') + shift);
      this.copied = reader.offset;
    } else if (kind === EventKind.BrTable) {
      cursor.reset(events.start(event), events.end(event)).next();
      this.#copyTo(cursor.immediateOffset);
      let label = event;
      cursor.forEachLabel((depth) => {
        label += 1;
        out.u32(events.link(label) < wrapped ? depth + shift : depth);
      });
      this.copied = events.end(event);
    }
  }

  #lengthHelper(event: number): number {
    const { events, cursor, helpers, module } = this;
    cursor.reset(events.start(event), events.end(event)).next();
    const { index, second } = cursor;
    const memory64 = (at: number): boolean => module.memories[at]!.type.address64;
    const table64 = (at: number): boolean => module.tables[at]!.type.address64;
    switch (events.argument(event)) {
      case Opcode.MemoryGrow:
        return helpers.growMemory(index, memory64(index));
      case Opcode.TableGrow:
        return helpers.growTable(index, table64(index), tableElement(module, index));
      case Opcode.MemoryFill:
        return helpers.bulk('memory', memory64(index));
      case Opcode.MemoryCopy:
        return helpers.bulk('memory', memory64(index) && memory64(second));
      case Opcode.MemoryInit:
        return helpers.bulk('memory', false);
      case Opcode.TableFill:
        return helpers.bulk('table', table64(index));
      case Opcode.TableCopy:
        return helpers.bulk('table', table64(index) && table64(second));
      case Opcode.TableInit:
        return helpers.bulk('table', false);
      default:
        return helpers.bulk('array', false);
    }
  }

  /** Pays, and asks for more where `check` says so. */
  #charge(amount: number, check: boolean): void {
    const { out, local, inLocal, fuelGlobal } = this;
    if (amount === 0 && !check) return;
    if (amount !== 0) this.stats.charges += 1;
    this.#subtract(amount);
    if (!check) {
      this.#put();
      return;
    }
    if (local === -1) {
      // No room for a local: read the global again.
      this.#put();
      out.u8(Opcode.GlobalGet).u32(fuelGlobal);
    } else {
      out.u8(Opcode.LocalTee).u32(local);
      if (!inLocal) {
        if (amount !== 0) out.u8(Opcode.GlobalSet).u32(fuelGlobal).u8(Opcode.LocalGet).u32(local);
      }
    }
    out.u8(Opcode.I64Const).u8(0).u8(I64_LT_S);
    this.#hint();
    out.u8(Opcode.If).u8(VOID);
    if (inLocal) {
      out.u8(Opcode.LocalGet).u32(local).u8(Opcode.Call).u32(this.helpers.refill());
      out.u8(Opcode.LocalSet).u32(local);
    } else {
      out.u8(Opcode.Call).u32(this.helpers.refillGlobal());
    }
    out.u8(Opcode.End);
  }

  /** Notes that the branch which comes next is a check. */
  #hint(): void {
    this.stats.checks += 1;
    this.checks.push(this.out.length - this.bodyStart);
  }

  /** Leaves the count less `amount` on the stack. */
  #subtract(amount: number): void {
    const { out, local, inLocal, fuelGlobal } = this;
    if (inLocal) out.u8(Opcode.LocalGet).u32(local);
    else out.u8(Opcode.GlobalGet).u32(fuelGlobal);
    if (amount !== 0) out.u8(Opcode.I64Const).signed(amount).u8(I64_SUB);
  }

  /** Stores the count that is on the stack where the function keeps it. */
  #put(): void {
    const { out, local, inLocal, fuelGlobal } = this;
    if (inLocal) out.u8(Opcode.LocalSet).u32(local);
    else out.u8(Opcode.GlobalSet).u32(fuelGlobal);
  }

  #flush(): void {
    const { out, local, fuelGlobal } = this;
    out.u8(Opcode.LocalGet).u32(local).u8(Opcode.GlobalSet).u32(fuelGlobal);
  }

  #reload(): void {
    const { out, local, fuelGlobal } = this;
    out.u8(Opcode.GlobalGet).u32(fuelGlobal).u8(Opcode.LocalSet).u32(local);
  }

  #copyLocals(body: FunctionBody): void {
    const { out } = this;
    this.copied = body.code;
    if (this.local === -1) {
      out.copy(this.module.bytes, body.start, body.code);
      return;
    }
    const reader = new ByteReader(this.module.bytes, body.start);
    out.u32(reader.u32('count of locals') + 1);
    out.copy(this.module.bytes, reader.offset, body.code);
    out.u8(1).u8(I64);
  }

  #openResultBlock(typeIndex: number): void {
    const { out, helpers } = this;
    const { bytes, types } = this.module;
    const type = types[typeIndex]!;
    out.u8(Opcode.Block);
    if (type.kind !== 'function' || type.results.length === 0) out.u8(VOID);
    else out.signed(helpers.type([0, ...bytes.subarray(type.resultsOffset, type.end)]));
  }

  #hasNoParams(blockType: number): boolean {
    if (blockType < 0) return true;
    const type = this.module.types[blockType];
    return type?.kind === 'function' && type.params.length === 0;
  }

  #copyTo(offset: number): void {
    if (offset > this.copied) {
      this.out.copy(this.module.bytes, this.copied, offset);
      this.copied = offset;
    }
  }
}

/** How often a small loop's body is repeated: one check then serves several turns. */
function copiesFor(bytes: number): number {
  return bytes <= SMALL_LOOP ? 4 : bytes <= 2 * SMALL_LOOP ? 2 : 1;
}

/** The encoded element type of a table. */
function tableElement({ bytes, tables }: Module, index: number): Uint8Array {
  const { offset, initial, imported } = tables[index]!;
  // A table with an initial value begins with 0x40 0x00, an import with its kind.
  const start = offset + (imported ? 1 : initial === undefined ? 0 : 2);
  const length = bytes[start] === 0x63 || bytes[start] === 0x64 ? 2 : 1;
  let end = start + length;
  if (length === 2) {
    if (bytes[start + 1] === 0x62) end += 1;
    while ((bytes[end - 1]! & 0x80) !== 0) end += 1;
  }
  return bytes.subarray(start, end);
}

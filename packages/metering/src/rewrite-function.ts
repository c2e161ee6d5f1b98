// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and events are numbers where they come from: bytes and typed arrays
import {
  ByteReader,
  type ByteWriter,
  type FunctionBody,
  InstructionCursor,
  type Module,
} from '@testbench/wasm';

import { type CallGraph, Role } from './call-graph.js';
import type { ChargeList } from './charge-list.js';
import { classifyLoops } from './classify-loops.js';
import type { CountCode } from './count-code.js';
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
import type { HelperFunctions } from './helper-functions.js';
import { lengthHelper } from './length-helper.js';
import { LoopBudget } from './loop-budget.js';
import { Opcode } from './operators.js';

const VOID = 0x40;
const I64 = 0x7e;
const I64_ADD = 0x7c;
const I64_LT_S = 0x53;

/** Engines accept no more locals, parameters included. */
const MAX_LOCALS = 50_000;

/** Blocks that stand between a wrapped loop and the code around it. */
const WRAP_DEPTH = 3;

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

/** Writes the metered bodies of a module's functions. */
export class FunctionRewriter {
  private readonly cursor: InstructionCursor;
  private readonly budget: LoopBudget;
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
    private readonly count: CountCode,
    private readonly helpers: HelperFunctions,
    private readonly calls: CallGraph,
  ) {
    this.cursor = new InstructionCursor(module.bytes, 0, 0);
    this.budget = new LoopBudget(module.bytes.length);
  }

  /** Writes a function's body without its size. */
  rewrite(index: number, plan: FunctionPlan): void {
    const { module, out, count } = this;
    count.begin();
    const body = module.bodies[index]!;
    const { shape, charges } = plan;
    const typeIndex = module.functions[module.importedFunctions + index]!;
    const type = module.types[typeIndex];
    const locals = body.locals + (type?.kind === 'function' ? type.params.length : 0);
    const prefersLocal =
      shape.hasLoop && classifyLoops(this.events, shape, charges, this.calls.roles);
    count.inLocal = prefersLocal && !shape.hasCatch && locals < MAX_LOCALS;
    const useful = count.inLocal || plan.checkEntry || shape.hasLoop;
    count.local = useful && locals < MAX_LOCALS ? locals : -1;
    this.#copyLocals(body);
    const wrap = count.inLocal && shape.branchesToExit;
    // A branch to the function's own label must store the count first: it goes to this block instead.
    if (wrap) this.#openResultBlock(typeIndex);
    if (count.inLocal) count.reload();
    count.charge(charges.get(-1), plan.checkEntry);
    this.#rewriteEvents(shape.first, shape.last - 1, charges);
    this.#copyTo(body.end - 1);
    if (wrap) out.u8(Opcode.End);
    if (count.inLocal) count.flush();
    out.u8(Opcode.End);
    count.finish(module.importedFunctions + index);
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

  #rewriteEvent(event: number, flags: number, charges: ChargeList): void {
    const { events, out, count, cursor } = this;
    const kind = flags & 0xff;
    switch (kind) {
      case EventKind.Loop:
        if ((flags & TARGETED) !== 0) {
          this.#copyTo(events.end(event));
          count.charge(charges.get(event), true);
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
        if (count.inLocal) count.flush();
        break;
      case EventKind.Call:
      case EventKind.CallUnknown:
        if (count.inLocal) this.#callOut(event);
        break;
      case EventKind.Bulk:
      case EventKind.Grow: {
        this.#copyTo(events.start(event));
        cursor.reset(events.start(event), events.end(event)).next();
        const helper = lengthHelper(cursor, this.helpers, this.module);
        if (count.inLocal) count.flush();
        out.u8(Opcode.Call).u32(helper);
        if (count.inLocal) count.reload();
        // The helper grows itself; the other operators follow it.
        if (kind === EventKind.Grow) this.copied = events.end(event);
        break;
      }
      default:
    }
    const charge = charges.get(event);
    if (charge !== 0) {
      this.#copyTo(events.end(event));
      count.charge(charge, false);
    }
  }

  /** Lets a callee have the count that stands in the local. */
  #callOut(event: number): void {
    const { events, calls, count } = this;
    const callee = events.argument(event);
    const isFree = calls.roles[callee] === Role.Free;
    // It may call the host before it traps, and an exception would take the local with it.
    if (isFree && calls.leaves[callee] === 0) return;
    this.#copyTo(events.start(event));
    count.flush();
    if (isFree) return;
    this.#copyTo(events.end(event));
    count.reload();
  }

  #canWrap(event: number, flags: number): boolean {
    return (
      this.count.inLocal &&
      !this.budget.isSpent &&
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
    const { events, out, count } = this;
    const { local } = count;
    let end = event + 1;
    let leaves = false;
    for (; events.kind(end) !== EventKind.End || events.link(end) !== event; end += 1) {
      const kind = events.kind(end);
      leaves ||= LEAVES.has(kind) || (BRANCHES.has(kind) && events.link(end) < event);
    }
    // Branches out of the loop cannot give anything back: each copy then pays for itself.
    const bodyStart = events.end(event);
    const bodyEnd = events.start(end);
    const copies = this.budget.copies(bodyEnd - bodyStart, events.flags(event) >>> NESTING);
    const charge = charges.get(event);
    this.#copyTo(events.start(event));
    const type = this.module.bytes.subarray(events.start(event) + 1, bodyStart);
    out.u8(Opcode.Block).raw(type).u8(Opcode.Loop).raw(type).u8(Opcode.Block).u8(VOID);
    this.#copyTo(bodyStart);
    this.wrapped = event;
    const ahead = leaves ? 0 : charge * (copies - 1);
    count.subtract(charge + ahead);
    out.u8(Opcode.LocalTee).u32(local);
    // What is paid ahead may be owed: a run that does not need it must not fail for it.
    out.u8(Opcode.I64Const).signed(-ahead).u8(I64_LT_S);
    count.hint();
    out.u8(Opcode.BrIf).u8(1);
    if (charge !== 0) count.charges += 1;
    for (let copy = 1; copy <= copies; copy += 1) {
      const last = copy === copies;
      this.shift = last ? WRAP_DEPTH : WRAP_DEPTH + 1;
      this.copied = bodyStart;
      if (leaves && copy > 1) count.charge(charge, false);
      if (!last) out.u8(Opcode.Block).u8(VOID);
      this.#rewriteEvents(event + 1, end, charges);
      this.#copyTo(bodyEnd);
      // Gives back what was paid for copies that do not run.
      if (!leaves && !last) count.charge(-charge * (copies - copy), false);
      if (!last)
        out
          .u8(Opcode.Br)
          .u8(WRAP_DEPTH + 1)
          .u8(Opcode.End);
    }
    this.#copyTo(events.end(end));
    this.wrapped = -1;
    out.u8(Opcode.Br).u8(2).u8(Opcode.End);
    out.u8(Opcode.LocalGet).u32(local);
    this.#add(ahead);
    out.u8(Opcode.Call).u32(this.helpers.refill());
    // The loop's header will charge again.
    this.#add(charge);
    out.u8(Opcode.LocalSet).u32(local).u8(Opcode.Br).u8(0).u8(Opcode.End).u8(Opcode.End);
    count.charge(charges.get(end), false);
    return end;
  }

  #add(amount: number): void {
    if (amount !== 0) this.out.u8(Opcode.I64Const).signed(amount).u8(I64_ADD);
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

  #copyLocals(body: FunctionBody): void {
    const { out } = this;
    this.copied = body.code;
    if (this.count.local === -1) {
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

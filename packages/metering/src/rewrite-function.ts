// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and events are numbers where they come from: bytes and typed arrays
import { ByteReader, type ByteWriter, type FunctionBody, type Module } from '@testbench/wasm';

import { BodyCopier } from './body-copier.js';
import { type CallGraph, Role } from './call-graph.js';
import type { ChargeList } from './charge-list.js';
import { classifyLoops } from './classify-loops.js';
import type { CountCode } from './count-code.js';
import {
  CATCHES,
  DEAD,
  EventKind,
  type EventList,
  type FunctionShape,
  TARGETED,
} from './function-events.js';
import type { HelperFunctions } from './helper-functions.js';
import { lengthHelper } from './length-helper.js';
import { MAX_INLINE_CHECKS, MAX_STORED_CALLS } from './loop-budget.js';
import { LoopWriter } from './loop-writer.js';
import { Opcode, VOID } from './operators.js';
import type { StateKeeper } from './saved-state.js';

const I64 = 0x7e;

/** Engines do not accept more locals, including parameters. */
const MAX_LOCALS = 50_000;

/** Data needed to rewrite a function, in addition to its code. */
export interface FunctionPlan {
  readonly shape: FunctionShape;
  /** Charges by the event that they follow; -1 is the entry. */
  readonly charges: ChargeList;
  readonly checkEntry: boolean;
  /** Also checks before returning: every open call may owe as much. */
  readonly checkExits: boolean;
  /** Charges other than at the entry and at loops also check: an exception may end a call without an exit. */
  readonly checkCharges: boolean;
  /** Total size of the bodies before it, counting only the bytes that every engine gets. */
  readonly before: number;
}

/** Writes the metered bodies of a module's functions. */
export class FunctionRewriter {
  readonly #copier: BodyCopier;
  readonly #loops: LoopWriter;
  #checkExits = false;
  #checkCharges = false;
  readonly #module: Module;
  readonly #events: EventList;
  readonly #out: ByteWriter;
  readonly #count: CountCode;
  readonly #helpers: HelperFunctions;
  readonly #calls: CallGraph;
  readonly #state: StateKeeper | undefined;

  constructor(
    module: Module,
    events: EventList,
    out: ByteWriter,
    count: CountCode,
    helpers: HelperFunctions,
    calls: CallGraph,
    state: StateKeeper | undefined,
  ) {
    this.#module = module;
    this.#events = events;
    this.#out = out;
    this.#count = count;
    this.#helpers = helpers;
    this.#calls = calls;
    this.#state = state;
    const copier = new BodyCopier(module.bytes, events, out);
    this.#copier = copier;
    this.#loops = new LoopWriter(
      module,
      calls.paid,
      count,
      helpers,
      copier,
      (first, last, charges) => this.#rewriteEvents(first, last, charges),
    );
  }

  /**
   * Writes a function's body, without its size, at the start of the writer.
   *
   * @returns The part of its size that every engine gets.
   */
  rewrite(index: number, plan: FunctionPlan): number {
    const module = this.#module;
    const out = this.#out;
    const count = this.#count;
    const copier = this.#copier;
    const body = module.bodies[index]!;
    const { shape, charges } = plan;
    const typeIndex = module.functions[module.importedFunctions + index]!;
    const type = module.types[typeIndex];
    const locals = body.locals + (type?.kind === 'function' ? type.params.length : 0);
    const prefersLocal =
      shape.hasLoop && classifyLoops(this.#events, shape, charges, this.#calls.roles);
    count.callsToCheck = mostChecks(plan) > MAX_INLINE_CHECKS;
    count.inLocal =
      prefersLocal &&
      !shape.hasCatch &&
      !count.callsToCheck &&
      shape.calls <= MAX_STORED_CALLS &&
      locals < MAX_LOCALS;
    const checks = plan.checkEntry || plan.checkExits || shape.hasLoop;
    const useful = count.inLocal || (checks && !count.callsToCheck);
    count.local = useful && locals < MAX_LOCALS ? locals : -1;
    this.#loops.begin(plan.before, shape.loops, plan.checkCharges);
    this.#checkExits = plan.checkExits;
    this.#checkCharges = plan.checkCharges;
    this.#copyLocals(body);
    const wrap = (count.inLocal || plan.checkExits) && shape.branchesToExit;
    // A branch to the function's own label must store or check the count first: it goes to this block instead.
    if (wrap) this.#openResultBlock(typeIndex);
    if (count.inLocal) count.reload();
    count.charge(charges.get(-1), plan.checkEntry);
    this.#rewriteEvents(shape.first, shape.last - 1, charges);
    copier.to(body.end - 1);
    if (wrap) out.u8(Opcode.End);
    this.#leave();
    out.u8(Opcode.End);
    const { bodyBytes } = count;
    count.finish(module.importedFunctions + index);
    return bodyBytes;
  }

  #rewriteEvents(first: number, last: number, charges: ChargeList): void {
    const events = this.#events;
    const loops = this.#loops;
    for (let event = first; event < last; event += 1) {
      const flags = events.flags(event);
      const isLoop = (flags & (0xff | DEAD | TARGETED)) === (EventKind.Loop | TARGETED);
      if (isLoop && loops.canWrap(event)) {
        event = loops.wrap(event, charges);
      } else if ((flags & DEAD) === 0) this.#rewriteEvent(event, flags, charges);
      else this.#copier.branch(event, flags & 0xff);
    }
  }

  #rewriteEvent(event: number, flags: number, charges: ChargeList): void {
    const events = this.#events;
    const out = this.#out;
    const count = this.#count;
    const copier = this.#copier;
    const kind = flags & 0xff;
    switch (kind) {
      case EventKind.Loop:
        if ((flags & TARGETED) !== 0) {
          copier.to(events.end(event));
          count.charge(charges.get(event), true, true);
          return;
        }
        break;
      case EventKind.Br:
      case EventKind.BrIf:
      case EventKind.BrTable:
        copier.branch(event, kind);
        break;
      case EventKind.Return:
      case EventKind.TailCall:
      case EventKind.Throw:
        copier.to(events.start(event));
        this.#leave();
        break;
      case EventKind.Call:
      case EventKind.CallUnknown:
        if (count.inLocal) this.#callOut(event);
        break;
      case EventKind.Bulk:
      case EventKind.Grow: {
        copier.to(events.start(event));
        const helper = lengthHelper(copier.read(event), this.#helpers, this.#module);
        if (count.inLocal) count.flush();
        out.u8(Opcode.Call).u32(helper.index);
        if (count.inLocal) count.reload();
        if (helper.replaces) copier.copied = events.end(event);
        break;
      }
      case EventKind.Drop:
        if (this.#state?.isDrop(events.argument(event), copier.read(event).index) === true) {
          copier.to(events.start(event));
          this.#state.noteDrop(out);
        }
        break;
      default:
    }
    const charge = charges.get(event);
    const caught = kind === EventKind.Catch || (kind === EventKind.End && this.#isCaught(event));
    if (charge !== 0 || caught) {
      copier.to(events.end(event));
      count.charge(charge, caught || this.#checkCharges);
    }
  }

  /** A host function that throws because the guest has to stop must not lead to more code. */
  #isCaught(end: number): boolean {
    const opener = this.#events.link(end);
    return opener !== -1 && (this.#events.flags(opener) & CATCHES) !== 0;
  }

  /** Passes on the count where control leaves the function. */
  #leave(): void {
    const count = this.#count;
    if (this.#checkExits) count.charge(0, true);
    if (count.inLocal) count.flush();
  }

  /** Passes the count in the local to a callee. */
  #callOut(event: number): void {
    const events = this.#events;
    const calls = this.#calls;
    const count = this.#count;
    const copier = this.#copier;
    const callee = events.argument(event);
    const isFree = calls.roles[callee] === Role.Free;
    // It may call the host before it traps, and the local would be lost in an exception.
    if (isFree && calls.leaves[callee] === 0) return;
    copier.to(events.start(event));
    count.flush();
    if (isFree) return;
    copier.to(events.end(event));
    count.reload();
  }

  #copyLocals(body: FunctionBody): void {
    const out = this.#out;
    this.#copier.copied = body.code;
    if (this.#count.local === -1) {
      out.copy(this.#module.bytes, body.start, body.code);
      return;
    }
    const reader = new ByteReader(this.#module.bytes, body.start);
    out.u32(reader.u32('count of locals') + 1);
    out.copy(this.#module.bytes, reader.offset, body.code);
    out.u8(1).u8(I64);
  }

  #openResultBlock(typeIndex: number): void {
    const out = this.#out;
    const helpers = this.#helpers;
    const { bytes, types } = this.#module;
    const type = types[typeIndex]!;
    out.u8(Opcode.Block);
    if (type.kind !== 'function' || type.results.length === 0) out.u8(VOID);
    else out.signed(helpers.type([0, ...bytes.subarray(type.resultsOffset, type.end)]));
  }
}

/** Maximum number of checks in the function, if no loop repeats its body. */
function mostChecks({ shape, charges, checkCharges, checkExits }: FunctionPlan): number {
  const charged = checkCharges ? charges.count : 0;
  return Math.max(shape.loops, charged) + shape.handlers + (checkExits ? shape.leaves : 0);
}

// oxlint-disable typescript/no-unsafe-enum-comparison -- events are numbers where they come from: typed arrays
import type { Module } from '@testbench/wasm';

import type { BodyCopier } from './body-copier.js';
import type { ChargeList } from './charge-list.js';
import type { CountCode } from './count-code.js';
import { CALLS, EventKind, HEIGHT, NESTING } from './function-events.js';
import type { HelperFunctions } from './helper-functions.js';
import { copiesOf, MAX_WRAPPED_LOOPS, mayWrap, MOST_WITH_EXITS } from './loop-budget.js';
import { findExits } from './loop-exits.js';
import { MAX_OWED } from './max-owed.js';
import { Opcode, VOID } from './operators.js';

/** Type of a block that takes and leaves nothing, as a number. */
const NOTHING = -0x40;

/** Maximum number of nested loops that are wrapped, innermost first; each label costs a step for each of them. */
const MAX_WRAPPED = 4;

/** Function size in bytes beyond which its loops are left unchanged: engines accept no more than 7,654,321. */
const MAX_WRITTEN = 2 ** 22;

/** Maximum body size in bytes for placing the first iteration of an inner loop ahead of it. */
const MAX_FIRST_TURN = 192;

/** Writes loops without calls so that they request fuel outside the loop. */
export class LoopWriter {
  /** Total size of the preceding bodies. */
  #before = 0;
  #checkCharges = false;
  /** Total fuel that first iterations of the function may owe. */
  #room = 0;
  /** The function has few enough loops. */
  #isSmall = true;
  readonly #module: Module;
  readonly #paid: Float64Array;
  readonly #count: CountCode;
  readonly #helpers: HelperFunctions;
  readonly #copier: BodyCopier;
  /** Writes the code between two events. */
  readonly #writeEvents: (first: number, last: number, charges: ChargeList) => void;

  constructor(
    module: Module,
    paid: Float64Array,
    count: CountCode,
    helpers: HelperFunctions,
    copier: BodyCopier,
    writeEvents: (first: number, last: number, charges: ChargeList) => void,
  ) {
    this.#module = module;
    this.#paid = paid;
    this.#count = count;
    this.#helpers = helpers;
    this.#copier = copier;
    this.#writeEvents = writeEvents;
  }

  /**
   * @param before Total size of the bodies before this one.
   * @param loops Number of loops in this body.
   * @param checkCharges Charges after loops check.
   */
  begin(before: number, loops: number, checkCharges: boolean): void {
    this.#before = before;
    this.#isSmall = loops <= MAX_WRAPPED_LOOPS;
    this.#checkCharges = checkCharges;
    this.#room = MAX_OWED;
  }

  canWrap(event: number): boolean {
    const { events } = this.#copier;
    const flags = events.flags(event);
    const { inLocal, bodyBytes } = this.#count;
    return (
      inLocal &&
      this.#isSmall &&
      (flags & CALLS) === 0 &&
      flags >>> HEIGHT <= MAX_WRAPPED &&
      this.#takesNothing(event) &&
      mayWrap(this.#before + bodyBytes, this.#read(events.start(event))) &&
      bodyBytes < MAX_WRITTEN
    );
  }

  /**
   * Writes a loop without calls so that it still has none: engines unroll such loops and keep their values in registers. To
   * request fuel, the loop is exited and entered again.
   *
   * ```
   * block $done
   *   block $exit
   *     block $more (copy of the body, whose back edges lead to the block's end) (br $done) end
   *     loop $again
   *       block $ask
   *         loop $turns
   *           (pay for all copies; br_if $ask if there is not enough)
   *           block (copy of the body, as above) (br $done) end
   *           (last copy of the body)
   *         end
   *         br $done
   *       end
   *       (ask for fuel; br $again)
   *     end
   *   end
   *   (br to where the branches out of the body went; without $exit, unreachable)
   * end
   * ```
   *
   * `$exit` exists if several copies of the body branch to one block: if that block has few entries, V8 knows more about the
   * values at each. `$more`, the first iteration, exists in loops inside others, which often have only one iteration.
   *
   * @returns The event of the loop's end.
   */
  wrap(event: number, charges: ChargeList): number {
    const count = this.#count;
    const copier = this.#copier;
    const { bytes, events, loops, out } = copier;
    const flags = events.flags(event);
    const end = events.link(event);
    const bodyStart = events.end(event);
    const bodyBytes = events.start(end) - bodyStart;
    const isInside = loops.count > 0;
    const nesting = (flags >>> NESTING) & 3;
    const isInnermost = flags >>> HEIGHT === 1;
    let copies = isInnermost
      ? copiesOf(bodyBytes, nesting, this.#before + count.bodyBytes, this.#read(bodyStart))
      : 1;
    const exits = copies > 1 ? findExits(bytes, events, event, this.#paid) : undefined;
    if (exits !== undefined) {
      const most = exits.leaves ? MOST_WITH_EXITS : copies;
      copies = Math.min(copies, most, 1 + Math.floor(MAX_OWED / exits.cost));
    }
    const exit = exits !== undefined && this.#takesNothing(exits.target) ? exits : undefined;
    const blocks = exit === undefined ? 1 : 2;
    const charge = charges.get(event);
    // Branches out of the loop cannot refund anything: each copy then pays for itself.
    const leaves = exits?.leaves === true;
    const ahead = leaves ? 0 : charge * (copies - 1);
    copier.to(events.start(event));
    const type = bytes.subarray(events.start(event) + 1, bodyStart);
    out.u8(Opcode.Block).raw(type);
    if (exit !== undefined) out.u8(Opcode.Block).u8(VOID);
    const loop = loops.push({ event, shift: 0, exit });
    const copyBody = (): void => {
      copier.copied = bodyStart;
      this.#writeEvents(event + 1, end, charges);
      copier.to(events.start(end));
    };
    /** Writes a copy in a separate block, `depth` blocks inside `$done`. */
    const copyTurn = (depth: number, back: number): void => {
      loop.shift = depth;
      out.u8(Opcode.Block).u8(VOID);
      copyBody();
      count.charge(back, false);
      out.u8(Opcode.Br).u8(depth).u8(Opcode.End);
    };
    if (isInside && copies > 1 && bodyBytes <= MAX_FIRST_TURN && exits!.cost <= this.#room) {
      this.#room -= exits!.cost;
      count.charge(charge, false);
      copyTurn(blocks, 0);
    }
    out.u8(Opcode.Loop).u8(VOID).u8(Opcode.Block).u8(VOID).u8(Opcode.Loop).raw(type);
    count.subtract(charge + ahead);
    out.u8(Opcode.LocalTee).u32(count.local);
    // The prepaid amount may be owed: a run that does not need it must not fail for lack of it.
    out.u8(Opcode.I64Const).signed(-ahead).u8(Opcode.I64LtS);
    count.hint();
    out.u8(Opcode.BrIf).u8(1);
    if (charge !== 0) count.charges += 1;
    for (let left = copies - 1; left > 0; left -= 1) {
      // Refunds the payment for copies that do not run.
      copyTurn(blocks + 3, leaves ? 0 : -charge * left);
      if (leaves) count.charge(charge, false);
    }
    loop.shift = blocks + 2;
    copyBody();
    copier.to(events.end(end));
    loops.pop();
    out
      .u8(Opcode.Br)
      .u8(blocks + 1)
      .u8(Opcode.End);
    if (nesting > 0) count.unlikely();
    out.u8(Opcode.LocalGet).u32(count.local);
    this.#add(ahead);
    out.u8(Opcode.Call).u32(this.#helpers.refill());
    // The loop's header will charge again.
    this.#add(charge);
    out.u8(Opcode.LocalSet).u32(count.local).u8(Opcode.Br).u8(0).u8(Opcode.End);
    if (exit === undefined) {
      out.u8(Opcode.Unreachable);
    } else {
      const depth = exit.depth + 1 + loops.shift(exit.target);
      out.u8(Opcode.End).u8(Opcode.Br).u32(depth);
    }
    out.u8(Opcode.End);
    const behind = charges.get(end);
    count.charge(behind, behind !== 0 && this.#checkCharges);
    return end;
  }

  /** Size of the original's code up to an offset. */
  #read(offset: number): number {
    return offset - this.#module.bodies[0]!.start;
  }

  #add(amount: number): void {
    if (amount !== 0) this.#copier.out.u8(Opcode.I64Const).signed(amount).u8(Opcode.I64Add);
  }

  /** The label of the block or loop that this event opens takes no values. */
  #takesNothing(event: number): boolean {
    if (event < 0) return false;
    const { events } = this.#copier;
    const isLoop = events.kind(event) === EventKind.Loop;
    const blockType = events.argument(event);
    if (blockType < 0) return isLoop || blockType === NOTHING;
    const type = this.#module.types[blockType];
    return type?.kind === 'function' && (isLoop ? type.params : type.results).length === 0;
  }
}

// oxlint-disable typescript/no-unsafe-enum-comparison -- operators are numbers where they come from: bytes
import { CompileCost } from './compile-cost.js';
import { DecodeError } from './decode-error.js';
import type { FeatureUses } from './feature-uses.js';
import { InstructionCursor } from './instruction-cursor.js';
import { instructionFeatures } from './instruction-features.js';
import type { Module } from './module.js';
import { Immediate, Opcode } from './opcodes.js';
import { OperandStack } from './operand-stack.js';
import type { Peaks } from './peaks.js';

/** Number of calls that cost an engine as much as one branch: at a call it describes the stack, at a branch it copies it. */
const CALLS_PER_COPY = 10;

/** True for calls, and for operators that an engine implements by calling its own code. */
function spills(opcode: number): boolean {
  if (opcode >= 0x100) return opcode >= Opcode.MemoryInit && opcode <= Opcode.TableFill;
  return (
    opcode === Opcode.Call ||
    opcode === Opcode.CallIndirect ||
    opcode === Opcode.CallRef ||
    opcode === Opcode.MemoryGrow ||
    opcode === Opcode.RefFunc ||
    // table.get and table.set
    opcode === 0x25 ||
    opcode === 0x26
  );
}

/** For plain operators: 1 for those that need no feature and do not branch, spill or access memory, which are most of a body. */
const SIMPLE = new Uint8Array(256);
for (let opcode = 0x20; opcode < 0xc0; opcode += 1) {
  const isAccess = opcode >= 0x28 && opcode <= 0x3e;
  if (!isAccess && !spills(opcode)) SIMPLE[opcode] = 1;
}

/** Walks function bodies and measures them. One inspector serves a whole module. */
export class BodyInspector {
  /** Sums over all bodies so far. */
  instructions = 0;
  branchTableLabels = 0;
  localsTimesBranches = 0;
  compileUs = 0;
  readonly #cost = new CompileCost();
  readonly #stack: OperandStack;
  readonly #cursor: InstructionCursor;
  readonly #module: Module;
  readonly #features: FeatureUses;
  readonly #peaks: Peaks;

  constructor(module: Module, features: FeatureUses, peaks: Peaks) {
    this.#module = module;
    this.#features = features;
    this.#peaks = peaks;
    this.#cursor = new InstructionCursor(module.bytes, 0, 0);
    this.#stack = new OperandStack(module);
  }

  /** @throws {DecodeError} If the body's instructions are not well-formed, or end before the body does. */
  inspect(index: number): void {
    const module = this.#module;
    const cursor = this.#cursor;
    const stack = this.#stack;
    const features = this.#features;
    const peaks = this.#peaks;
    const cost = this.#cost;
    const body = module.bodies[index]!;
    const { start, end } = body;
    const type = module.types[module.functions[module.importedFunctions + index]!];
    const locals = body.locals + (type?.kind === 'function' ? type.params.length : 0);
    let branches = 0;
    let copies = 0;
    let operands = 0;
    stack.reset();
    cost.begin(locals);
    let nesting = 1;
    let mask = features.seen;
    let instructions = 0;
    cursor.reset(body.code, end);
    while (cursor.next()) {
      instructions += 1;
      const { opcode } = cursor;
      cost.add(opcode, cursor.index);
      if (SIMPLE[opcode] === 1) {
        const { height } = stack;
        if (height > operands) operands = height;
        stack.step(cursor);
        if (stack.height > operands) operands = stack.height;
        continue;
      }
      const needed = instructionFeatures(cursor);
      if ((needed & ~mask) !== 0) {
        features.noteMask(needed, cursor.offset);
        mask = features.seen;
      }
      const before = branches;
      if (opcode < 0x20) {
        if (
          cursor.immediate === Immediate.Block ||
          opcode === Opcode.BrIf ||
          opcode === Opcode.Br
        ) {
          branches += 1;
          if (cursor.depth > nesting) nesting = cursor.depth;
        } else if (opcode === Opcode.BrTable) {
          branches += cursor.index + 1;
          this.branchTableLabels += cursor.index + 1;
          peaks.raise('branchTableLabels', cursor.index + 1, cursor.offset);
        } else if (opcode === Opcode.TryTable) {
          branches += cursor.index + 1;
          if (cursor.depth > nesting) nesting = cursor.depth;
        } else if (opcode === Opcode.CallIndirect && cursor.second > 0) {
          features.note('reference-types', cursor.offset);
        }
      }
      // Before and after: a branch copies the operands on the stack at that time, and a call may return more than it takes.
      const { height } = stack;
      stack.step(cursor);
      const most = Math.max(height, stack.height);
      if (most > operands) operands = most;
      if (branches > before) copies += (branches - before) * (locals + most);
      else if (spills(opcode)) copies += (locals + most) / CALLS_PER_COPY;
    }
    if (cursor.position !== end) {
      throw new DecodeError(
        'DECODE_MISMATCH',
        cursor.position,
        `Cannot read function body: ${end - cursor.position} bytes are left over`,
      );
    }
    this.instructions += instructions;
    peaks.raise('locals', locals, start);
    peaks.raise('bodyBytes', end - start, start);
    peaks.raise('nesting', nesting, start);
    peaks.raise('branches', branches, start);
    peaks.raise('operands', operands, start);
    const us = cost.finish(copies);
    this.compileUs += us;
    peaks.raise('compileUs', Math.ceil(us), start);
    copies = Math.ceil(copies);
    this.localsTimesBranches += copies;
    peaks.raise('localsTimesBranches', copies, start);
  }
}

// oxlint-disable typescript/no-unsafe-enum-comparison -- operators are numbers where they come from: bytes and typed arrays
import type { InstructionCursor } from './instruction-cursor.js';
import type { Module } from './module.js';
import { Immediate, Opcode } from './opcodes.js';

/** Used in {@link PLAIN} for operators whose effect depends on a type or on control flow. */
const SPECIAL = 127;

/** A run of operators, first to last, and the change of the stack height by each. */
type Effect = readonly [first: number, last: number, effect: number];

function table(size: number, effects: readonly Effect[]): Int8Array {
  const all = new Int8Array(size);
  for (const [first, last, effect] of effects) all.fill(effect, first, last + 1);
  return all;
}

const PLAIN = table(256, [
  [0x02, 0x19, SPECIAL],
  [0x00, 0x00, SPECIAL],
  [0x1a, 0x1a, -1],
  [0x1b, 0x1c, -2],
  [0x1f, 0x1f, SPECIAL],
  [0x20, 0x20, 1],
  [0x21, 0x21, -1],
  [0x23, 0x23, 1],
  [0x24, 0x24, -1],
  [0x26, 0x26, -2],
  [0x36, 0x3e, -2],
  [0x3f, 0x3f, 1],
  [0x41, 0x44, 1],
  // Numeric operators with two operands.
  [0x46, 0x4f, -1],
  [0x51, 0x66, -1],
  [0x6a, 0x78, -1],
  [0x7c, 0x8a, -1],
  [0x92, 0x98, -1],
  [0xa0, 0xa6, -1],
  [0xd0, 0xd0, 1],
  [0xd2, 0xd2, 1],
  [0xd3, 0xd3, -1],
]);

const MISC = table(0x17, [
  [0x08, 0x08, -3],
  [0x0a, 0x0c, -3],
  [0x0e, 0x0e, -3],
  [0x0f, 0x0f, -1],
  [0x10, 0x10, 1],
  [0x11, 0x11, -3],
  // Four operands, two results.
  [0x13, 0x14, -2],
]);

const VECTOR = table(0x114, [
  [0x0b, 0x0b, -2],
  [0x0c, 0x0c, 1],
  [0x0d, 0x0e, -1],
  // Replacing a lane; the others extract one.
  [0x17, 0x17, -1],
  [0x1a, 0x1a, -1],
  [0x1c, 0x1c, -1],
  [0x1e, 0x1e, -1],
  [0x20, 0x20, -1],
  [0x22, 0x4c, -1],
  [0x4e, 0x51, -1],
  [0x52, 0x52, -2],
  [0x54, 0x57, -1],
  [0x58, 0x5b, -2],
  [0x65, 0x66, -1],
  [0x6b, 0x73, -1],
  [0x76, 0x79, -1],
  [0x7b, 0x7b, -1],
  [0x82, 0x82, -1],
  [0x85, 0x86, -1],
  [0x8b, 0x93, -1],
  [0x95, 0x9f, -1],
  [0xab, 0xbf, -1],
  [0xcb, 0xdf, -1],
  [0xe4, 0xeb, -1],
  [0xf0, 0xf7, -1],
]);

/**
 * Tracks the number of operands on the stack of one function: an upper bound, exact for everything in WebAssembly
 * 2.0. An engine copies an entry for each of them at every branch.
 */
export class OperandStack {
  /** Operands after the last {@link step}. */
  height = 0;
  readonly #module: Module;
  /** For each open block: the height below its parameters, and its type from the cursor. */
  readonly #bases: number[] = [];
  readonly #types: number[] = [];
  /** The last of the bases: each instruction needs it. */
  #floor = 0;

  constructor(module: Module) {
    this.#module = module;
  }

  /** Begins another function. */
  reset(): void {
    this.height = this.#floor = 0;
    this.#bases.length = 1;
    this.#types.length = 1;
    this.#bases[0] = 0;
    this.#types[0] = -64;
  }

  /** Applies the instruction at the cursor. */
  step(cursor: InstructionCursor): void {
    const { opcode } = cursor;
    if (opcode < 0x100) {
      const effect = PLAIN[opcode]!;
      if (effect === SPECIAL) return this.#control(cursor);
      const height = this.height + effect;
      this.height = height < this.#floor ? this.#floor : height;
      return;
    }
    const sub = opcode & 0xfff;
    // Prefixes 0xfb and 0xfe are only admitted for trusted modules: at most one result each.
    const prefix = opcode >>> 12;
    this.#add(prefix === 0xfc ? MISC[sub]! : prefix === 0xfd ? VECTOR[sub]! : 1);
  }

  #control(cursor: InstructionCursor): void {
    const { opcode } = cursor;
    switch (opcode) {
      case Opcode.End:
      case Opcode.Delegate: {
        const bases = this.#bases;
        const base = bases.pop() ?? 0;
        this.#floor = bases.length === 0 ? 0 : bases[bases.length - 1]!;
        this.height = base + this.#arity(this.#types.pop() ?? -64, 'results');
        return;
      }
      case Opcode.Else:
      case Opcode.Catch:
      case Opcode.CatchAll: {
        // A caught exception pushes the values of its tag.
        const tag = opcode === Opcode.Catch ? this.#module.tags[cursor.index]?.type : undefined;
        this.height = this.#floor + this.#arity(this.#types.at(-1) ?? -64, 'params');
        if (tag !== undefined) this.height += this.#arity(tag, 'params');
        return;
      }
      case Opcode.If:
        this.#add(-1);
        this.#open(cursor.blockType);
        return;
      case Opcode.BrIf:
        this.#add(-1);
        return;
      case Opcode.Call:
        this.#call(this.#module.functions[cursor.index]);
        return;
      case Opcode.CallIndirect:
      case Opcode.CallRef:
        this.#add(-1);
        this.#call(cursor.index);
        return;
      default:
        if (cursor.immediate === Immediate.Block || cursor.immediate === Immediate.TryTable) {
          this.#open(cursor.blockType);
        } else {
          // The code that follows is never reached: it starts with the stack as it was at the start of the block.
          this.height = this.#floor;
        }
    }
  }

  #open(type: number): void {
    const params = this.#arity(type, 'params');
    const base = Math.max(this.#floor, this.height - params);
    this.height = base + params;
    this.#bases.push(base);
    this.#floor = base;
    this.#types.push(type);
  }

  #call(type: number | undefined): void {
    if (type === undefined) return;
    this.#add(-this.#arity(type, 'params'));
    this.#add(this.#arity(type, 'results'));
  }

  /** There are no operands to pop below the block's base, unless the code is never reached. */
  #add(effect: number): void {
    const height = this.height + effect;
    this.height = height < this.#floor ? this.#floor : height;
  }

  #arity(type: number, side: 'params' | 'results'): number {
    if (type < 0) return type === -64 || side === 'params' ? 0 : 1;
    const found = this.#module.types[type];
    return found?.kind === 'function' ? found[side].length : 0;
  }
}

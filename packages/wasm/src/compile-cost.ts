// oxlint-disable typescript/no-unsafe-enum-comparison -- operators are numbers where they come from: bytes
import { Opcode } from './opcodes.js';

const PREFIX = 0xfc000;
/** Markers for blocks, used instead of a variable. */
const LOOP = -1;
const OTHER = -2;
const I32_EQZ = 0x45;
const TABLE_GET = 0x25;
const TABLE_SET = 0x26;

/**
 * Microseconds that an engine takes for an operator of metered code when its function is first called: the larger value of V8 11 (Node
 * 20) and 14 (Node 26), measured by `attack/src/compile-costs.ts`. Operators that are not listed take {@link PLAIN}.
 */
const OPERATORS: readonly (readonly [us: number, first: number, last?: number])[] = [
  [0.3, Opcode.Unreachable],
  [0.05, Opcode.Block],
  // The check that metering adds takes most of it.
  [0.5, Opcode.Loop],
  [0.15, Opcode.If],
  [1, Opcode.Try],
  [1, Opcode.Throw, Opcode.ThrowRef],
  [0.1, Opcode.Br],
  [0.2, Opcode.BrIf, Opcode.Return],
  [0.2, Opcode.Call],
  [1, Opcode.CallIndirect],
  [0.2, Opcode.ReturnCall],
  [1, Opcode.ReturnCallIndirect, Opcode.ReturnCallRef],
  [1, Opcode.Catch],
  [1, Opcode.CatchAll],
  [1, Opcode.TryTable],
  [0.25, TABLE_GET],
  [0.5, TABLE_SET],
  // Loads and stores.
  [0.15, 0x28, 0x3e],
  [0.3, Opcode.MemoryGrow],
  // Division and remainder.
  [0.3, 0x6d, 0x70],
  [0.2, 0x7f, 0x82],
  // Rotation.
  [0.5, 0x77, 0x78],
  [0.5, 0x89, 0x8a],
  // Minimum, maximum and sign of floating-point numbers.
  [0.15, 0x96, 0x98],
  [0.15, 0xa4, 0xa6],
  // Truncation to integers.
  [0.2, 0xa8, 0xab],
  [0.2, 0xae],
  [0.5, 0xaf],
  [0.2, 0xb0],
  [0.9, 0xb1],
  [0.3, Opcode.RefFunc],
];

/** The same for operators after the prefixes `0xfc` and `0xfd`. */
const PREFIXED: typeof OPERATORS = [
  [0.15, 0xfc000, 0xfc003],
  [1, 0xfc004, 0xfc007],
  [0.6, Opcode.MemoryInit, Opcode.MemoryFill],
  [0.4, Opcode.TableInit, Opcode.TableFill],
  [0.1, 0xfd000, 0xfd1ff],
  [0.35, 0xfd00e],
  [0.7, 0xfd062],
  [0.35, 0xfd07c, 0xfd07e],
  [0.35, 0xfd0e0, 0xfd0e1],
  [0.35, 0xfd0ec, 0xfd0ed],
  [0.35, 0xfd0f8],
  [0.8, 0xfd0fc, 0xfd0ff],
];

/** Microseconds for operators that are not listed. */
const PLAIN = 0.02;
/** The same for other prefixes. */
const PLAIN_PREFIXED = 0.3;
/** Microseconds for a function, for each of its locals, and for each label of a `br_table`. */
const FUNCTION = 5;
const LOCAL = 0.01;
const LABEL = 0.05;
/** Microseconds for an entry that the compiler copies at a branch. */
const COPY = 0.03;

/**
 * Microseconds, multiplied by the square of their number in one function, that an optimising compiler takes if the function gets hot: V8 14
 * compares each with all before it.
 */
const LOOPS = 0.005;
const TABLE_ACCESSES = 0.014;
const ZERO_TESTS = 0.06;

const plain = new Float64Array(256).fill(PLAIN);
const prefixed = new Float64Array(0x2000).fill(PLAIN_PREFIXED);
for (const [us, first, last = first] of OPERATORS) plain.fill(us, first, last + 1);
for (const [us, first, last = first] of PREFIXED) {
  prefixed.fill(us, first - PREFIX, last + 1 - PREFIX);
}

/** Adds up the time that an engine takes to compile a function's metered form. */
export class CompileCost {
  #us = 0;
  #loops = 0;
  #tableAccesses = 0;
  #zeroTests = 0;
  /** The preceding operators; -1 for none. */
  #previous = -1;
  #beforePrevious = -1;
  /** Index of the variable that the preceding operator reads. */
  #variable = 0;
  /** For each block around the next operator: the variable that an `if` tests, or {@link LOOP}, or {@link OTHER}. */
  readonly #open: number[] = [];

  begin(locals: number): void {
    this.#us = FUNCTION + locals * LOCAL;
    this.#loops = this.#tableAccesses = this.#zeroTests = 0;
    this.#previous = this.#beforePrevious = -1;
    this.#open.length = 0;
  }

  /** @param index The label of a branch, or the number of labels of a `br_table`. */
  add(opcode: number, index: number): void {
    if (opcode < 0x100) {
      this.#us += plain[opcode]!;
      if (opcode < 0x20) this.#control(opcode, index);
      else if (opcode === TABLE_GET || opcode === TABLE_SET) this.#tableAccesses += 1;
    } else {
      this.#us += prefixed[opcode - PREFIX] ?? PLAIN_PREFIXED;
    }
    this.#beforePrevious = this.#previous;
    this.#previous = opcode;
    if (opcode === Opcode.LocalGet) this.#variable = index;
  }

  #control(opcode: number, index: number): void {
    const open = this.#open;
    switch (opcode) {
      case Opcode.Loop:
        this.#loops += 1;
        open.push(LOOP);
        break;
      case Opcode.If:
        open.push(this.#tests() && this.#previous === Opcode.LocalGet ? this.#variable : OTHER);
        break;
      case Opcode.Block:
      case Opcode.Try:
      case Opcode.TryTable:
        open.push(OTHER);
        break;
      case Opcode.End:
      case Opcode.Delegate:
        open.pop();
        break;
      case Opcode.BrIf:
        if (open[open.length - 1 - index] === LOOP) this.#turn(open.length - 1 - index);
        else this.#tests();
        break;
      case Opcode.BrTable:
        this.#us += index * LABEL;
        break;
      default:
    }
  }

  /**
   * Ends the function.
   *
   * @param copies Entries of the compiler's state that branches copy.
   * @returns Microseconds.
   */
  finish(copies: number): number {
    return (
      this.#us +
      copies * COPY +
      LOOPS * this.#loops ** 2 +
      TABLE_ACCESSES * this.#tableAccesses ** 2 +
      ZERO_TESTS * this.#zeroTests ** 2
    );
  }

  /**
   * Records a branch on an unchanged variable, or on `i32.eqz` of one: where the variable is tested again, the engine still knows whether it was zero.
   *
   * @returns Whether it is such a branch.
   */
  #tests(): boolean {
    const value = this.#previous === I32_EQZ ? this.#beforePrevious : this.#previous;
    const tests =
      value === Opcode.LocalGet || value === Opcode.LocalTee || value === Opcode.GlobalGet;
    if (tests) this.#zeroTests += 1;
    return tests;
  }

  /** Handles a loop that runs while a variable is not zero, inside an `if` that tests the same variable: nothing leaves that arm. */
  #turn(loop: number): void {
    if (this.#previous !== Opcode.LocalGet || this.#open[loop - 1] !== this.#variable) return;
    this.#zeroTests -= 1;
    this.#open[loop - 1] = OTHER;
  }
}

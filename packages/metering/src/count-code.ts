import { ByteWriter } from '@testbench/wasm';

import type { HelperFunctions } from './helper-functions.js';
import { Opcode, VOID } from './operators.js';

/** Writes the instructions that keep the count, pay, and request more fuel. */
export class CountCode {
  /** Number of charges and checks written. */
  charges = 0;
  checks = 0;
  /** Content of a branch hint section without its count: every check is unlikely to ask for fuel. */
  readonly hints = new ByteWriter();
  hintedFunctions = 0;
  /** True if the current function keeps its count in a local while it runs; otherwise each charge goes to the global. */
  inLocal = false;
  /** Checks are calls: the function has so many that each must be short. The count is in the global then. */
  callsToCheck = false;
  /** The local that holds the count, or a scratch local in addition to the global; -1 for none. */
  local = -1;
  readonly #fuelGlobal: number;
  /** Bytes of the current body that are written only for some engines. */
  #engineBytes = 0;
  /** Offsets of the current function's checks, from its body's start. */
  readonly #branches: number[] = [];
  readonly #out: ByteWriter;
  readonly #helpers: HelperFunctions;

  constructor(out: ByteWriter, helpers: HelperFunctions) {
    this.#out = out;
    this.#helpers = helpers;
    this.#fuelGlobal = helpers.at.fuelGlobal;
  }

  /** Size of the current body so far on every engine: nothing visible to a guest may depend on bytes written only for some. */
  get bodyBytes(): number {
    return this.#out.length - this.#engineBytes;
  }

  /** Writes the hints for the completed body. */
  finish(index: number): void {
    const { hints } = this;
    const branches = this.#branches;
    this.#engineBytes = 0;
    if (branches.length === 0) return;
    this.hintedFunctions += 1;
    hints.u32(index).u32(branches.length);
    // One byte each: 0 is unlikely.
    for (const offset of branches) hints.u32(offset).u8(1).u8(0);
    branches.length = 0;
  }

  /**
   * Pays, and requests more fuel if `check` is true.
   *
   * @param inLoop The check is in a loop.
   */
  charge(amount: number, check: boolean, inLoop = false): void {
    const { local, inLocal } = this;
    const out = this.#out;
    if (amount === 0 && !check) return;
    if (amount !== 0) this.charges += 1;
    if (check && this.callsToCheck) {
      this.checks += 1;
      this.#helpers.pay(out.u8(Opcode.I64Const).signed(amount));
      return;
    }
    this.subtract(amount);
    if (!check) {
      this.#set(inLocal);
      return;
    }
    if (local === -1) {
      // No room for a local: read the global again.
      this.#set(false);
      this.#get(false);
    } else {
      out.u8(Opcode.LocalTee).u32(local);
      if (!inLocal && amount !== 0) {
        this.#set(false);
        this.#get(true);
      }
    }
    out.u8(Opcode.I64Const).u8(0).u8(Opcode.I64LtS);
    this.hint();
    out.u8(Opcode.If).u8(VOID);
    if (inLoop) this.unlikely();
    if (inLocal) {
      this.#get(true);
      out.u8(Opcode.Call).u32(this.#helpers.refill());
      this.#set(true);
    } else {
      out.u8(Opcode.Call).u32(this.#helpers.refillGlobal());
    }
    out.u8(Opcode.End);
  }

  /**
   * Lets engines without branch hints see that the following code is unlikely: V8 assumes that a reference is not null, and this one
   * always is.
   */
  unlikely(): void {
    const out = this.#out;
    const { nullGlobal } = this.#helpers.at;
    if (nullGlobal === -1) return;
    const start = out.length;
    out.u8(Opcode.Block).u8(VOID).u8(Opcode.GlobalGet).u32(nullGlobal);
    out.u8(Opcode.BrOnNull).u8(0).u8(Opcode.Unreachable).u8(Opcode.End);
    this.#engineBytes += out.length - start;
  }

  /** Records that the next branch is a check. */
  hint(): void {
    this.checks += 1;
    this.#branches.push(this.#out.length);
  }

  /** Leaves the count minus `amount` on the stack. */
  subtract(amount: number): void {
    this.#get(this.inLocal);
    if (amount !== 0) this.#out.u8(Opcode.I64Const).signed(amount).u8(Opcode.I64Sub);
  }

  /** Copies the count from the local to the global. */
  flush(): void {
    this.#get(true);
    this.#set(false);
  }

  /** Copies the count from the global to the local. */
  reload(): void {
    this.#get(false);
    this.#set(true);
  }

  #get(fromLocal: boolean): void {
    if (fromLocal) this.#out.u8(Opcode.LocalGet).u32(this.local);
    else this.#out.u8(Opcode.GlobalGet).u32(this.#fuelGlobal);
  }

  #set(toLocal: boolean): void {
    if (toLocal) this.#out.u8(Opcode.LocalSet).u32(this.local);
    else this.#out.u8(Opcode.GlobalSet).u32(this.#fuelGlobal);
  }
}

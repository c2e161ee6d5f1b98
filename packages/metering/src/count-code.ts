import { ByteWriter } from '@testbench/wasm';

import type { HelperFunctions } from './helper-functions.js';
import { Opcode } from './operators.js';

const VOID = 0x40;
const I64_SUB = 0x7d;
const I64_LT_S = 0x53;

/** Writes the instructions that keep the count, pay, and ask for more. */
export class CountCode {
  /** How many charges and checks have been written. */
  charges = 0;
  checks = 0;
  /** Content of a branch hint section without its count: every check is unlikely to ask for fuel. */
  readonly hints = new ByteWriter();
  hintedFunctions = 0;
  /** Where the current function keeps its count while it runs; otherwise each charge goes to the global. */
  inLocal = false;
  /** The local that holds the count, or a scratch local beside the global; -1 for none. */
  local = -1;
  private readonly fuelGlobal: number;
  private bodyStart = 0;
  /** Offsets of the current function's checks, from its body's start. */
  private readonly branches: number[] = [];

  constructor(
    private readonly out: ByteWriter,
    private readonly helpers: HelperFunctions,
  ) {
    this.fuelGlobal = helpers.at.fuelGlobal;
  }

  /** Notes that the next byte is the first of a body. */
  begin(): void {
    this.bodyStart = this.out.length;
    this.branches.length = 0;
  }

  /** Writes the hints for the body that is complete now. */
  finish(index: number): void {
    const { branches, hints } = this;
    if (branches.length === 0) return;
    this.hintedFunctions += 1;
    hints.u32(index).u32(branches.length);
    // One byte each: 0 is unlikely.
    for (const offset of branches) hints.u32(offset).u8(1).u8(0);
  }

  /** Pays, and asks for more where `check` says so. */
  charge(amount: number, check: boolean): void {
    const { out, local, inLocal, fuelGlobal } = this;
    if (amount === 0 && !check) return;
    if (amount !== 0) this.charges += 1;
    this.subtract(amount);
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
    this.hint();
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
  hint(): void {
    this.checks += 1;
    this.branches.push(this.out.length - this.bodyStart);
  }

  /** Leaves the count less `amount` on the stack. */
  subtract(amount: number): void {
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

  /** Copies the count from the local to the global. */
  flush(): void {
    const { out, local, fuelGlobal } = this;
    out.u8(Opcode.LocalGet).u32(local).u8(Opcode.GlobalSet).u32(fuelGlobal);
  }

  /** Copies the count from the global to the local. */
  reload(): void {
    const { out, local, fuelGlobal } = this;
    out.u8(Opcode.GlobalGet).u32(fuelGlobal).u8(Opcode.LocalSet).u32(local);
  }
}

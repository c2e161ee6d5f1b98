import { ByteWriter, type Module } from '@testbench/wasm';

import type { CostTable } from './cost-table.js';
import { Opcode, VOID } from './operators.js';

const I32 = 0x7f;
const I64 = 0x7e;
const F64 = 0x7c;
const FUNCREF = 0x70;
const EXTERNREF = 0x6f;

/** A body without locals and instructions. */
const NOTHING = Uint8Array.of(0, Opcode.End);

/** Operators that only helpers use. */
const enum Op {
  I32Add = 0x6a,
  I32Eq = 0x46,
  I64GtU = 0x56,
  I64Eq = 0x51,
  I64Mul = 0x7e,
  I64ShrU = 0x88,
  I64ExtendI32U = 0xad,
  F64ConvertI64S = 0xb9,
  /** After the prefix `0xfc`. */
  I64TruncSatF64S = 6,
}

/** Limits that metered code enforces. */
export interface GuestLimits {
  readonly maxMemoryPages?: number | undefined;
  readonly maxTableElements?: number | undefined;
  /** Fuel of code that runs before a meter is attached. */
  readonly startFuel: number;
}

/** Indices of the appended items in their index spaces. */
export interface AppendedIndices {
  readonly fuelGlobal: number;
  readonly deniedGlobal: number;
  /** A null reference; -1 if the engine has no instruction that branches on one. */
  readonly nullGlobal: number;
  /** The host's meter, null until it is attached. */
  readonly meterGlobal: number;
  readonly hookTable: number;
  readonly firstFunction: number;
}

/**
 * The functions appended to a module, created on first use. They are called where metering would otherwise repeat
 * long sequences: to request the next slice, to pay for a length, to grow under a limit.
 */
export class HelperFunctions {
  /** Encoded bodies, without their sizes. */
  readonly bodies: Uint8Array[] = [];
  /** Type index of each body. */
  readonly types: number[] = [];
  /** Encoded function types, globals and tables to append to their sections. */
  readonly newTypes: Uint8Array[] = [];
  readonly newGlobals: Uint8Array[] = [];
  readonly newTables: Uint8Array[] = [];
  /** Functions referenced by appended code. */
  readonly referenced: number[] = [];
  readonly #functions = new Map<string, number>();
  readonly #typeIndices = new Map<string, number>();

  /** Indices of the appended items in their index spaces. */
  readonly at: AppendedIndices;
  readonly #firstType: number;
  readonly #firstGlobal: number;
  readonly #firstTable: number;
  readonly #limits: GuestLimits;

  constructor(
    module: Module,
    readonly costs: CostTable,
    limits: GuestLimits,
    typedReferences: boolean,
  ) {
    this.#limits = limits;
    this.#firstGlobal = module.globals.length;
    this.#firstTable = module.tables.length;
    const startFuel = new ByteWriter().signed(limits.startFuel).view();
    const isNull = Uint8Array.of(FUNCREF, 1, Opcode.RefNull, FUNCREF, Opcode.End);
    this.at = {
      fuelGlobal: this.global(Uint8Array.of(I64, 1, Opcode.I64Const, ...startFuel, Opcode.End)),
      deniedGlobal: this.global(Uint8Array.of(I32, 1, Opcode.I32Const, 0, Opcode.End)),
      // Mutable, or engines would see that it is always null.
      nullGlobal: typedReferences ? this.global(isNull) : -1,
      meterGlobal: this.global(Uint8Array.of(EXTERNREF, 1, Opcode.RefNull, EXTERNREF, Opcode.End)),
      // Exactly one element.
      hookTable: this.table(Uint8Array.of(FUNCREF, 1, 1, 1)),
      firstFunction: module.functions.length,
    };
    this.#firstType = module.types.length;
  }

  /** Index of an appended function type, by its encoding after the `0x60`. */
  type(encoding: readonly number[]): number {
    const key = encoding.join();
    let index = this.#typeIndices.get(key);
    if (index === undefined) {
      index = this.#firstType + this.newTypes.length;
      this.newTypes.push(Uint8Array.of(0x60, ...encoding));
      this.#typeIndices.set(key, index);
    }
    return index;
  }

  /** Appends a global, encoded as in the global section. @returns Its index. */
  global(encoding: Uint8Array): number {
    return this.#firstGlobal + this.newGlobals.push(encoding) - 1;
  }

  /** Appends a table, encoded as in the table section. @returns Its index. */
  table(encoding: Uint8Array): number {
    return this.#firstTable + this.newTables.push(encoding) - 1;
  }

  /** Appends functions that do nothing and are never called. */
  pad(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      this.bodies.push(NOTHING);
      this.types.push(this.type([0, 0]));
    }
  }

  /** `(remaining: i64) -> i64`: stores the remaining fuel, requests more, traps if there is none. */
  refill(): number {
    return this.get('refill', [1, I64, 1, I64], (code) => {
      // Stored first: the guest stays stopped, regardless of the outcome of the call.
      code.u8(Opcode.LocalGet).u32(0).u8(Opcode.GlobalSet).u32(this.at.fuelGlobal);
      code.u8(Opcode.GlobalGet).u32(this.at.meterGlobal);
      // As a double, which is a plain number for the host, exact up to 2^53.
      code.u8(Opcode.LocalGet).u32(0).u8(Op.F64ConvertI64S);
      // An empty table also traps: no meter is attached yet.
      code.u8(Opcode.I32Const).u32(0);
      code
        .u8(Opcode.CallIndirect)
        .u32(this.type([2, EXTERNREF, F64, 1, F64]))
        .u32(this.at.hookTable);
      code.u8(0xfc).u8(Op.I64TruncSatF64S);
      code.u8(Opcode.LocalTee).u32(0).u8(Opcode.GlobalSet).u32(this.at.fuelGlobal);
      // No handler in the guest can catch `unreachable`.
      code.u8(Opcode.LocalGet).u32(0).u8(Opcode.I64Const).u32(0).u8(Opcode.I64LtS);
      code.u8(Opcode.If).u8(VOID).u8(Opcode.Unreachable).u8(Opcode.End);
      code.u8(Opcode.LocalGet).u32(0);
    });
  }

  /** `() -> ()`: requests more fuel, like {@link refill}, for code that keeps the count in the global. */
  refillGlobal(): number {
    const refill = this.refill();
    return this.get('refill-global', [0, 0], (code) => {
      code.u8(Opcode.GlobalGet).u32(this.at.fuelGlobal);
      code.u8(Opcode.Call).u32(refill).u8(Opcode.Drop);
    });
  }

  /** `(n) -> n`: pays for a length that is on top of the stack. */
  bulk(unit: 'memory' | 'table' | 'array', address64: boolean): number {
    const value = address64 ? I64 : I32;
    return this.get(`bulk ${unit} ${address64}`, [1, value, 1, value], (code) => {
      code.u8(Opcode.LocalGet).u32(0);
      if (!address64) code.u8(Op.I64ExtendI32U);
      else this.clamp(code);
      if (unit === 'memory') {
        code.u8(Opcode.I64Const).signed(this.costs.memoryBytesLog2).u8(Op.I64ShrU);
      } else {
        const { tableElement, arrayElement } = this.costs;
        code.u8(Opcode.I64Const).signed(unit === 'table' ? tableElement : arrayElement);
        code.u8(Op.I64Mul);
      }
      this.pay(code);
      code.u8(Opcode.LocalGet).u32(0);
    });
  }

  /** `(pages) -> old`: `memory.grow` under the limit, paid for if it succeeds. */
  growMemory(memory: number, address64: boolean): number {
    const value = address64 ? I64 : I32;
    return this.get(
      `grow-memory ${memory}`,
      [1, value, 1, value],
      (code) => {
        const { maxMemoryPages } = this.#limits;
        if (maxMemoryPages !== undefined) {
          this.#gate(code, 0, address64, maxMemoryPages, () => {
            code.u8(Opcode.MemorySize).u32(memory);
          });
        }
        code.u8(Opcode.LocalGet).u32(0).u8(Opcode.MemoryGrow).u32(memory);
        this.#payGrowth(code, 0, 1, address64, this.costs.memoryPage);
      },
      value,
    );
  }

  /** `(value, elements) -> old`: `table.grow` under the limit, paid for if it succeeds. */
  growTable(table: number, address64: boolean, element: Uint8Array): number {
    const value = address64 ? I64 : I32;
    const signature = [2, ...element, value, 1, value];
    return this.get(
      `grow-table ${table}`,
      signature,
      (code) => {
        const { maxTableElements } = this.#limits;
        if (maxTableElements !== undefined) {
          this.#gate(code, 1, address64, maxTableElements, () => {
            code
              .u8(0xfc)
              .u32(Opcode.TableSize & 0xfff)
              .u32(table);
          });
        }
        code.u8(Opcode.LocalGet).u32(0).u8(Opcode.LocalGet).u32(1);
        code
          .u8(0xfc)
          .u32(Opcode.TableGrow & 0xfff)
          .u32(table);
        this.#payGrowth(code, 1, 2, address64, this.costs.tableElement);
      },
      value,
    );
  }

  /** Returns -1 and counts the refusal if size and growth together exceed the limit. */
  #gate(
    code: ByteWriter,
    local: number,
    address64: boolean,
    limit: number,
    size: () => void,
  ): void {
    const widen = (): void => {
      if (!address64) code.u8(Op.I64ExtendI32U);
    };
    size();
    widen();
    code.u8(Opcode.LocalGet).u32(local);
    widen();
    if (address64) this.clamp(code);
    code.u8(Opcode.I64Add).u8(Opcode.I64Const).signed(limit).u8(Op.I64GtU);
    code.u8(Opcode.If).u8(VOID);
    const { deniedGlobal } = this.at;
    code.u8(Opcode.GlobalGet).u32(deniedGlobal).u8(Opcode.I32Const).u32(1).u8(Op.I32Add);
    code.u8(Opcode.GlobalSet).u32(deniedGlobal);
    code
      .u8(address64 ? Opcode.I64Const : Opcode.I32Const)
      .signed(-1)
      .u8(Opcode.Return);
    code.u8(Opcode.End);
  }

  /** The result is on the stack and in local `result`; the length is in local `length`. */
  #payGrowth(
    code: ByteWriter,
    length: number,
    result: number,
    address64: boolean,
    price: number,
  ): void {
    code.u8(Opcode.LocalTee).u32(result);
    code.u8(address64 ? Opcode.I64Const : Opcode.I32Const).signed(-1);
    code.u8(address64 ? Op.I64Eq : Op.I32Eq);
    code.u8(Opcode.If).u8(VOID).u8(Opcode.Else);
    code.u8(Opcode.LocalGet).u32(length);
    if (!address64) code.u8(Op.I64ExtendI32U);
    code.u8(Opcode.I64Const).signed(price).u8(Op.I64Mul);
    this.pay(code);
    code.u8(Opcode.End).u8(Opcode.LocalGet).u32(result);
  }

  /**
   * Replaces the i64 on the stack with 2^40 if it is larger: its product with a price must not overflow, and an operator with
   * that length traps anyway.
   */
  clamp(code: ByteWriter): void {
    const clamp = this.get('clamp', [1, I64, 1, I64], (body) => {
      body
        .u8(Opcode.I64Const)
        .signed(2 ** 40)
        .u8(Opcode.LocalGet)
        .u32(0);
      body
        .u8(Opcode.LocalGet)
        .u32(0)
        .u8(Opcode.I64Const)
        .signed(2 ** 40)
        .u8(Op.I64GtU);
      body.u8(Opcode.Select);
    });
    code.u8(Opcode.Call).u32(clamp);
  }

  /** Subtracts the i64 on the stack from the fuel, and requests more if the result is negative. */
  pay(code: ByteWriter): void {
    const refill = this.refillGlobal();
    const pay = this.get('pay', [1, I64, 0], (body) => {
      body
        .u8(Opcode.GlobalGet)
        .u32(this.at.fuelGlobal)
        .u8(Opcode.LocalGet)
        .u32(0)
        .u8(Opcode.I64Sub);
      body.u8(Opcode.LocalTee).u32(0).u8(Opcode.GlobalSet).u32(this.at.fuelGlobal);
      body.u8(Opcode.LocalGet).u32(0).u8(Opcode.I64Const).u32(0).u8(Opcode.I64LtS);
      body.u8(Opcode.If).u8(VOID).u8(Opcode.Call).u32(refill).u8(Opcode.End);
    });
    code.u8(Opcode.Call).u32(pay);
  }

  /** An appended function, created when it is first requested by this key. */
  get(
    key: string,
    signature: readonly number[],
    write: (code: ByteWriter) => void,
    local?: number,
  ): number {
    const known = this.#functions.get(key);
    if (known !== undefined) return known;
    const code = new ByteWriter();
    if (local === undefined) code.u8(0);
    else code.u8(1).u8(1).u8(local);
    // Helpers that this one needs are appended first.
    write(code);
    code.u8(Opcode.End);
    const index = this.at.firstFunction + this.bodies.length;
    this.bodies.push(code.finish());
    this.types.push(this.type(signature));
    this.#functions.set(key, index);
    return index;
  }
}

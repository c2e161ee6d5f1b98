import type { ByteWriter, Module } from '@testbench/wasm';

import type { HelperFunctions } from './helper-functions.js';
import { Opcode, VOID } from './operators.js';

const I32 = 0x7f;
const I64 = 0x7e;

/**
 * Bytes that one operator writes at a time: no engine interrupts it, and pages that are touched for the first time cost
 * microseconds each. A multiple of the bytes that a unit of fuel may stand for.
 */
export const PIECE = 2 ** 18;

const enum Op {
  I32Add = 0x6a,
  I32Sub = 0x6b,
  I32GtU = 0x4b,
  I64LeU = 0x58,
  I64GtU = 0x56,
  I32And = 0x71,
  I64Shl = 0x86,
  I64ShrU = 0x88,
  I64ExtendI32U = 0xad,
}

/** Operators that are done in pieces. */
export type BulkOperator = Opcode.MemoryFill | Opcode.MemoryCopy | Opcode.MemoryInit;

/**
 * A function that does the operator's work and pays for it piece by piece, so that the guest can be stopped in between. Nothing is
 * written if a range is not inside the memory.
 *
 * @param segment Segment of `memory.init`.
 */
export function bulkInPieces(
  helpers: HelperFunctions,
  module: Module,
  operator: BulkOperator,
  memory: number,
  segment: number,
): number {
  const log2 = helpers.costs.memoryBytesLog2;
  const { address64, pageSizeLog2 } = module.memories[memory]!.type;
  const address = address64 ? I64 : I32;
  /** Parameters: destination, value or source, length. */
  const source = operator === Opcode.MemoryCopy ? address : I32;
  const length = operator === Opcode.MemoryInit ? I32 : address;
  const signature = [3, address, source, length, 0];
  const key = `${operator} ${memory} ${segment}`;
  const writer = (code: ByteWriter): PieceWriter =>
    new PieceWriter(code, operator, memory, segment, address, source, length);

  const payForRest = (code: ByteWriter, to: PieceWriter): void => {
    to.getWide(2, length);
    if (length === I64) helpers.clamp(code);
    to.constant(I64, log2).u8(Op.I64ShrU);
    helpers.pay(code);
    for (const local of [0, 1, 2]) to.get(local);
    to.operate();
  };

  /** For lengths above a piece: a separate function, so that the other one is small enough to be inlined. */
  const large = helpers.get(`large ${key}`, signature, (code) => {
    const to = writer(code);
    const size = (): void => {
      code.u8(Opcode.MemorySize).u32(memory);
      if (!address64) code.u8(Op.I64ExtendI32U);
      to.constant(I64, pageSizeLog2).u8(Op.I64Shl);
    };
    code.u8(Opcode.Loop).u8(VOID);
    to.isLarge();
    to.isInside(0, address, size);
    if (operator === Opcode.MemoryCopy) to.isInside(1, source, size);
    if (operator === Opcode.MemoryInit) {
      const { start, end } = module.data[segment]!.bytes;
      to.isInside(1, source, () => to.constant(I64, end - start));
    }
    // All of these conditions.
    code.raw(operator === Opcode.MemoryFill ? [Op.I32And] : [Op.I32And, Op.I32And]);
    code.u8(Opcode.If).u8(VOID);
    to.constant(I64, PIECE / 2 ** log2);
    helpers.pay(code);
    if (operator === Opcode.MemoryCopy) {
      // The last piece first, if the first ones would overwrite it.
      to.get(0);
      to.get(1).u8(address64 ? Op.I64GtU : Op.I32GtU);
      code.u8(Opcode.If).u8(VOID);
      to.last();
      code.u8(Opcode.Else);
      to.first();
      code.u8(Opcode.End);
    } else {
      to.first();
    }
    to.move(2, length, false);
    code.u8(Opcode.Br).u8(1).u8(Opcode.End).u8(Opcode.End);
    // The rest is at most a piece, or traps.
    payForRest(code, to);
  });

  return helpers.get(key, signature, (code) => {
    const to = writer(code);
    to.isLarge();
    code.u8(Opcode.If).u8(VOID);
    for (const local of [0, 1, 2]) to.get(local);
    code.u8(Opcode.Call).u32(large).u8(Opcode.Return).u8(Opcode.End);
    payForRest(code, to);
  });
}

/** Writes parts of one such function. */
class PieceWriter {
  readonly #code: ByteWriter;
  readonly #operator: BulkOperator;
  readonly #memory: number;
  readonly #segment: number;
  /** Types of the parameters. */
  readonly #address: number;
  readonly #source: number;
  readonly #length: number;

  constructor(
    code: ByteWriter,
    operator: BulkOperator,
    memory: number,
    segment: number,
    address: number,
    source: number,
    length: number,
  ) {
    this.#code = code;
    this.#operator = operator;
    this.#memory = memory;
    this.#segment = segment;
    this.#address = address;
    this.#source = source;
    this.#length = length;
  }

  get(local: number): ByteWriter {
    return this.#code.u8(Opcode.LocalGet).u8(local);
  }

  getWide(local: number, type: number): void {
    this.get(local);
    if (type === I32) this.#code.u8(Op.I64ExtendI32U);
  }

  constant(type: number, value: number): ByteWriter {
    return this.#code.u8(type === I64 ? Opcode.I64Const : Opcode.I32Const).signed(value);
  }

  /** Whether the length is more than a piece. */
  isLarge(): void {
    this.get(2);
    this.constant(this.#length, PIECE).u8(this.#length === I64 ? Op.I64GtU : Op.I32GtU);
  }

  /** Whether the range that begins at `local` is inside a size, an i64. */
  isInside(local: number, type: number, size: () => void): void {
    const code = this.#code;
    const length = this.#length;
    this.getWide(2, length);
    size();
    code.u8(Op.I64LeU);
    this.getWide(local, type);
    size();
    this.getWide(2, length);
    code.u8(Opcode.I64Sub).u8(Op.I64LeU).u8(Op.I32And);
  }

  operate(): void {
    const code = this.#code;
    const operator = this.#operator;
    const memory = this.#memory;
    code.u8(0xfc).u32(operator & 0xfff);
    if (operator === Opcode.MemoryInit) code.u32(this.#segment);
    code.u32(memory);
    if (operator === Opcode.MemoryCopy) code.u32(memory);
  }

  /** Moves a local by a piece. */
  move(local: number, type: number, forward: boolean): void {
    this.get(local);
    this.constant(type, PIECE).u8(sumOf(type, forward));
    this.#code.u8(Opcode.LocalSet).u8(local);
  }

  /** Handles the first piece of the range, which then begins after it. */
  first(): void {
    this.get(0);
    this.get(1);
    this.constant(this.#length, PIECE);
    this.operate();
    this.move(0, this.#address, true);
    if (this.#operator !== Opcode.MemoryFill) this.move(1, this.#source, true);
  }

  /** Handles the last piece of the ranges of a copy. */
  last(): void {
    const address = this.#address;
    const code = this.#code;
    for (const local of [0, 1]) {
      this.get(local);
      this.get(2);
      code.u8(sumOf(address, true));
      this.constant(address, PIECE).u8(sumOf(address, false));
    }
    this.constant(this.#length, PIECE);
    this.operate();
  }
}

function sumOf(type: number, plus: boolean): number {
  if (type === I64) return plus ? Opcode.I64Add : Opcode.I64Sub;
  return plus ? Op.I32Add : Op.I32Sub;
}

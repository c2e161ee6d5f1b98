// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and section ids are numbers where they come from: bytes and typed arrays
import { ByteReader } from './byte-reader.js';
import { DecodeError, failUnknown } from './decode-error.js';
import { Immediate, PLAIN_IMMEDIATES, PREFIXED_IMMEDIATES } from './opcodes.js';
import { readHeapType, readValueType, readValueTypes } from './value-type.js';

/**
 * Walks the instructions of one function body or constant expression, one per {@link next}, without allocating.
 *
 * The cursor is its own result: after `next()` returned true, its fields describe the instruction, until the next call.
 * Fields for which the instruction has no immediate keep older values. It checks that operators exist, that immediates
 * are well-formed and that blocks are closed; it does not validate types or indices.
 *
 * @example
 * ```ts
 * import { InstructionCursor, Opcode } from '@testbench/wasm';
 *
 * const body = Uint8Array.of(0x20, 0x00, 0x41, 0x2a, 0x6a, 0x0b); // local.get 0, i32.const 42, i32.add, end
 * const cursor = new InstructionCursor(body, 0, body.length);
 * const constants: number[] = [];
 * while (cursor.next()) if (cursor.opcode === Opcode.I32Const) constants.push(cursor.index);
 * constants; // => [42]
 * ```
 */
export class InstructionCursor {
  /** The operator: one byte, or `prefix * 0x1000 + sub-opcode`, as in {@link Opcode}. */
  opcode = 0;
  /** Byte offset of the operator. */
  offset = 0;
  /** Byte offset just after the instruction. */
  position: number;
  /** Number of open blocks after this instruction; 0 after the final `end`. */
  depth = 1;
  /** What kind of immediates the operator has: one of {@link Immediate}. */
  immediate = 0;
  /** First immediate: index, label, lane, i32 constant, alignment exponent, or length of a label list. */
  index = 0;
  /** Second immediate: index, label, or memory offset (exact up to 2^53). */
  second = 0;
  /** Memory index of a memory access. */
  memory = 0;
  /** Block type: -64 for none, another negative number for one value type, otherwise the index of a function type. */
  blockType = 0;
  /** Byte offset of the first immediate; for `br_table` and `try_table`, of the first entry of the list. */
  immediateOffset = 0;

  #end: number;
  readonly #reader: ByteReader;

  /**
   * @param bytes The whole module; read in place.
   * @param start Byte offset of the first instruction.
   * @param end Byte offset just after the last one.
   */
  constructor(
    readonly bytes: Uint8Array,
    start: number,
    end: number,
  ) {
    this.position = start;
    this.#end = end;
    this.#reader = new ByteReader(bytes, start, end);
  }

  /** Moves to another body, so that one cursor serves a whole module. */
  reset(start: number, end: number): this {
    this.position = start;
    this.depth = 1;
    this.#end = end;
    return this;
  }

  /**
   * Reads the next instruction.
   *
   * @returns False after the `end` that closes the body; then {@link position} is just after it.
   * @throws {DecodeError} `DECODE_TRUNCATED` if the body ends first, `DECODE_UNKNOWN` for an operator that does not
   *   exist, `DECODE_OVERLONG` for a bad integer.
   */
  next(): boolean {
    if (this.depth === 0) return false;
    const offset = this.position;
    this.offset = offset;
    if (offset >= this.#end) this.#truncated(offset);
    const code = this.bytes[offset]!;
    this.opcode = code;
    this.position = this.immediateOffset = offset + 1;
    this.immediate = PLAIN_IMMEDIATES[code]!;
    if (this.immediate === Immediate.Unknown) this.#prefixed(code);
    switch (this.immediate) {
      case Immediate.None:
        break;
      case Immediate.U32:
        this.index = this.#u32();
        break;
      case Immediate.Memarg:
        this.#memarg();
        break;
      case Immediate.I32:
        this.index = this.#s32();
        break;
      case Immediate.Block:
        this.depth += 1;
        this.#block();
        break;
      case Immediate.End:
        this.depth -= 1;
        break;
      case Immediate.F32:
        this.position += 4;
        break;
      case Immediate.F64:
        this.position += 8;
        break;
      default:
        this.#rare();
    }
    if (this.position > this.#end) this.#truncated(this.#end);
    return true;
  }

  /**
   * Reads the label list of the current `br_table`, the default last.
   *
   * @param visit Called with each label, in order.
   */
  forEachLabel(visit: (label: number) => void): void {
    const reader = this.#at(this.immediateOffset);
    for (let left = this.index; left >= 0; left -= 1) visit(reader.u32('label'));
  }

  /**
   * Reads the catch clauses of the current `try_table`.
   *
   * @param visit Called with each clause's kind (0 `catch`, 1 `catch_ref`, 2 `catch_all`, 3 `catch_all_ref`) and label.
   *   Labels are counted from outside the `try_table`'s own block.
   */
  forEachCatch(visit: (kind: number, label: number) => void): void {
    const reader = this.#at(this.immediateOffset);
    for (let left = this.index; left > 0; left -= 1) {
      const kind = reader.u8('catch clause');
      if (kind < 2) reader.u32('tag');
      visit(kind, reader.u32('label'));
    }
  }

  #prefixed(prefix: number): void {
    const immediates = PREFIXED_IMMEDIATES.get(prefix);
    const sub = immediates === undefined ? 0 : this.#u32();
    const immediate = immediates?.[sub];
    if (immediate === undefined || immediate === Immediate.Unknown) {
      const name = immediates === undefined ? '' : ` 0x${sub.toString(16)}`;
      failUnknown(this.offset, 'instruction', `operator 0x${prefix.toString(16)}${name}`);
    }
    this.opcode = prefix * 0x1000 + sub;
    this.immediate = immediate;
    this.immediateOffset = this.position;
  }

  #rare(): void {
    switch (this.immediate) {
      case Immediate.I64:
        this.#s64();
        break;
      case Immediate.U32x2:
        this.index = this.#u32();
        this.second = this.#u32();
        break;
      case Immediate.Lane:
        this.index = this.position < this.#end ? this.bytes[this.position]! : 0;
        this.position += 1;
        break;
      case Immediate.MemargLane:
        this.#memarg();
        this.position += 1;
        break;
      case Immediate.Bytes16:
        this.position += 16;
        break;
      case Immediate.Delegate:
        this.depth -= 1;
        this.index = this.#u32();
        break;
      case Immediate.BrTable:
        this.index = this.#u32();
        this.immediateOffset = this.position;
        if (this.index >= this.#end - this.position) this.#truncated(this.position);
        for (let left = this.index; left >= 0; left -= 1) this.#u32();
        break;
      case Immediate.TryTable:
        this.depth += 1;
        this.#block();
        this.#tryTable();
        break;
      default:
        this.#typed();
    }
  }

  #typed(): void {
    const reader = this.#at(this.position);
    switch (this.immediate) {
      case Immediate.HeapType:
        readHeapType(reader);
        break;
      case Immediate.SelectTypes:
        readValueTypes(reader, 'types of select');
        break;
      case Immediate.BrOnCast:
        reader.u8('cast flags');
        this.immediateOffset = reader.offset;
        this.index = reader.u32('label');
        readHeapType(reader);
        readHeapType(reader);
        break;
    }
    this.position = reader.offset;
  }

  #tryTable(): void {
    this.index = this.#u32();
    this.immediateOffset = this.position;
    if (this.index > this.#end - this.position) this.#truncated(this.position);
    for (let left = this.index; left > 0; left -= 1) {
      const kind = this.position < this.#end ? this.bytes[this.position]! : 0;
      if (kind > 3) {
        failUnknown(this.position, 'try_table', `catch clause ${kind}`);
      }
      this.position += 1;
      if (kind < 2) this.#u32();
      this.#u32();
    }
  }

  #block(): void {
    const byte = this.position < this.#end ? this.bytes[this.position]! : 0x40;
    if (byte >= 0x40 && byte < 0x80) {
      this.blockType = byte - 0x80;
      if (byte === 0x40 || byte >= 0x7b) {
        this.position += 1;
        return;
      }
      const reader = this.#at(this.position);
      readValueType(reader);
      this.position = reader.offset;
      return;
    }
    const reader = this.#at(this.position);
    this.blockType = reader.s33('block type');
    this.position = reader.offset;
    if (this.blockType < 0) {
      failUnknown(this.offset, 'block type', 'type');
    }
  }

  #memarg(): void {
    let align = this.#u32();
    this.memory = 0;
    // Bit 6 of the alignment says that a memory index follows.
    if ((align & 0x40) !== 0) {
      align &= ~0x40;
      this.memory = this.#u32();
    }
    this.index = align;
    // Up to four bytes, 28 bits, need no big integers, unlike 64 bits.
    let value = 0;
    for (let count = 0; count < 4 && this.position + count < this.#end; count += 1) {
      const byte = this.bytes[this.position + count]!;
      value |= (byte & 0x7f) << (7 * count);
      if (byte < 0x80) {
        this.second = value;
        this.position += count + 1;
        return;
      }
    }
    const reader = this.#at(this.position);
    this.second = reader.u64('memory offset');
    this.position = reader.offset;
  }

  #u32(): number {
    const bytes = this.bytes;
    let position = this.position;
    let byte = position < this.#end ? bytes[position]! : this.#truncated(position);
    position += 1;
    let value = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = position < this.#end ? bytes[position]! : this.#truncated(position);
      if (shift === 28 && byte > 0x0f) this.#overlong();
      position += 1;
      value |= (byte & 0x7f) << shift;
    }
    this.position = position;
    return value >>> 0;
  }

  #s32(): number {
    const bytes = this.bytes;
    let position = this.position;
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = position < this.#end ? bytes[position]! : this.#truncated(position);
      position += 1;
      value |= (byte & 0x7f) << shift;
      if (shift === 28) {
        // In the fifth byte, bits 4 to 6 must repeat the sign in bit 3.
        const high = byte & 0x78;
        if (byte >= 0x80 || (high !== 0 && high !== 0x78)) this.#overlong();
        break;
      }
      if (byte < 0x80) {
        value = (value << (25 - shift)) >> (25 - shift);
        break;
      }
    }
    this.position = position;
    return value;
  }

  #s64(): void {
    let position = this.position;
    for (let count = 1; ; count += 1) {
      const byte = position < this.#end ? this.bytes[position]! : this.#truncated(position);
      position += 1;
      if (count === 10) {
        if (byte !== 0 && byte !== 0x7f) this.#overlong();
        break;
      }
      if (byte < 0x80) break;
    }
    this.position = position;
  }

  #at(offset: number): ByteReader {
    this.#reader.offset = offset;
    this.#reader.end = this.#end;
    return this.#reader;
  }

  #truncated(offset: number): never {
    // Immediates of one fixed byte are skipped before any check that they are present.
    const end = Math.min(offset, this.#end);
    throw new DecodeError('DECODE_TRUNCATED', end, 'Cannot read instruction: unexpected end');
  }

  #overlong(): never {
    throw new DecodeError(
      'DECODE_OVERLONG',
      this.position,
      'Cannot read instruction: integer has too many bits',
    );
  }
}

/**
 * Calls `visit` with the cursor at each instruction of a body or constant expression.
 *
 * @returns Byte offset just after the final `end`.
 * @throws {DecodeError} As {@link InstructionCursor.next}.
 */
export function walkInstructions(
  bytes: Uint8Array,
  start: number,
  end: number,
  visit: (cursor: InstructionCursor) => void,
): number {
  const cursor = new InstructionCursor(bytes, start, end);
  while (cursor.next()) visit(cursor);
  return cursor.position;
}

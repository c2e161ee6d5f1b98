// oxlint-disable typescript/no-unsafe-enum-comparison -- codes are numbers where they come from: bytes
import type { ByteReader } from '@testbench/wasm';

/** Where code comes from, according to a line table. */
export interface LineRow {
  /** Offset in the code section's content. */
  readonly address: number;
  /** Index in the table's files. */
  readonly file: number;
  /** From 1; 0 for code that comes from no line. */
  readonly line: number;
  /** From 1; 0 if the compiler did not say. */
  readonly column: number;
  /** The first byte after a piece of code. */
  readonly isEnd: boolean;
}

/** What the header of a line table says about the numbers in its program. */
export interface LineHeader {
  readonly minInstructionLength: number;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** How many numbers each standard opcode takes, from opcode 1. */
  readonly operands: readonly number[];
}

/** Maximum rows of a table: more than a module of 16 MiB has instructions. */
const MAX_ROWS = 4_000_000;

const enum Standard {
  Extended = 0,
  Copy = 1,
  AdvancePc = 2,
  AdvanceLine = 3,
  SetFile = 4,
  SetColumn = 5,
  NegateStatement = 6,
  SetBasicBlock = 7,
  ConstAddPc = 8,
  FixedAdvancePc = 9,
}

const enum Extended {
  EndSequence = 1,
  SetAddress = 2,
}

/**
 * Runs the program of a line table.
 *
 * @returns Pieces of code in sequence, each with an end.
 * @throws {DecodeError} {RangeError} If the program is damaged.
 *
 * @see https://dwarfstd.org/doc/DWARF5.pdf section 6.2
 */
export function runLineProgram(reader: ByteReader, header: LineHeader): LineRow[] {
  const { minInstructionLength, lineBase, lineRange, opcodeBase, operands } = header;
  const rows: LineRow[] = [];
  let address = 0;
  let file = 1;
  let line = 1;
  let column = 0;
  const add = (isEnd: boolean): void => {
    if (rows.length >= MAX_ROWS) throw new RangeError('a line table has too many rows');
    rows.push({ address, file, line, column, isEnd });
  };
  while (reader.remaining > 0) {
    const opcode = reader.u8('opcode');
    if (opcode >= opcodeBase) {
      const step = opcode - opcodeBase;
      address += Math.floor(step / lineRange) * minInstructionLength;
      line += lineBase + (step % lineRange);
      add(false);
      continue;
    }
    switch (opcode) {
      case Standard.Extended: {
        const length = reader.u32('length of an instruction');
        const end = reader.offset + length;
        const code = length === 0 ? 0 : reader.u8('extended opcode');
        if (code === Extended.EndSequence) {
          add(true);
          address = 0;
          file = 1;
          line = 1;
          column = 0;
        } else if (code === Extended.SetAddress) {
          address = readFixed(reader, length - 1);
        }
        skipTo(reader, end);
        break;
      }
      case Standard.Copy:
        add(false);
        break;
      case Standard.AdvancePc:
        address += reader.u32('advance') * minInstructionLength;
        break;
      case Standard.AdvanceLine:
        line += readSigned(reader);
        break;
      case Standard.SetFile:
        file = reader.u32('file');
        break;
      case Standard.SetColumn:
        column = reader.u32('column');
        break;
      case Standard.NegateStatement:
      case Standard.SetBasicBlock:
        break;
      case Standard.ConstAddPc:
        address += Math.floor((255 - opcodeBase) / lineRange) * minInstructionLength;
        break;
      case Standard.FixedAdvancePc:
        address += readFixed(reader, 2);
        break;
      default:
        for (let left = operands[opcode - 1] ?? 0; left > 0; left -= 1) reader.u32('operand');
    }
  }
  return rows;
}

/** A number of this many bytes, the lowest first. */
export function readFixed(reader: ByteReader, size: number): number {
  let value = 0;
  for (let index = 0; index < size; index += 1) value += reader.u8('number') * 256 ** index;
  return value;
}

function readSigned(reader: ByteReader): number {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    if (factor > 2 ** 35) throw new RangeError('a number in a line table is too long');
    const byte = reader.u8('number');
    value += (byte & 0x7f) * factor;
    if ((byte & 0x80) !== 0) continue;
    return (byte & 0x40) === 0 ? value : value - factor * 128;
  }
}

/** Moves forward to an offset. @throws {RangeError} If it has already been passed. */
export function skipTo(reader: ByteReader, offset: number): void {
  if (offset < reader.offset) throw new RangeError('a part of a line table is too long');
  reader.skip(offset - reader.offset, 'rest');
}

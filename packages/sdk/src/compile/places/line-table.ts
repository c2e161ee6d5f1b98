// oxlint-disable typescript/no-unsafe-enum-comparison -- codes are numbers where they come from: bytes
import { ByteReader } from '@testbench/wasm';

import {
  type LineHeader,
  type LineRow,
  readFixed,
  runLineProgram,
  skipTo,
} from './line-program.js';

/** The line table of one compiled file. */
interface LineTable {
  /** Paths by the index used in rows, with the folder that the compiler gave them. */
  readonly files: readonly (string | undefined)[];
  readonly rows: readonly LineRow[];
}

/** Sections with the texts that tables of version 5 refer to. */
interface LineTexts {
  readonly lineStr: Uint8Array;
  readonly str: Uint8Array;
  /** Where the compiler ran, by the offset of a table before version 5. @default unknown */
  readonly folders?: ReadonlyMap<number, string>;
}

/** Maximum files of a table, and forms that describe each: a compiler writes hundreds of files, and a handful of forms. */
const MAX_ENTRIES = 100_000;
const MAX_FORMS = 16;

const enum Content {
  Path = 1,
  Directory = 2,
}

const enum Form {
  Block = 0x09,
  Data1 = 0x0b,
  Data2 = 0x05,
  Data4 = 0x06,
  Data8 = 0x07,
  Data16 = 0x1e,
  String = 0x08,
  Strp = 0x0e,
  Udata = 0x0f,
  LineStrp = 0x1f,
}

const utf8 = new TextDecoder();

/**
 * Reads the tables of a section `.debug_line`, as clang and rustc write them: versions 2 to 5, in 32 bits.
 *
 * A compiler's own output is read here, but it is treated as untrusted: nothing is read beyond the section, and counts are bounded.
 *
 * @returns The tables before the first one that is damaged or of another version.
 *
 * @see https://dwarfstd.org/doc/DWARF5.pdf section 6.2.4
 */
export function readLineTables(section: Uint8Array, texts: LineTexts): LineTable[] {
  const tables: LineTable[] = [];
  let start = 0;
  while (start + 4 <= section.length) {
    const length = readFixed(new ByteReader(section, start), 4);
    const end = start + 4 + length;
    // Such lengths announce the 64-bit format.
    if (length >= 0xfffffff0 || end > section.length) break;
    try {
      tables.push(readTable(new ByteReader(section, start + 4, end), texts, start));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      break;
    }
    start = end;
  }
  return tables;
}

function readTable(reader: ByteReader, texts: LineTexts, at: number): LineTable {
  const version = readFixed(reader, 2);
  if (version < 2 || version > 5) throw new RangeError(`a line table has version ${version}`);
  if (version >= 5) reader.skip(2, 'sizes of addresses');
  const headerLength = readFixed(reader, 4);
  const program = reader.offset + headerLength;
  const minInstructionLength = reader.u8('length of an instruction');
  if (version >= 4) reader.skip(1, 'operations per instruction');
  reader.skip(1, 'default of is_stmt');
  const lineBase = (reader.u8('line base') << 24) >> 24;
  const lineRange = reader.u8('line range');
  if (lineRange === 0) throw new RangeError('a line table has a line range of 0');
  const opcodeBase = reader.u8('opcode base');
  const operands = Array.from({ length: Math.max(0, opcodeBase - 1) }, () => reader.u8('operands'));
  const header: LineHeader = { minInstructionLength, lineBase, lineRange, opcodeBase, operands };
  const files =
    version >= 5 ? readEntries(reader, texts) : readLists(reader, texts.folders?.get(at) ?? '');
  skipTo(reader, program);
  return { files, rows: runLineProgram(reader, header) };
}

/** Folders and files of versions 2 to 4: names, from index 1; folder 0 is where the compiler ran. */
function readLists(reader: ByteReader, own: string): (string | undefined)[] {
  const folders = [own];
  for (let name = readText(reader); name !== ''; name = readText(reader)) {
    folders.push(join(own, name));
  }
  const files: (string | undefined)[] = [undefined];
  for (let name = readText(reader); name !== ''; name = readText(reader)) {
    const folder = reader.u32('folder');
    reader.u32('time');
    reader.u32('size');
    if (files.length > MAX_ENTRIES) throw new RangeError('a line table has too many files');
    files.push(join(folders[folder], name));
  }
  return files;
}

/** The same for version 5: each list says what its entries consist of; folder 0 and file 0 are the compiler's own. */
function readEntries(reader: ByteReader, texts: LineTexts): (string | undefined)[] {
  const [own = '', ...others] = readList(reader, texts).map(({ path }) => path);
  const folders = [own, ...others.map((folder) => join(own, folder))];
  return readList(reader, texts).map(({ path, directory }) => join(folders[directory], path));
}

function readList(
  reader: ByteReader,
  texts: LineTexts,
): { readonly path: string; readonly directory: number }[] {
  const count = reader.u8('count of forms');
  if (count > MAX_FORMS) throw new RangeError('a line table has too many forms');
  const forms = Array.from({ length: count }, () => {
    return [reader.u32('content'), reader.u32('form')] as const;
  });
  const entries = reader.u32('count of entries');
  if (entries > MAX_ENTRIES) throw new RangeError('a line table has too many files');
  return Array.from({ length: entries }, () => {
    const entry = { path: '', directory: 0 };
    for (const [content, form] of forms) {
      const value = readForm(reader, form, texts);
      if (content === Content.Path && typeof value === 'string') entry.path = value;
      if (content === Content.Directory && typeof value === 'number') entry.directory = value;
    }
    return entry;
  });
}

function readForm(reader: ByteReader, form: number, texts: LineTexts): string | number {
  switch (form) {
    case Form.String:
      return readText(reader);
    case Form.LineStrp:
      return textAt(texts.lineStr, readFixed(reader, 4));
    case Form.Strp:
      return textAt(texts.str, readFixed(reader, 4));
    case Form.Udata:
      return reader.u32('number');
    case Form.Data1:
      return readFixed(reader, 1);
    case Form.Data2:
      return readFixed(reader, 2);
    case Form.Data4:
      return readFixed(reader, 4);
    case Form.Data8:
      return readFixed(reader, 8);
    case Form.Data16:
      reader.skip(16, 'checksum');
      return 0;
    case Form.Block:
      reader.skip(reader.u32('length of a block'), 'block');
      return 0;
    default:
      throw new RangeError(`a line table has the form ${form}`);
  }
}

/** Reads a text that ends with a zero. @throws {Error} If it does not end within the bytes. */
export function readText(reader: ByteReader): string {
  const { bytes, offset } = reader;
  const end = bytes.indexOf(0, offset);
  const text = utf8.decode(bytes.subarray(offset, Math.max(offset, end)));
  // Fails if the text does not end within the table.
  reader.skip((end < 0 ? Infinity : end) - offset + 1, 'text');
  return text;
}

/** The text at an offset of a section of texts; '' if it does not end. */
export function textAt(section: Uint8Array, offset: number): string {
  const end = section.indexOf(0, offset);
  return end < 0 ? '' : utf8.decode(section.subarray(offset, end));
}

function join(folder: string | undefined, name: string): string {
  return folder === undefined || folder === '' || name.startsWith('/') ? name : `${folder}/${name}`;
}

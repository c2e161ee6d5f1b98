import { ByteReader } from '@testbench/wasm';

import { readFixed } from './line-program.js';
import { readText, textAt } from './line-table.js';

/** Sections that give the folder in which each file was compiled. */
interface InfoSections {
  readonly info: Uint8Array;
  readonly abbrev: Uint8Array;
  readonly str: Uint8Array;
}

const COMPILE_UNIT = 0x11;
const STATEMENT_LIST = 0x10;
const COMPILATION_FOLDER = 0x1b;

/** Maximum attributes of a unit, and units: a compiler writes a dozen for each file. */
const MAX_ATTRIBUTES = 256;
const MAX_UNITS = 100_000;

/** Sizes of forms with a constant size, with addresses of 4 bytes; the others are read. */
const SIZES: Readonly<Record<number, number>> = {
  [0x01]: 4,
  [0x05]: 2,
  [0x06]: 4,
  [0x07]: 8,
  [0x0b]: 1,
  [0x0c]: 1,
  [0x0e]: 4,
  [0x17]: 4,
  [0x19]: 0,
};
const STRING = 0x08;
const DATA4 = 0x06;
const STRP = 0x0e;
const SECTION_OFFSET = 0x17;
const SDATA = 0x0d;
const UDATA = 0x0f;

/**
 * Reads the folder in which each file was compiled, by the offset of its line table: tables of version 4 and before do not say it themselves.
 *
 * @returns The folders read before the first damaged unit; units of version 5 are left out.
 *
 * @see https://dwarfstd.org/doc/DWARF4.pdf section 7.5
 */
export function readCompilationFolders(sections: InfoSections): ReadonlyMap<number, string> {
  const { info } = sections;
  const folders = new Map<number, string>();
  let start = 0;
  for (let unit = 0; unit < MAX_UNITS && start + 4 <= info.length; unit += 1) {
    const end = start + 4 + readFixed(new ByteReader(info, start), 4);
    if (end > info.length) break;
    try {
      const { table, folder } = readUnit(new ByteReader(info, start + 4, end), sections);
      if (table !== undefined && folder !== undefined) folders.set(table, folder);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      break;
    }
    start = end;
  }
  return folders;
}

interface Unit {
  table?: number;
  folder?: string;
}

function readUnit(reader: ByteReader, { abbrev, str }: InfoSections): Unit {
  const unit: Unit = {};
  const version = readFixed(reader, 2);
  if (version > 4) return unit;
  const abbreviations = readFixed(reader, 4);
  reader.skip(1, 'size of addresses');
  const code = reader.u32('abbreviation');
  for (const [attribute, form] of attributesOf(new ByteReader(abbrev, abbreviations), code)) {
    if (attribute === STATEMENT_LIST && (form === SECTION_OFFSET || form === DATA4)) {
      unit.table = readFixed(reader, 4);
    } else if (attribute === COMPILATION_FOLDER && form === STRP) {
      unit.folder = textAt(str, readFixed(reader, 4));
    } else if (attribute === COMPILATION_FOLDER && form === STRING) {
      unit.folder = readText(reader);
    } else skipForm(reader, form);
    // Anything that follows may have a form that is not known here.
    if (unit.table !== undefined && unit.folder !== undefined) break;
  }
  return unit;
}

/** Attributes and forms of an abbreviation, which is usually the first of its list. */
function attributesOf(reader: ByteReader, code: number): readonly (readonly [number, number])[] {
  if (reader.u32('abbreviation') !== code || reader.u32('tag') !== COMPILE_UNIT) return [];
  reader.skip(1, 'children');
  const attributes: [number, number][] = [];
  while (attributes.length < MAX_ATTRIBUTES) {
    const attribute = reader.u32('attribute');
    const form = reader.u32('form');
    if (attribute === 0 && form === 0) break;
    attributes.push([attribute, form]);
  }
  return attributes;
}

function skipForm(reader: ByteReader, form: number): void {
  const size = SIZES[form];
  if (size !== undefined) reader.skip(size, 'attribute');
  else if (form === STRING) readText(reader);
  else if (form === UDATA || form === SDATA) reader.u64('attribute');
  else throw new RangeError(`a unit has the form ${form}`);
}

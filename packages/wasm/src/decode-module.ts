// oxlint-disable typescript/no-unsafe-enum-comparison -- operators and section ids are numbers where they come from: bytes and typed arrays
import { ByteReader } from './byte-reader.js';
import { checkHeader } from './check-header.js';
import { DecodeError } from './decode-error.js';
import { readGlobalType, readMemoryType, readTableType, readTagType } from './extern-type.js';
import {
  type DataSegment,
  type Declared,
  type ElementSegment,
  type Export,
  type ExternKind,
  type ExternType,
  type FunctionBody,
  type Global,
  type Import,
  type Module,
  type Section,
  SECTION_NAMES,
  SECTION_ORDER,
  SectionId,
  type Table,
} from './module.js';
import { readDataSegment, readElementSegment, readExpression } from './segments.js';
import type { MemoryType } from './extern-type.js';
import { readTypes, type TypeSection } from './type-section.js';
import { readValueType } from './value-type.js';

const EXTERN_KINDS: readonly ExternKind[] = ['function', 'table', 'memory', 'global', 'tag'];

/**
 * Decodes a module into plain objects.
 *
 * It checks that the bytes are well-formed down to section contents, but does not look inside function bodies and does
 * not validate: use `WebAssembly.validate` for that.
 *
 * @param bytes The whole module. It is referred to, not copied: do not change it while the result is in use.
 * @throws {DecodeError} If the bytes are not a well-formed core module.
 *
 * @example
 * ```ts
 * import { decodeModule } from '@testbench/wasm';
 *
 * const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
 * decodeModule(empty).sections; // => []
 * ```
 */
export function decodeModule(bytes: Uint8Array): Module {
  return new ModuleDecoder(bytes).decode();
}

/** Reads the frame of every section: id, size, and the name of custom ones. */
export function readSections(bytes: Uint8Array): Section[] {
  checkHeader(bytes);
  const reader = new ByteReader(bytes, 8);
  const sections: Section[] = [];
  let rank = -1;
  while (reader.remaining > 0) {
    const start = reader.offset;
    const id = reader.u8('section id');
    const size = reader.u32('section size');
    const end = reader.offset + size;
    reader.need(size, `section "${SECTION_NAMES[id] ?? id}"`);
    let name: string | undefined;
    if (id === SectionId.Custom) {
      const content = new ByteReader(bytes, reader.offset, end);
      name = content.name('name of custom section');
      sections.push({ id, name, start, contentStart: content.offset, end });
    } else {
      const next = SECTION_ORDER.indexOf(id);
      if (next === -1) {
        throw new DecodeError('DECODE_UNKNOWN', start, `Cannot read section: unknown id ${id}`);
      }
      if (next <= rank) {
        const state = next === rank ? 'it is there twice' : 'it is out of order';
        throw new DecodeError(
          'DECODE_SECTION_ORDER',
          start,
          `Cannot read section "${SECTION_NAMES[id]}": ${state}`,
        );
      }
      rank = next;
      sections.push({ id, name, start, contentStart: reader.offset, end });
    }
    reader.offset = end;
  }
  return sections;
}

class ModuleDecoder {
  private typeSection: TypeSection = { types: [], groups: 0 };
  private readonly imports: Import[] = [];
  private readonly functions: number[] = [];
  private importedFunctions = 0;
  private readonly tables: Table[] = [];
  private readonly memories: Declared<MemoryType>[] = [];
  private readonly tags: Declared<number>[] = [];
  private readonly globals: Global[] = [];
  private exports: Export[] = [];
  private start: Module['start'];
  private elements: ElementSegment[] = [];
  private dataCount: number | undefined;
  private bodies: FunctionBody[] = [];
  private data: DataSegment[] = [];

  constructor(private readonly bytes: Uint8Array) {}

  decode(): Module {
    const { bytes } = this;
    const sections = readSections(bytes);
    for (const section of sections) {
      if (section.id === SectionId.Custom) continue;
      const reader = new ByteReader(bytes, section.contentStart, section.end);
      this.#readSection(section.id, reader);
      if (reader.remaining > 0) {
        throw new DecodeError(
          'DECODE_MISMATCH',
          reader.offset,
          `Cannot read section "${SECTION_NAMES[section.id]}": ${reader.remaining} bytes are left over`,
        );
      }
    }
    this.#checkCounts();
    const { types, groups } = this.typeSection;
    const { imports, functions, importedFunctions, tables, memories, tags, globals } = this;
    const { exports, start, elements, dataCount, bodies, data } = this;
    return {
      bytes,
      sections,
      types,
      typeGroups: groups,
      imports,
      functions,
      importedFunctions,
      tables,
      memories,
      tags,
      globals,
      exports,
      start,
      elements,
      dataCount,
      bodies,
      data,
    };
  }

  #readSection(id: number, reader: ByteReader): void {
    switch (id) {
      case SectionId.Type:
        this.typeSection = readTypes(reader);
        break;
      case SectionId.Import:
        vector(reader, 'imports', () => this.#readImport(reader));
        break;
      case SectionId.Function:
        vector(reader, 'functions', () => this.functions.push(reader.u32('type index')));
        break;
      case SectionId.Table:
        vector(reader, 'tables', () => this.#readTable(reader));
        break;
      case SectionId.Memory:
        vector(reader, 'memories', () => {
          const offset = reader.offset;
          this.memories.push({ type: readMemoryType(reader), imported: false, offset });
        });
        break;
      case SectionId.Tag:
        vector(reader, 'tags', () => {
          const offset = reader.offset;
          this.tags.push({ type: readTagType(reader), imported: false, offset });
        });
        break;
      case SectionId.Global:
        vector(reader, 'globals', () => {
          const offset = reader.offset;
          const type = readGlobalType(reader);
          this.globals.push({ type, imported: false, offset, initial: readExpression(reader) });
        });
        break;
      case SectionId.Export:
        this.exports = vector(reader, 'exports', () => readExport(reader));
        break;
      case SectionId.Start: {
        const offset = reader.offset;
        this.start = { index: reader.u32('start function'), offset };
        break;
      }
      case SectionId.Element:
        this.elements = vector(reader, 'element segments', () => readElementSegment(reader));
        break;
      case SectionId.DataCount:
        this.dataCount = reader.u32('data count');
        break;
      case SectionId.Code:
        this.bodies = vector(reader, 'function bodies', () => readBody(reader));
        break;
      case SectionId.Data:
        this.data = vector(reader, 'data segments', () => readDataSegment(reader));
        break;
    }
  }

  #readImport(reader: ByteReader): void {
    const offset = reader.offset;
    const module = reader.name('module name of import');
    const name = reader.name('name of import');
    const type = this.#readImportType(reader);
    this.imports.push({ module, name, type, offset });
  }

  #readImportType(reader: ByteReader): ExternType {
    const offset = reader.offset;
    const code = reader.u8('kind of import');
    const imported = true;
    switch (code) {
      case 0:
      case 0x20: {
        const type = reader.u32('type index');
        this.functions.push(type);
        this.importedFunctions += 1;
        return { kind: 'function', type };
      }
      case 1: {
        const table = readTableType(reader);
        this.tables.push({ type: table, imported, offset, initial: undefined });
        return { kind: 'table', table };
      }
      case 2: {
        const memory = readMemoryType(reader);
        this.memories.push({ type: memory, imported, offset });
        return { kind: 'memory', memory };
      }
      case 3: {
        const global = readGlobalType(reader);
        this.globals.push({ type: global, imported, offset, initial: undefined });
        return { kind: 'global', global };
      }
      case 4: {
        const type = readTagType(reader);
        this.tags.push({ type, imported, offset });
        return { kind: 'tag', type };
      }
      default:
        throw new DecodeError('DECODE_UNKNOWN', offset, `Cannot read import: unknown kind ${code}`);
    }
  }

  #readTable(reader: ByteReader): void {
    const offset = reader.offset;
    let initial: Table['initial'];
    if (reader.bytes[offset] === 0x40) {
      // 0x40 0x00 announces an initial value.
      reader.offset += 1;
      const reserved = reader.u8('table flags');
      if (reserved !== 0) {
        throw new DecodeError('DECODE_UNKNOWN', offset, 'Cannot read table: unknown flags');
      }
      const type = readTableType(reader);
      initial = readExpression(reader);
      this.tables.push({ type, imported: false, offset, initial });
      return;
    }
    this.tables.push({ type: readTableType(reader), imported: false, offset, initial });
  }

  #checkCounts(): void {
    const declared = this.functions.length - this.importedFunctions;
    const end = this.bytes.length;
    if (declared !== this.bodies.length) {
      throw new DecodeError(
        'DECODE_MISMATCH',
        this.bodies.at(-1)?.end ?? end,
        `Cannot read module: ${declared} functions declared, ${this.bodies.length} bodies`,
      );
    }
    if (this.dataCount !== undefined && this.dataCount !== this.data.length) {
      throw new DecodeError(
        'DECODE_MISMATCH',
        this.data.at(-1)?.end ?? end,
        `Cannot read module: ${this.dataCount} data segments declared, ${this.data.length} there`,
      );
    }
  }
}

function vector<Item>(reader: ByteReader, what: string, read: () => Item): Item[] {
  const count = reader.count(what);
  const items: Item[] = [];
  for (let index = 0; index < count; index += 1) items.push(read());
  return items;
}

function readExport(reader: ByteReader): Export {
  const offset = reader.offset;
  const name = reader.name('name of export');
  const code = reader.u8('kind of export');
  const kind = EXTERN_KINDS[code];
  if (kind === undefined) {
    throw new DecodeError(
      'DECODE_UNKNOWN',
      reader.offset - 1,
      `Cannot read export: unknown kind ${code}`,
    );
  }
  return { name, kind, index: reader.u32('index of export'), offset };
}

function readBody(reader: ByteReader): FunctionBody {
  const size = reader.u32('size of function body');
  const start = reader.offset;
  reader.need(size, 'function body');
  const end = start + size;
  const body = new ByteReader(reader.bytes, start, end);
  const groups = body.count('locals', 2);
  let locals = 0;
  for (let index = 0; index < groups; index += 1) {
    const at = body.offset;
    locals += body.u32('count of locals');
    if (locals > 0xffff_ffff) {
      throw new DecodeError('DECODE_OVERLONG', at, 'Cannot read locals: more than 2^32');
    }
    readValueType(body);
  }
  reader.offset = end;
  return { start, end, locals, code: body.offset };
}

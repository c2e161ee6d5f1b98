import { ByteReader } from './byte-reader.js';
import { DecodeError, failUnknown } from './decode-error.js';
import { readGlobalType, readMemoryType, readTagType } from './extern-type.js';
import {
  type Declared,
  type Export,
  type ExternKind,
  type ExternType,
  type FunctionBody,
  type Import,
  type Module,
  SECTION_NAMES,
  SectionId,
  type Table,
} from './module.js';
import { readSections } from './read-sections.js';
import { readDataSegment, readElementSegment, readExpression } from './segments.js';
import { readTypes } from './type-section.js';
import { readValueType } from './value-type.js';

const EXTERN_KINDS: readonly ExternKind[] = ['function', 'table', 'memory', 'global', 'tag'];

/**
 * Decodes a module into plain objects.
 *
 * It checks that the bytes are well-formed down to section contents, but does not look inside function bodies and does
 * not validate: use `WebAssembly.validate` for that.
 *
 * @param bytes The whole module. It is referenced, not copied: do not change it while the result is in use.
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
  const sections = readSections(bytes);
  const draft: Draft = {
    bytes,
    sections,
    types: [],
    typeGroups: 0,
    imports: [],
    functions: [],
    importedFunctions: 0,
    tables: [],
    memories: [],
    tags: [],
    globals: [],
    exports: [],
    start: undefined,
    elements: [],
    dataCount: undefined,
    bodies: [],
    data: [],
  };
  for (const { id, contentStart, end } of sections) {
    if (id === SectionId.Custom) continue;
    const reader = new ByteReader(bytes, contentStart, end);
    readSection(draft, id, reader);
    if (reader.remaining > 0) {
      throw new DecodeError(
        'DECODE_MISMATCH',
        reader.offset,
        `Cannot read section "${SECTION_NAMES[id]}": ${reader.remaining} bytes are left over`,
      );
    }
  }
  checkCounts(draft);
  return draft;
}

/** A module being built. */
type Draft = {
  -readonly [Key in keyof Module]: Module[Key] extends readonly (infer Item)[]
    ? Item[]
    : Module[Key];
};

function readSection(draft: Draft, id: SectionId, reader: ByteReader): void {
  const { offset } = reader;
  switch (id) {
    case SectionId.Type:
      draft.typeGroups = readTypes(reader, draft.types);
      break;
    case SectionId.Import:
      draft.imports = reader.vector('imports', () => readImport(draft, reader));
      break;
    case SectionId.Function:
      reader.vector('functions', () => draft.functions.push(reader.u32('type index')));
      break;
    case SectionId.Table:
      reader.vector('tables', () => draft.tables.push(readTable(reader, reader.offset)));
      break;
    case SectionId.Memory:
      reader.vector('memories', () =>
        draft.memories.push(declaration(reader.offset, readMemoryType(reader))),
      );
      break;
    case SectionId.Tag:
      reader.vector('tags', () => draft.tags.push(declaration(reader.offset, readTagType(reader))));
      break;
    case SectionId.Global:
      reader.vector('globals', () => {
        const global = declaration(reader.offset, readGlobalType(reader));
        draft.globals.push({ ...global, initial: readExpression(reader) });
      });
      break;
    case SectionId.Export:
      draft.exports = reader.vector('exports', readExport);
      break;
    case SectionId.Start:
      draft.start = { index: reader.u32('start function'), offset };
      break;
    case SectionId.Element:
      draft.elements = reader.vector('element segments', readElementSegment);
      break;
    case SectionId.DataCount:
      draft.dataCount = reader.u32('data count');
      break;
    case SectionId.Code:
      draft.bodies = reader.vector('function bodies', readBody);
      break;
    case SectionId.Data:
      draft.data = reader.vector('data segments', readDataSegment);
      break;
  }
}

function readImport(draft: Draft, reader: ByteReader): Import {
  const { offset } = reader;
  const module = reader.name('module name of import');
  const name = reader.name('name of import');
  return { module, name, type: readImportType(draft, reader), offset };
}

function readImportType(draft: Draft, reader: ByteReader): ExternType {
  const { offset } = reader;
  const code = reader.u8('kind of import');
  switch (code) {
    case 0:
    case 0x20: {
      const type = reader.u32('type index');
      draft.functions.push(type);
      draft.importedFunctions += 1;
      return { kind: 'function', type };
    }
    case 1: {
      const table = readTable(reader, offset, true);
      draft.tables.push(table);
      return { kind: 'table', table: table.type };
    }
    case 2: {
      const memory = readMemoryType(reader);
      draft.memories.push(declaration(offset, memory, true));
      return { kind: 'memory', memory };
    }
    case 3: {
      const global = readGlobalType(reader);
      draft.globals.push({ ...declaration(offset, global, true), initial: undefined });
      return { kind: 'global', global };
    }
    case 4: {
      const type = readTagType(reader);
      draft.tags.push(declaration(offset, type, true));
      return { kind: 'tag', type };
    }
    default:
      return failUnknown(offset, 'import', `kind ${code}`);
  }
}

/** The offset is the first parameter, because it is evaluated before the type is read. */
function declaration<Type>(offset: number, type: Type, imported = false): Declared<Type> {
  return { type, imported, offset };
}

function readTable(reader: ByteReader, offset: number, imported = false): Table {
  // 0x40 0x00 announces an initial value.
  const hasInitial = !imported && reader.bytes[offset] === 0x40;
  if (hasInitial) {
    reader.offset += 1;
    if (reader.u8('table flags') !== 0) {
      failUnknown(offset, 'table', 'flags');
    }
  }
  const start = reader.offset;
  const element = readValueType(reader);
  const elementType = { start, end: reader.offset };
  const { minimum, maximum, shared, address64 } = readMemoryType(reader);
  const type = { element, minimum, maximum, shared, address64 };
  const initial = hasInitial ? readExpression(reader) : undefined;
  return { type, imported, offset, elementType, initial };
}

function checkCounts({
  bytes,
  functions,
  importedFunctions,
  bodies,
  dataCount,
  data,
}: Draft): void {
  const declared = functions.length - importedFunctions;
  if (declared !== bodies.length) {
    throw new DecodeError(
      'DECODE_MISMATCH',
      bodies.at(-1)?.end ?? bytes.length,
      `Cannot read module: ${declared} functions declared, ${bodies.length} bodies`,
    );
  }
  if (dataCount !== undefined && dataCount !== data.length) {
    throw new DecodeError(
      'DECODE_MISMATCH',
      data.at(-1)?.end ?? bytes.length,
      `Cannot read module: ${dataCount} data segments declared, ${data.length} there`,
    );
  }
}

function readExport(reader: ByteReader): Export {
  const offset = reader.offset;
  const name = reader.name('name of export');
  const code = reader.u8('kind of export');
  const kind = EXTERN_KINDS[code];
  if (kind === undefined) {
    failUnknown(reader.offset - 1, 'export', `kind ${code}`);
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

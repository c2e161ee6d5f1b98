import type { GlobalType, MemoryType, TableType } from './extern-type.js';
import type { TypeDefinition } from './type-section.js';
import type { ValueType } from './value-type.js';

/** Section ids of the binary format. */
export enum SectionId {
  Custom = 0,
  Type = 1,
  Import = 2,
  Function = 3,
  Table = 4,
  Memory = 5,
  Global = 6,
  Export = 7,
  Start = 8,
  Element = 9,
  Code = 10,
  Data = 11,
  DataCount = 12,
  Tag = 13,
}

/** Section ids in the required order of sections; custom sections may be anywhere. */
export const SECTION_ORDER: readonly SectionId[] = [
  SectionId.Type,
  SectionId.Import,
  SectionId.Function,
  SectionId.Table,
  SectionId.Memory,
  SectionId.Tag,
  SectionId.Global,
  SectionId.Export,
  SectionId.Start,
  SectionId.Element,
  SectionId.DataCount,
  SectionId.Code,
  SectionId.Data,
];

/** Names of the sections by id, for reports. */
export const SECTION_NAMES: readonly string[] = [
  'custom',
  'type',
  'import',
  'function',
  'table',
  'memory',
  'global',
  'export',
  'start',
  'element',
  'code',
  'data',
  'data-count',
  'tag',
];

/** A range of the module's bytes: `start` inclusive, `end` exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** One section of the file. */
export interface Section extends ByteRange {
  readonly id: SectionId;
  /** Name of a custom section; undefined for the others. */
  readonly name: string | undefined;
  /** Start of the content: after id and size, and after a custom section's name. */
  readonly contentStart: number;
}

/** The kinds of items that a module can import or export. */
export type ExternKind = 'function' | 'table' | 'memory' | 'global' | 'tag';

/** The type of an import or export, by kind. Function and tag types are indices into {@link Module.types}. */
export type ExternType =
  | { readonly kind: 'function'; readonly type: number }
  | { readonly kind: 'table'; readonly table: TableType }
  | { readonly kind: 'memory'; readonly memory: MemoryType }
  | { readonly kind: 'global'; readonly global: GlobalType }
  | { readonly kind: 'tag'; readonly type: number };

/** One import. */
export interface Import {
  readonly module: string;
  readonly name: string;
  readonly type: ExternType;
  readonly offset: number;
}

/** One export. */
export interface Export {
  readonly name: string;
  readonly kind: ExternKind;
  /** Index in the index space of its kind. */
  readonly index: number;
  readonly offset: number;
}

/** Where an item was declared, and whether it is imported. */
export interface Declared<Type> {
  readonly type: Type;
  readonly imported: boolean;
  readonly offset: number;
}

/** A table. */
export interface Table extends Declared<TableType> {
  /** Range of the element type's encoding. */
  readonly elementType: ByteRange;
  /** Range of the initial expression, if it has one. */
  readonly initial: ByteRange | undefined;
}

/** A global with the range of its initial expression, undefined if it is imported. */
export interface Global extends Declared<GlobalType> {
  readonly initial: ByteRange | undefined;
}

/** How a segment is applied. */
export type SegmentMode = 'active' | 'passive' | 'declarative';

/** An element segment. */
export interface ElementSegment extends ByteRange {
  readonly mode: SegmentMode;
  /** Table of an active segment. */
  readonly table: number;
  /** Offset expression of an active segment. */
  readonly position: ByteRange | undefined;
  readonly element: ValueType;
  readonly count: number;
  /** Range of the entries: function indices, or constant expressions where `expressions` is true. */
  readonly entries: ByteRange;
  readonly expressions: boolean;
}

/** A data segment. */
export interface DataSegment extends ByteRange {
  readonly mode: SegmentMode;
  /** Memory of an active segment. */
  readonly memory: number;
  /** Offset expression of an active segment. */
  readonly position: ByteRange | undefined;
  /** Range of the bytes themselves. */
  readonly bytes: ByteRange;
}

/** A function body. Instructions run from `code` to `end`, including the final `end`. */
export interface FunctionBody extends ByteRange {
  /** Declared locals, without the parameters. */
  readonly locals: number;
  /** Start of the instructions. */
  readonly code: number;
}

/**
 * A decoded module. Index spaces list imports first, as the format numbers them. Function bodies and constant
 * expressions stay byte ranges; walk them with an `InstructionCursor`.
 */
export interface Module {
  readonly bytes: Uint8Array;
  readonly sections: readonly Section[];
  readonly types: readonly TypeDefinition[];
  /** Entries of the type section's vector: a `rec` group counts once. */
  readonly typeGroups: number;
  readonly imports: readonly Import[];
  /** Type index of every function, imports first. */
  readonly functions: readonly number[];
  readonly importedFunctions: number;
  readonly tables: readonly Table[];
  readonly memories: readonly Declared<MemoryType>[];
  readonly tags: readonly Declared<number>[];
  readonly globals: readonly Global[];
  readonly exports: readonly Export[];
  readonly start: { readonly index: number; readonly offset: number } | undefined;
  readonly elements: readonly ElementSegment[];
  readonly dataCount: number | undefined;
  /** Bodies of the functions that are not imported. */
  readonly bodies: readonly FunctionBody[];
  readonly data: readonly DataSegment[];
}

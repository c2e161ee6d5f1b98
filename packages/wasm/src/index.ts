/**
 * The WebAssembly binary format: decode, walk, inspect, encode.
 *
 * It knows the format, all of WebAssembly 3.0, and nothing about running modules: the rewriter, the admission check and
 * the registry read modules through it without an engine.
 *
 * @packageDocumentation
 */
export { ByteReader } from './byte-reader.js';
export { ByteWriter } from './byte-writer.js';
export { checkHeader, HEADER } from './check-header.js';
export { appendCustomSection, readCustomSections } from './custom-sections.js';
export { DecodeError, type DecodeErrorCode } from './decode-error.js';
export { decodeModule } from './decode-module.js';
export type { GlobalType, Limits, MemoryType, TableType } from './extern-type.js';
export { type Feature, featureBit, FEATURES, featuresOf } from './features.js';
export { readFunctionNames } from './function-names.js';
export { inspectModule } from './inspect-module.js';
export { InstructionCursor, walkInstructions } from './instruction-cursor.js';
export { instructionFeatures } from './instruction-features.js';
export {
  type ByteRange,
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
  SECTION_ORDER,
  SectionId,
  type SegmentMode,
  type Table,
} from './module.js';
export type { ExternSummary, ImportSummary, ModuleSummary, Peak } from './module-summary.js';
export { Immediate, Opcode } from './opcodes.js';
export { readSections } from './read-sections.js';
export type { FieldType, FunctionType, TypeDefinition } from './type-section.js';
export type { ValueType } from './value-type.js';

import type { ByteReader } from './byte-reader.js';
import { failUnknown } from './decode-error.js';
import { readMutability } from './type-section.js';
import { readValueType, type ValueType } from './value-type.js';

/** Size limits of a memory (in pages) or table (in elements). */
export interface Limits {
  readonly minimum: number;
  /** Undefined if the module declares none. */
  readonly maximum: number | undefined;
  /** True for a memory that threads may share. */
  readonly shared: boolean;
  /** True if addresses are 64 bits wide. */
  readonly address64: boolean;
}

/** A memory. */
export interface MemoryType extends Limits {
  /** Size of a page in bytes, as a power of two; 16 unless the module chose another. */
  readonly pageSizeLog2: number;
}

/** A table. */
export interface TableType extends Limits {
  readonly element: ValueType;
}

/** A global variable. */
export interface GlobalType {
  readonly type: ValueType;
  readonly mutable: boolean;
}

/** Reads the limits of a memory or table, and the page size that may follow those of a memory. */
export function readMemoryType(reader: ByteReader): MemoryType {
  const at = reader.offset;
  const flags = reader.u8('limits');
  if (flags > 0x0f) {
    failUnknown(at, 'limits', `flags 0x${flags.toString(16)}`);
  }
  const address64 = (flags & 4) !== 0;
  const size = (what: string): number => (address64 ? reader.u64(what) : reader.u32(what));
  const minimum = size('minimum');
  const maximum = (flags & 1) === 0 ? undefined : size('maximum');
  const pageSizeLog2 = (flags & 8) === 0 ? 16 : reader.u32('page size');
  return { minimum, maximum, shared: (flags & 2) !== 0, address64, pageSizeLog2 };
}

/** Reads a value type and its mutability. */
export function readGlobalType(reader: ByteReader): GlobalType {
  const type = readValueType(reader);
  return { type, mutable: readMutability(reader) };
}

/** Reads a tag's attribute and the index of its function type. */
export function readTagType(reader: ByteReader): number {
  const at = reader.offset;
  const attribute = reader.u8('tag attribute');
  if (attribute !== 0) {
    failUnknown(at, 'tag', `attribute ${attribute}`);
  }
  return reader.u32('tag type');
}

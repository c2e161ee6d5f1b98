import type { ByteReader } from './byte-reader.js';
import { failUnknown } from './decode-error.js';

/**
 * A value type in the text format's spelling: `i32`, `i64`, `f32`, `f64`, `v128`, a short reference name such as
 * `funcref` or `externref`, or `(ref 3)`, `(ref null any)` for the others. Two types of a module have the same spelling
 * exactly if they are the same type in that module.
 */
export type ValueType = string;

/** By code, from 0x7b on. */
const NUMBER_TYPES = ['v128', 'f64', 'f32', 'i64', 'i32'];

/** By code, from 0x69 on. */
const HEAP_TYPES = 'exn array struct i31 eq any extern func none noextern nofunc noexn'.split(' ');

/** The short spelling of a nullable abstract reference: `nullref` for `none`, `nullfuncref` for `nofunc`, `anyref` for `any`. */
function nullableName(heap: string): string {
  return `${heap.replace(/^none$|^no/, 'null')}ref`;
}

/** Reads a heap type: an abstract one by name, or the index of a defined type. */
export function readHeapType(reader: ByteReader): string {
  const at = reader.offset;
  // 0x62 marks an exact reference to a defined type.
  const exact = reader.bytes[at] === 0x62 && reader.offset < reader.end;
  if (exact) reader.offset += 1;
  const value = reader.s33('heap type');
  if (value >= 0) return exact ? `(exact ${value})` : String(value);
  const name = HEAP_TYPES[(value & 0x7f) - 0x69];
  if (exact || name === undefined || value < -64) {
    failUnknown(at, 'heap type', `type ${value}`);
  }
  return name;
}

/** Reads a value type. */
export function readValueType(reader: ByteReader): ValueType {
  const at = reader.offset;
  const code = reader.u8('value type');
  const known = NUMBER_TYPES[code - 0x7b];
  if (known !== undefined) return known;
  if (code === 0x63 || code === 0x64) {
    const heap = readHeapType(reader);
    if (code === 0x64) return `(ref ${heap})`;
    return /^[a-z]/.test(heap) ? nullableName(heap) : `(ref null ${heap})`;
  }
  const heap = HEAP_TYPES[code - 0x69];
  if (heap !== undefined) return nullableName(heap);
  return failUnknown(at, 'value type', `type 0x${code.toString(16)}`);
}

/** Reads a counted list of value types. */
export function readValueTypes(reader: ByteReader, what: string): ValueType[] {
  return reader.vector(what, readValueType);
}

import type { ByteReader } from './byte-reader.js';
import { failUnknown } from './decode-error.js';

/**
 * A value type in the text format's spelling: `i32`, `i64`, `f32`, `f64`, `v128`, a short reference name such as
 * `funcref` or `externref`, or `(ref 3)`, `(ref null any)` for the others. Two types of one module are written alike
 * exactly if they are the same type of that module.
 */
export type ValueType = string;

const NUMBER_TYPES = new Map([
  [0x7f, 'i32'],
  [0x7e, 'i64'],
  [0x7d, 'f32'],
  [0x7c, 'f64'],
  [0x7b, 'v128'],
]);

const HEAP_TYPES = new Map([
  [0x74, 'noexn'],
  [0x73, 'nofunc'],
  [0x72, 'noextern'],
  [0x71, 'none'],
  [0x70, 'func'],
  [0x6f, 'extern'],
  [0x6e, 'any'],
  [0x6d, 'eq'],
  [0x6c, 'i31'],
  [0x6b, 'struct'],
  [0x6a, 'array'],
  [0x69, 'exn'],
]);

const SHORT_NAMES = new Map([
  ['none', 'nullref'],
  ['nofunc', 'nullfuncref'],
  ['noextern', 'nullexternref'],
  ['noexn', 'nullexnref'],
]);

/** The short spelling of a nullable abstract reference. */
function nullableName(heap: string): string {
  return SHORT_NAMES.get(heap) ?? `${heap}ref`;
}

/** Reads a heap type: an abstract one by name, or the index of a defined type. */
export function readHeapType(reader: ByteReader): string {
  const at = reader.offset;
  // 0x62 marks an exact reference to a defined type.
  const exact = reader.bytes[at] === 0x62 && reader.offset < reader.end;
  if (exact) reader.offset += 1;
  const value = reader.s33('heap type');
  if (value >= 0) return exact ? `(exact ${value})` : String(value);
  const name = HEAP_TYPES.get(value & 0x7f);
  if (exact || name === undefined || value < -64) {
    failUnknown(at, 'heap type', `type ${value}`);
  }
  return name;
}

/** Reads a value type. */
export function readValueType(reader: ByteReader): ValueType {
  const at = reader.offset;
  const code = reader.u8('value type');
  const known = NUMBER_TYPES.get(code);
  if (known !== undefined) return known;
  if (code === 0x63 || code === 0x64) {
    const heap = readHeapType(reader);
    if (code === 0x64) return `(ref ${heap})`;
    return /^[a-z]/.test(heap) ? nullableName(heap) : `(ref null ${heap})`;
  }
  const heap = HEAP_TYPES.get(code);
  if (heap !== undefined) return nullableName(heap);
  return failUnknown(at, 'value type', `type 0x${code.toString(16)}`);
}

/** Reads a counted list of value types. */
export function readValueTypes(reader: ByteReader, what: string): ValueType[] {
  const count = reader.count(what);
  const types: ValueType[] = [];
  for (let index = 0; index < count; index += 1) types.push(readValueType(reader));
  return types;
}

import type { ByteReader } from './byte-reader.js';
import { failUnknown } from './decode-error.js';
import { readValueType, readValueTypes, type ValueType } from './value-type.js';

/** The parameters and results of a function or tag. */
export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A field of a struct, or the element of an array. */
export interface FieldType {
  /** A value type, or the packed `i8` or `i16`. */
  readonly type: ValueType;
  readonly mutable: boolean;
}

/** The fields of every type definition. */
interface TypeDefinitionBase {
  /** Byte offset of the definition. */
  readonly offset: number;
  /** Byte offset just after it. */
  readonly end: number;
  /** False if other types may be declared as its subtypes. */
  readonly final: boolean;
  /** Indices of its declared supertypes. */
  readonly supertypes: readonly number[];
  /** True if it is in an explicit `rec` group. */
  readonly recursive: boolean;
}

/** One entry of the type index space. */
export type TypeDefinition =
  | (TypeDefinitionBase &
      FunctionType & {
        readonly kind: 'function';
        /** Byte offset of the result list; it runs to `end`. */
        readonly resultsOffset: number;
      })
  | (TypeDefinitionBase & { readonly kind: 'struct'; readonly fields: readonly FieldType[] })
  | (TypeDefinitionBase & { readonly kind: 'array'; readonly element: FieldType });

function readField(reader: ByteReader): FieldType {
  const code = reader.bytes[reader.offset];
  let type: ValueType;
  if (reader.remaining > 0 && (code === 0x78 || code === 0x77)) {
    reader.offset += 1;
    type = code === 0x78 ? 'i8' : 'i16';
  } else {
    type = readValueType(reader);
  }
  return { type, mutable: readMutability(reader) };
}

/** Reads the mutability flag of a field or global. */
export function readMutability(reader: ByteReader): boolean {
  const at = reader.offset;
  const flag = reader.u8('mutability');
  if (flag > 1) {
    failUnknown(at, 'mutability', `flag ${flag}`);
  }
  return flag === 1;
}

function readDefinition(reader: ByteReader, recursive: boolean): TypeDefinition {
  const offset = reader.offset;
  let code = reader.u8('type');
  let final = true;
  let supertypes: number[] = [];
  if (code === 0x50 || code === 0x4f) {
    final = code === 0x4f;
    supertypes = reader.vector('supertypes', () => reader.u32('supertype'));
    code = reader.u8('type');
  }
  const base = { offset, final, supertypes, recursive };
  switch (code) {
    case 0x60: {
      const params = readValueTypes(reader, 'parameters');
      const resultsOffset = reader.offset;
      const results = readValueTypes(reader, 'results');
      return { ...base, kind: 'function', params, results, resultsOffset, end: reader.offset };
    }
    case 0x5f: {
      const fields = reader.vector('fields', readField, 2);
      return { ...base, kind: 'struct', fields, end: reader.offset };
    }
    case 0x5e: {
      const element = readField(reader);
      return { ...base, kind: 'array', element, end: reader.offset };
    }
    default:
      return failUnknown(reader.offset - 1, 'type', `form 0x${code.toString(16)}`);
  }
}

/**
 * Reads the content of the type section.
 *
 * @param types Filled with the types.
 * @returns Number of entries in the section's vector: a `rec` group counts as one.
 */
export function readTypes(reader: ByteReader, types: TypeDefinition[]): number {
  const groups = reader.count('types', 2);
  for (let group = 0; group < groups; group += 1) {
    const recursive = reader.bytes[reader.offset] === 0x4e && reader.remaining > 0;
    if (recursive) reader.offset += 1;
    const count = recursive ? reader.count('recursive types', 2) : 1;
    for (let index = 0; index < count; index += 1) types.push(readDefinition(reader, recursive));
  }
  return groups;
}

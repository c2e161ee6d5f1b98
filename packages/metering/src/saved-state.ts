// oxlint-disable typescript/no-unsafe-enum-comparison -- operators are numbers where they come from: bytes
import type { ByteWriter, Module } from '@testbench/wasm';

import type { HelperFunctions } from './helper-functions.js';
import { Opcode, VOID } from './operators.js';

const I32 = 0x7f;
const VALUE_OPCODES: Readonly<Record<string, readonly number[]>> = {
  i32: [I32, 1, Opcode.I32Const, 0, Opcode.End],
  i64: [0x7e, 1, Opcode.I64Const, 0, Opcode.End],
  f32: [0x7d, 1, 0x43, 0, 0, 0, 0, Opcode.End],
  f64: [0x7c, 1, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, Opcode.End],
  v128: [0x7b, 1, 0xfd, 12, ...new Uint8Array(16), Opcode.End],
  funcref: [0x70, 1, Opcode.RefNull, 0x70, Opcode.End],
  externref: [0x6f, 1, Opcode.RefNull, 0x6f, Opcode.End],
};

/** The uses in a module's code that decide how its state can be restored. */
export interface StateUses {
  /** Tables that instructions write to. */
  readonly writtenTables: ReadonlySet<number>;
}

/** Indices of the appended functions that save and restore an instance's state. */
export interface SavedState {
  /** `() -> ()` */
  readonly save: number;
  /** `() -> i32`: 0 if something cannot be restored. */
  readonly restore: number;
}

/**
 * Lets an instance save its own mutable globals and tables: copies of them are appended, and functions that copy in both directions.
 * JavaScript cannot do that: it may change the bits of a NaN, and has no vectors.
 *
 * A dropped segment stays dropped; {@link noteDrop} records that it happened.
 */
export class StateKeeper {
  /** 1 before the first copy, and after a segment was dropped since then: the state cannot be restored then. */
  readonly #spoiledGlobal: number;
  readonly #module: Module;
  readonly #helpers: HelperFunctions;

  constructor(module: Module, helpers: HelperFunctions) {
    this.#module = module;
    this.#helpers = helpers;
    this.#spoiledGlobal = helpers.global(Uint8Array.of(I32, 1, Opcode.I32Const, 1, Opcode.End));
  }

  /** Whether dropping this segment changes anything: segments that are not passive are dropped from the start. */
  isDrop(opcode: number, segment: number): boolean {
    const { data, elements } = this.#module;
    return (opcode === Opcode.DataDrop ? data : elements)[segment]?.mode === 'passive';
  }

  /** Records that a segment is dropped. */
  noteDrop(code: ByteWriter): void {
    code.u8(Opcode.I32Const).u8(1).u8(Opcode.GlobalSet).u32(this.#spoiledGlobal);
  }

  /** @returns undefined if part of the state is out of reach. */
  finish({ writtenTables }: StateUses): SavedState | undefined {
    const module = this.#module;
    const helpers = this.#helpers;
    const isWithinReach =
      // The target of a reference could change.
      module.types.every(({ kind }) => kind === 'function') &&
      // The host copies memories, but only those that it can access.
      module.memories.every(({ imported }, index) => imported || this.#isExported(index));
    if (!isWithinReach) return undefined;
    const globals: (readonly [from: number, to: number])[] = [];
    for (const [index, { type, offset, initial }] of module.globals.entries()) {
      if (!type.mutable) continue;
      const copy =
        initial === undefined
          ? VALUE_OPCODES[type.type]
          : module.bytes.subarray(offset, initial.end);
      if (copy === undefined) return undefined;
      globals.push([index, helpers.global(Uint8Array.from(copy))]);
    }
    const tables: (readonly [from: number, to: number])[] = [];
    for (const index of writtenTables) {
      const { type, elementType } = module.tables[index]!;
      // Other types have no default value for new elements.
      if (type.element.startsWith('(ref ') && !type.element.startsWith('(ref null')) {
        return undefined;
      }
      const element = module.bytes.subarray(elementType.start, elementType.end);
      tables.push([index, helpers.table(Uint8Array.of(...element, type.address64 ? 4 : 0, 0))]);
    }
    return { save: this.#save(globals, tables), restore: this.#restore(globals, tables) };
  }

  #isExported(memory: number): boolean {
    return this.#module.exports.some(({ kind, index }) => kind === 'memory' && index === memory);
  }

  #save(globals: Iterable<readonly [number, number]>, tables: readonly Pair[]): number {
    return this.#helpers.get('save', [0, 0], (code) => {
      for (const [from, to] of globals) {
        code.u8(Opcode.GlobalGet).u32(from).u8(Opcode.GlobalSet).u32(to);
      }
      for (const [from, to] of tables) {
        const { type, elementType } = this.#module.tables[from]!;
        const heap = heapTypeOf(this.#module.bytes.subarray(elementType.start, elementType.end));
        const { address64 } = type;
        code.u8(Opcode.RefNull).raw(heap);
        size(code, from);
        size(code, to);
        code.u8(address64 ? Opcode.I64Sub : 0x6b);
        prefixed(code, Opcode.TableGrow).u32(to);
        code.u8(address64 ? Opcode.I64Const : Opcode.I32Const).signed(-1);
        code.u8(address64 ? 0x51 : 0x46);
        // No room for the copy: the state cannot be restored.
        code.u8(Opcode.If).u8(VOID).u8(Opcode.I32Const).u8(1);
        code.u8(Opcode.GlobalSet).u32(this.#spoiledGlobal).u8(Opcode.Return).u8(Opcode.End);
        copyTable(code, from, to, address64);
      }
      code.u8(Opcode.I32Const).u8(0).u8(Opcode.GlobalSet).u32(this.#spoiledGlobal);
    });
  }

  #restore(globals: Iterable<readonly [number, number]>, tables: readonly Pair[]): number {
    return this.#helpers.get('restore', [0, 1, I32], (code) => {
      const failIf = (): void => {
        code.u8(Opcode.If).u8(VOID).u8(Opcode.I32Const).u8(0).u8(Opcode.Return).u8(Opcode.End);
      };
      code.u8(Opcode.GlobalGet).u32(this.#spoiledGlobal);
      failIf();
      for (const [from, to] of tables) {
        size(code, from);
        size(code, to);
        // Nothing can shrink a table.
        code.u8(this.#module.tables[from]!.type.address64 ? 0x52 : 0x47);
        failIf();
      }
      for (const [from, to] of globals) {
        code.u8(Opcode.GlobalGet).u32(to).u8(Opcode.GlobalSet).u32(from);
      }
      for (const [from, to] of tables) {
        copyTable(code, to, from, this.#module.tables[from]!.type.address64);
      }
      code.u8(Opcode.I32Const).u8(1);
    });
  }
}

type Pair = readonly [from: number, to: number];

function prefixed(code: ByteWriter, opcode: Opcode): ByteWriter {
  return code.u8(0xfc).u32(opcode & 0xfff);
}

function size(code: ByteWriter, table: number): void {
  prefixed(code, Opcode.TableSize).u32(table);
}

function copyTable(code: ByteWriter, from: number, to: number, address64: boolean): void {
  const zero = address64 ? Opcode.I64Const : Opcode.I32Const;
  code.u8(zero).u8(0).u8(zero).u8(0);
  size(code, from);
  prefixed(code, Opcode.TableCopy).u32(to).u32(from);
}

/** The heap type of a nullable reference type: `63 ht`, or the short form, which has the same encoding. */
function heapTypeOf(element: Uint8Array): Uint8Array {
  return element[0] === 0x63 ? element.subarray(1) : element;
}

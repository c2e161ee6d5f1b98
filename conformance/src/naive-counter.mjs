import {
  ByteReader,
  ByteWriter,
  decodeModule,
  InstructionCursor,
  Opcode,
  SectionId,
} from '@testbench/wasm';

const VOID = 0x40;
const I32 = 0x7f;
const TABLE_SET = 0x26;
const I64 = 0x7e;
const I32_NE = 0x47;
const I64_ADD = 0x7c;
const I64_MUL = 0x7e;
const I64_SHR_U = 0x88;
const I64_EXTEND_I32_U = 0xad;

/** Operators that are free by the rules of `@testbench/metering`. */
const FREE = new Set([
  Opcode.Unreachable,
  Opcode.Nop,
  Opcode.Block,
  Opcode.Loop,
  Opcode.Else,
  Opcode.End,
  Opcode.Drop,
  Opcode.Return,
  Opcode.Try,
  Opcode.Catch,
  Opcode.CatchAll,
  Opcode.Delegate,
  Opcode.TryTable,
]);

/** Operators that cost more than one unit by the rules of `@testbench/metering`. */
const DEAR = new Map([
  [Opcode.Throw, 64],
  [Opcode.Rethrow, 64],
  [Opcode.ThrowRef, 64],
  [Opcode.MemoryGrow, 64],
  [Opcode.TableGrow, 32],
  [TABLE_SET, 32],
]);

/** Compute units from a length, an i64 on the stack. */
const times = (price) => [Opcode.I64Const, ...new ByteWriter().signed(price).view(), I64_MUL];
const EIGHTHS = [Opcode.I64Const, 3, I64_SHR_U];

/** The cost of operators whose length is on top of the stack. */
const LENGTHS = new Map([
  [Opcode.MemoryFill, EIGHTHS],
  [Opcode.MemoryCopy, EIGHTHS],
  [Opcode.MemoryInit, EIGHTHS],
  [Opcode.TableFill, times(32)],
  [Opcode.TableCopy, times(32)],
  [Opcode.TableInit, times(32)],
  [Opcode.ArrayNew, times(1)],
  [Opcode.ArrayNewDefault, times(1)],
  [Opcode.ArrayNewData, times(1)],
  [Opcode.ArrayNewElem, times(1)],
  [Opcode.ArrayFill, times(1)],
  [Opcode.ArrayCopy, times(1)],
  [Opcode.ArrayInitData, times(1)],
  [Opcode.ArrayInitElem, times(1)],
]);

/** What growth costs if it succeeds. */
const GROWTH = new Map([
  [Opcode.MemoryGrow, times(1024)],
  [Opcode.TableGrow, times(32)],
]);

/** Name of the export that holds the count. */
export const COUNT = 'naive.count';

/** Name of the export that reports whether an operator was executed. */
export const ran = (opcode) => `naive.ran.${opcode}`;

/**
 * The independent counter: before every single operator it adds the operator's default price to a global, and before or
 * after operators with a length the cost of that length. It knows nothing about blocks, paths or loops, so it cannot share a mistake
 * with the placement of charges. It does not support lengths of 64 bits.
 *
 * @param watched Operators for which it records whether they are executed.
 */
export function countNaively(bytes, watched = []) {
  const module = decodeModule(bytes);
  if ([...module.memories, ...module.tables].some(({ type }) => type.address64)) {
    throw new RangeError('Cannot count: lengths have 64 bits');
  }
  const count = module.globals.length;
  const length = count + 1;
  const result = count + 2;
  const firstRan = count + 3;
  const code = new ByteWriter(bytes.length * 6);
  code.u32(module.bodies.length);
  const cursor = new InstructionCursor(bytes, 0, 0);
  for (const body of module.bodies) {
    const out = new ByteWriter((body.end - body.start) * 6);
    const get = (global) => out.u8(Opcode.GlobalGet).u32(global);
    const set = (global) => out.u8(Opcode.GlobalSet).u32(global);
    /** Adds the value that `units` leaves on the stack. */
    const pay = (units) => {
      get(count);
      units();
      out.u8(I64_ADD);
      set(count);
    };
    const payLength = (price) => pay(() => get(length).u8(I64_EXTEND_I32_U).raw(price));
    out.copy(bytes, body.start, body.code);
    cursor.reset(body.code, body.end);
    while (cursor.next()) {
      const { opcode } = cursor;
      const growth = GROWTH.get(opcode);
      const price = LENGTHS.get(opcode);
      if (watched.includes(opcode)) {
        out.u8(Opcode.I32Const).u8(1);
        set(firstRan + watched.indexOf(opcode));
      }
      if (!FREE.has(opcode)) pay(() => out.u8(Opcode.I64Const).signed(DEAR.get(opcode) ?? 1));
      if (growth !== undefined || price !== undefined) {
        set(length);
        get(length);
      }
      if (price !== undefined) payLength(price);
      out.copy(bytes, cursor.offset, cursor.position);
      if (growth !== undefined) {
        set(result);
        get(result).u8(Opcode.I32Const).signed(-1).raw([I32_NE, Opcode.If, VOID]);
        payLength(growth);
        out.u8(Opcode.End);
        get(result);
      }
    }
    code.u32(out.length).raw(out.view());
  }
  const zeros = [
    [I64, Opcode.I64Const],
    ...[length, result, ...watched].map(() => [I32, Opcode.I32Const]),
  ];
  const globals = zeros.map(([type, constant]) =>
    new ByteWriter().raw([type, 1, constant, 0, Opcode.End]),
  );
  const exports = [
    [COUNT, count],
    ...watched.map((opcode, index) => [ran(opcode), firstRan + index]),
  ];
  const named = exports.map(([name, global]) => new ByteWriter().name(name).u8(3).u32(global));
  const additions = { 6: globals, 7: named };
  const append = (out, list) => list.reduce((to, entry) => to.raw(entry.view()), out);
  const out = new ByteWriter(code.length + bytes.length).raw(bytes.subarray(0, 8));
  const order = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
  let rank = 0;
  const upTo = (id) => {
    for (; rank < order.length && order[rank] !== id; rank += 1) {
      const added = additions[order[rank]];
      if (added) out.section(order[rank], append(new ByteWriter().u32(added.length), added));
    }
    rank += 1;
  };
  for (const { id, start, contentStart, end } of module.sections) {
    if (id !== SectionId.Custom) upTo(id);
    const added = additions[id];
    if (id === SectionId.Code) out.section(10, code);
    else if (added !== undefined) {
      const reader = new ByteReader(bytes, contentStart, end);
      const content = new ByteWriter().u32(reader.u32('count') + added.length);
      out.section(id, append(content.copy(bytes, reader.offset, end), added));
    } else out.copy(bytes, start, end);
  }
  upTo(-1);
  return out.finish();
}

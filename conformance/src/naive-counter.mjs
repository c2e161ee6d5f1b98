import {
  ByteReader,
  ByteWriter,
  decodeModule,
  InstructionCursor,
  Opcode,
  SectionId,
} from '@testbench/wasm';

/** Operators that cost nothing by the rules of `@testbench/metering`. */
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

/** Name of the export that holds the count. */
export const COUNT = 'naive.count';

/** Prices under which lengths cost nothing, so that operators alone are counted. */
export const OPERATORS_ONLY = {
  operators: {},
  memoryBytesLog2: 16,
  tableElement: 0,
  memoryPage: 0,
  arrayElement: 0,
};

/**
 * The independent counter: adds one to a global before every single operator that has a price. It knows nothing of blocks,
 * ways or loops, so that it cannot share a mistake with the placement of charges.
 */
export function countNaively(bytes) {
  const module = decodeModule(bytes);
  const global = module.globals.length;
  const code = new ByteWriter(bytes.length * 6);
  code.u32(module.bodies.length);
  const cursor = new InstructionCursor(bytes, 0, 0);
  for (const body of module.bodies) {
    const out = new ByteWriter((body.end - body.start) * 6);
    out.copy(bytes, body.start, body.code);
    cursor.reset(body.code, body.end);
    while (cursor.next()) {
      if (!FREE.has(cursor.opcode)) {
        out.u8(Opcode.GlobalGet).u32(global).u8(Opcode.I64Const).u8(1).u8(0x7c);
        out.u8(Opcode.GlobalSet).u32(global);
      }
      out.copy(bytes, cursor.offset, cursor.position);
    }
    code.u32(out.length).raw(out.view());
  }
  const out = new ByteWriter(code.length + bytes.length).raw(bytes.subarray(0, 8));
  const addition = {
    6: new ByteWriter().raw([0x7e, 1, Opcode.I64Const, 0, Opcode.End]),
    7: new ByteWriter().name(COUNT).u8(3).u32(global),
  };
  const order = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
  let rank = 0;
  const upTo = (id) => {
    for (; rank < order.length && order[rank] !== id; rank += 1) {
      const added = addition[order[rank]];
      if (added) out.section(order[rank], new ByteWriter().u32(1).raw(added.view()));
    }
    rank += 1;
  };
  for (const { id, start, contentStart, end } of module.sections) {
    if (id !== SectionId.Custom) upTo(id);
    if (id === SectionId.Code) out.section(10, code);
    else if (addition[id] !== undefined) {
      const reader = new ByteReader(bytes, contentStart, end);
      const content = new ByteWriter().u32(reader.u32('count') + 1);
      out.section(id, content.copy(bytes, reader.offset, end).raw(addition[id].view()));
    } else out.copy(bytes, start, end);
  }
  upTo(-1);
  return out.finish();
}

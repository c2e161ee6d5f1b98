import { meterModule, type MeterMode } from '@testbench/metering';
import { ByteWriter, HEADER, inspectModule, Opcode } from '@testbench/wasm';
import { describe, expect, it } from 'vitest';

/** A module of functions `() -> ()` with these bodies; the first is exported. */
function moduleOf(bodies: readonly ByteWriter[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().raw(HEADER);
  const section = (id: number, write: (content: ByteWriter) => void): void => {
    const content = new ByteWriter();
    write(content);
    out.section(id, content);
  };
  section(1, (w) => w.raw([1, 0x60, 0, 0]));
  section(3, (w) => {
    w.u32(bodies.length);
    for (let left = bodies.length; left > 0; left -= 1) w.u8(0);
  });
  section(7, (w) => w.u32(1).name('run').raw([0, 0]));
  section(10, (w) => {
    w.u32(bodies.length);
    for (const code of bodies)
      w.u32(code.length + 1)
        .u8(0)
        .raw(code.view());
  });
  return out.finish();
}

function body(write: (code: ByteWriter) => void): Uint8Array<ArrayBuffer> {
  const code = new ByteWriter();
  write(code);
  return moduleOf([code.u8(Opcode.End)]);
}

function repeat(count: number, action: (index: number) => void): void {
  for (let index = 0; index < count; index += 1) action(index);
}

/** Shapes whose analysis is quadratic if it is careless. Each gets its size. */
const SHAPES: Record<string, (size: number) => Uint8Array<ArrayBuffer>> = {
  'nested blocks, each branched to from the innermost': (size) =>
    body((code) => {
      repeat(size, () => code.u8(Opcode.Block).u8(0x40));
      repeat(size, (label) => code.raw([Opcode.I32Const, 0, Opcode.BrIf]).u32(label));
      repeat(size, () => code.u8(Opcode.End));
    }),
  'nested loops, each branched to from the innermost': (size) =>
    body((code) => {
      repeat(size, () => code.u8(Opcode.Loop).u8(0x40));
      repeat(size, (label) => code.raw([Opcode.I32Const, 0, Opcode.BrIf]).u32(label));
      repeat(size, () => code.u8(Opcode.End));
    }),
  'nested ifs with both arms': (size) =>
    body((code) => {
      repeat(size, () => code.raw([Opcode.I32Const, 1, Opcode.If, 0x40]));
      repeat(size, () => code.raw([Opcode.Else, Opcode.Nop, Opcode.End]));
    }),
  'loops one after the other': (size) =>
    body((code) => {
      repeat(size, () =>
        code.raw([Opcode.Loop, 0x40, Opcode.I32Const, 0, Opcode.BrIf, 0, Opcode.End]),
      );
    }),
  'calls in nested loops': (size) =>
    body((code) => {
      repeat(size, () =>
        code.raw([Opcode.Loop, 0x40, Opcode.Call, 0, Opcode.I32Const, 0, Opcode.BrIf, 0]),
      );
      repeat(size, () => code.u8(Opcode.End));
    }),
  'tables of labels': (size) =>
    body((code) => {
      repeat(200, () => code.u8(Opcode.Block).u8(0x40));
      repeat(Math.ceil(size / 200), () => {
        code.raw([Opcode.Block, 0x40, Opcode.I32Const, 0, Opcode.BrTable]).u32(199);
        repeat(200, (label) => code.u32(label));
        code.u8(Opcode.End);
      });
      repeat(200, () => code.u8(Opcode.End));
    }),
  'a chain of functions': (size) =>
    moduleOf(
      Array.from({ length: size }, (_, index) => {
        const code = new ByteWriter();
        if (index + 1 < size) code.u8(Opcode.Call).u32(index + 1);
        return code.u8(Opcode.End);
      }),
    ),
  'one function that calls all': (size) =>
    moduleOf(
      Array.from({ length: size }, (_, index) => {
        const code = new ByteWriter();
        if (index === 0) repeat(size - 1, (callee) => code.u8(Opcode.Call).u32(callee + 1));
        return code.u8(Opcode.End);
      }),
    ),
  'small loops in loops': (size) =>
    body((code) => {
      code.raw([Opcode.Loop, 0x40, Opcode.Loop, 0x40]);
      repeat(size, () =>
        code.raw([Opcode.Loop, 0x40, Opcode.I32Const, 0, Opcode.BrIf, 0, Opcode.End]),
      );
      code.raw([Opcode.I32Const, 0, Opcode.BrIf, 0, Opcode.End]);
      code.raw([Opcode.I32Const, 0, Opcode.BrIf, 0, Opcode.End]);
    }),
  'dead code': (size) =>
    body((code) => {
      code.raw([Opcode.Loop, 0x40, Opcode.Br, 0]);
      repeat(size, () => code.raw([Opcode.Block, 0x40, Opcode.Br, 1, Opcode.End]));
      code.u8(Opcode.End);
    }),
};

const MODES: readonly MeterMode[] = ['exact', 'coarse'];

/** Least CPU time in milliseconds, since other processes may use the machine; it stops as soon as a run is below `enough`. */
function bestOf(runs: number, action: () => unknown, enough = 0): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs && best >= enough; run += 1) {
    const start = process.cpuUsage();
    action();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

describe.each(MODES)('hostile shapes in %s mode', (mode) => {
  it.each(Object.keys(SHAPES))('takes time in proportion to %s', { timeout: 60_000 }, (name) => {
    const make = SHAPES[name]!;
    const small = make(5000);
    const large = make(40_000);
    const ofSmall = bestOf(5, () => meterModule(small, { mode, validated: true }));
    // Eight times the size; quadratic would be 64 times the time.
    const limit = 30 * Math.max(ofSmall, 1);
    let growth = Number.NaN;
    const ofLarge = bestOf(
      3,
      () => ({ growth } = meterModule(large, { mode, validated: true }).stats),
      limit,
    );
    expect(growth).toBeLessThan(8);
    expect(ofLarge).toBeLessThan(limit);
  });

  it.each(Object.keys(SHAPES))('keeps %s valid', { timeout: 60_000 }, (name) => {
    const bytes = SHAPES[name]!(2000);
    expect(WebAssembly.validate(bytes)).toBe(true);
    const metered = meterModule(bytes, { mode });
    expect(WebAssembly.validate(metered.bytes)).toBe(true);
    expect(inspectModule(bytes).counts.functions).toBe(metered.stats.functions);
  });
});

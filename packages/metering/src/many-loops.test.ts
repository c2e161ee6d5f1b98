// oxlint-disable typescript/no-unsafe-enum-comparison -- operators are numbers where they come from: bytes
import { ByteWriter, decodeModule, HEADER, InstructionCursor } from '@testbench/wasm';
import { describe, expect, it } from 'vitest';

import { attachMeter } from './attach-meter.js';
import { meterModule, type MeterMode } from './meter-module.js';
import { Opcode, VOID } from './operators.js';

const MODES: readonly MeterMode[] = ['exact', 'coarse'];
const END = Opcode.End;
/** Eleven units per iteration: counts parameter 0, and a local, until the parameter is a multiple of four. */
const TURN = [0x20, 1, 0x41, 1, 0x6a, 0x21, 1, 0x20, 0, 0x41, 1, 0x6a, 0x22, 0, 0x41, 3, 0x71];
const LOOP = [Opcode.Loop, VOID, ...TURN, Opcode.BrIf, 0, END];
const CALL = [Opcode.Call, 1];

/** `(func (export "f") (param i32) (result i32) (local i32) …code… (local.get 1))` next to an empty function. */
function moduleOf(code: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().raw(HEADER);
  const main = new ByteWriter().raw([1, 1, 0x7f]).raw(code).raw([0x20, 1, END]);
  const content = new ByteWriter().u8(2).u32(main.length).raw(main.view()).raw([2, 0, END]);
  out.section(1, new ByteWriter().raw([2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 0]));
  out.section(3, new ByteWriter().raw([2, 0, 1]));
  out.section(7, new ByteWriter().u8(2).name('f').raw([0, 0]).name('g').raw([0, 1]));
  return out.section(10, content).finish();
}

const times = (count: number, code: readonly number[]): Uint8Array => {
  const out = new ByteWriter();
  for (let left = count; left > 0; left -= 1) out.raw(code);
  return out.finish();
};

function loopsIn(bytes: Uint8Array): number {
  const module = decodeModule(bytes);
  const cursor = new InstructionCursor(bytes, module.bodies[0]!.code, module.bodies[0]!.end);
  let loops = 0;
  while (cursor.next()) if (cursor.opcode === Opcode.Loop) loops += 1;
  return loops;
}

interface Run {
  readonly result: number | string | undefined;
  readonly fuel: number;
}

function run(bytes: Uint8Array<ArrayBuffer>, fuel: number): Run {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const meter = attachMeter(instance, { sliceFuel: 500, onSlice: () => 'continue' });
  meter.setFuel(fuel);
  let result: Run['result'];
  try {
    result = (instance.exports['f'] as (n: number) => number)(0);
  } catch {
    result = meter.exhausted;
  }
  return { result, fuel: Number(meter.fuelUsed) };
}

// Up to 128 loops are wrapped, and up to 512 have inline checks.
describe.each([128, 129, 512, 513, 3000])('%i loops in a function', (count) => {
  it.each(MODES)('count and stop as fewer do (%s)', (mode) => {
    const bytes = moduleOf(times(count, LOOP));
    const metered = meterModule(bytes, { mode }).bytes;
    // Four iterations each, and the last operator.
    const all = { result: 4 * count, fuel: 44 * count + 1 };
    expect(run(metered, 1e9)).toEqual(all);
    expect(run(metered, all.fuel)).toEqual(all);
    const { result, fuel } = run(metered, (all.fuel - 1) / 2);
    expect(result).toBe('fuel');
    expect(fuel).toBeLessThanOrEqual((all.fuel - 1) / 2);
  });

  it.each(MODES)('count calls among them (%s)', (mode) => {
    // A call costs one unit; its callee, which is exported, costs none.
    const metered = meterModule(moduleOf(times(count, [...LOOP, ...CALL])), { mode }).bytes;
    expect(run(metered, 1e9)).toEqual({ result: 4 * count, fuel: 45 * count + 1 });
  });
});

it.each(MODES)('writes no more loops than there are where there are many (%s)', (mode) => {
  const few = moduleOf(times(128, LOOP));
  const many = moduleOf(times(129, LOOP));
  expect(loopsIn(meterModule(few, { mode }).bytes)).toBeGreaterThan(128);
  expect(loopsIn(meterModule(many, { mode }).bytes)).toBe(129);
});

it.each(MODES)('adds a constant and a call to each of thousands of loops (%s)', (mode) => {
  const bytes = moduleOf(times(5000, LOOP));
  expect(meterModule(bytes, { mode }).bytes.length - bytes.length).toBeLessThan(5000 * 6);
});

it.each(MODES)(
  'does not store the count at thousands of calls for the sake of one loop (%s)',
  (mode) => {
    const code = new ByteWriter().raw(LOOP).raw(times(2000, CALL)).finish();
    const bytes = moduleOf(code);
    expect(meterModule(bytes, { mode }).bytes.length - bytes.length).toBeLessThan(2000);
  },
);

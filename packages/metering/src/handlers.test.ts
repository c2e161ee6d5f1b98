import { ByteWriter, decodeModule, HEADER } from '@testbench/wasm';
import { describe, expect, it } from 'vitest';

import { attachMeter } from './attach-meter.js';
import { completeCosts } from './cost-table.js';
import { HelperFunctions } from './helper-functions.js';
import { meterModule, type MeterMode } from './meter-module.js';
import { Opcode, VOID } from './operators.js';
import { rewriteBodies } from './rewrite-bodies.js';

const END = Opcode.End;
/** Throws if global 0 says so, computed by one of four operators. */
const MAY_THROW = [Opcode.Call, 1];
const WORK = [Opcode.GlobalGet, 0, Opcode.GlobalSet, 0];
const ALWAYS = [Opcode.I32Const, 1];

/** A module whose function `f` contains this code, and whose global `throws` decides whether `MAY_THROW` throws. */
function moduleOf(code: readonly number[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter().raw(HEADER);
  const section = (id: number, content: ByteWriter): void => void out.section(id, content);
  const bodies = [
    [0, ...code, END],
    [0, Opcode.GlobalGet, 0, Opcode.If, VOID, Opcode.Throw, 0, END, END],
  ];
  section(1, new ByteWriter().raw([1, 0x60, 0, 0]));
  section(3, new ByteWriter().raw([2, 0, 0]));
  section(13, new ByteWriter().raw([1, 0, 0]));
  section(6, new ByteWriter().raw([1, 0x7f, 1, Opcode.I32Const, 0, END]));
  section(7, new ByteWriter().u32(2).name('f').raw([0, 0]).name('throws').raw([3, 0]));
  const content = new ByteWriter().u32(bodies.length);
  for (const body of bodies) content.u32(body.length).raw(body);
  section(10, content);
  return out.finish();
}

const times = (count: number, code: readonly number[]): number[] =>
  Array.from({ length: count }, () => code).flat();

/** Nests code in itself, around something. */
const nested = (
  count: number,
  before: readonly number[],
  inside: readonly number[],
  behind: readonly number[],
): number[] => [...times(count, before), ...inside, ...times(count, behind)];

const label = (depth: number): Uint8Array => new ByteWriter().u32(depth).finish();

const CATCH_ALL = [Opcode.CatchAll, ...WORK, END];
const TRY = [Opcode.Try, VOID];
const BLOCK = [Opcode.Block, VOID];
const LOOP = [Opcode.Loop, VOID];
/** `(br_if 0 (i32.const 0)) end` */
const LOOP_END = [Opcode.I32Const, 0, Opcode.BrIf, 0, END];
/** `block (br_table 0 1 (global.get 0)) end` */
const SWITCH = [...BLOCK, Opcode.GlobalGet, 0, Opcode.BrTable, 1, 0, 1, END];

const LEGACY: Readonly<Record<string, (count: number) => number[]>> = {
  'one after the other': (count) => times(count, [...TRY, ...MAY_THROW, ...WORK, ...CATCH_ALL]),
  'with three handlers': (count) => {
    const handler = [Opcode.Catch, 0, ...WORK];
    return times(count, [...TRY, ...MAY_THROW, ...handler, ...handler, ...CATCH_ALL]);
  },
  'in the bodies of others': (count) => nested(count, [...TRY, ...WORK], MAY_THROW, CATCH_ALL),
  'in the handlers of others': (count) =>
    nested(count, [...TRY, ...MAY_THROW, Opcode.CatchAll, ...WORK], MAY_THROW, [END]),
  'that throw again': (count) => {
    const again = [Opcode.CatchAll, ...WORK, Opcode.Rethrow, 0, END];
    return nested(count, TRY, [...TRY, ...MAY_THROW, Opcode.CatchAll, END], again);
  },
  'that give exceptions to others': (count) => {
    const giving = [...TRY, ...WORK, Opcode.Delegate, 0];
    return [...TRY, ...times(count, giving), ...MAY_THROW, ...CATCH_ALL];
  },
  'among branches': (count) => {
    const leaving = [...TRY, ...MAY_THROW, ...ALWAYS, Opcode.BrIf, 1, ...CATCH_ALL];
    return times(count, [...BLOCK, ...SWITCH, ...leaving, END]);
  },
  'around loops': (count) =>
    times(count, [...TRY, ...LOOP, ...MAY_THROW, ...LOOP_END, ...CATCH_ALL]),
  'in loops': (count) => times(count, [...LOOP, ...TRY, ...MAY_THROW, ...CATCH_ALL, ...LOOP_END]),
  'and loops in each other': (count) =>
    nested(count, [...TRY, ...LOOP, ...WORK], MAY_THROW, [...LOOP_END, ...CATCH_ALL]),
};

/** `block (try_table (catch_all 0) …) end` */
const TABLE = [...BLOCK, Opcode.TryTable, VOID, 1, 2, 0];
const TABLE_END = [END, END, ...WORK];

const TABLES: typeof LEGACY = {
  'one after the other': (count) => times(count, [...TABLE, ...MAY_THROW, ...TABLE_END]),
  'in each other': (count) => nested(count, TABLE, MAY_THROW, TABLE_END),
  'with clauses that lead outwards': (count) => {
    const clauses = [3, 0, 0, 0, 0, 0, ...label(count - 1), 2, ...label(Math.floor(count / 2))];
    const table = [Opcode.TryTable, VOID, ...clauses, ...MAY_THROW, END];
    return nested(count, BLOCK, times(count, table), [END, ...WORK]);
  },
  'around loops': (count) =>
    times(count, [...TABLE, ...LOOP, ...MAY_THROW, ...LOOP_END, ...TABLE_END]),
  'whose handler is a loop': (count) => {
    // The second iteration, which is the handler's, exits.
    const head = [Opcode.GlobalGet, 0, Opcode.BrIf, 1, ...ALWAYS, Opcode.GlobalSet, 0];
    const reset = [Opcode.I32Const, 0, Opcode.GlobalSet, 0];
    const table = [Opcode.TryTable, VOID, 1, 2, 0, ...MAY_THROW, END];
    return times(count, [...BLOCK, ...LOOP, ...head, ...table, END, END, ...reset]);
  },
};

const HAS_TABLES = WebAssembly.validate(moduleOf(TABLES['one after the other']!(1)));

/** Throwing costs no more than other operators: the test compares numbers of operators. */
const EVEN = { operators: { [Opcode.Throw]: 1, [Opcode.Rethrow]: 1, [Opcode.ThrowRef]: 1 } };

/** Fuel of one run, and how it ended. */
function run(
  bytes: Uint8Array<ArrayBuffer>,
  mode: MeterMode,
  throws: boolean,
): { fuel: number; thrown: boolean } {
  const metered = meterModule(bytes, { mode, costs: EVEN });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(metered.bytes));
  const meter = attachMeter(instance);
  meter.setFuel(1e9);
  (instance.exports['throws'] as WebAssembly.Global).value = Number(throws);
  let thrown = false;
  try {
    (instance.exports['f'] as () => void)();
  } catch (error) {
    // Only the guest's own exception is expected: it has enough fuel.
    if (!(error instanceof WebAssembly.Exception)) throw error;
    thrown = true;
  }
  return { fuel: Number(meter.fuelUsed), thrown };
}

const COUNTS = [1, 8, 32, 60, 70, 1000, 5000];

describe.each([
  ['try', LEGACY],
  ...(HAS_TABLES ? ([['try_table', TABLES]] as const) : []),
] as const)('%s', (_, shapes) => {
  describe.each(Object.keys(shapes))('%s', (name) => {
    it.each(COUNTS)('%i times, costs at most twice as much in coarse mode', (count) => {
      const bytes = moduleOf(shapes[name]!(count));
      expect(WebAssembly.validate(bytes)).toBe(true);
      const dearest = [false, true].map((throws) => {
        const exact = run(bytes, 'exact', throws);
        const coarse = run(bytes, 'coarse', throws);
        expect(coarse.thrown).toBe(exact.thrown);
        expect(coarse.fuel).toBeGreaterThanOrEqual(exact.fuel);
        return [exact.fuel, coarse.fuel] as const;
      });
      const [exact, coarse] = [0, 1].map((mode) => Math.max(...dearest.map((fuel) => fuel[mode]!)));
      expect(coarse! / exact!).toBeLessThanOrEqual(2);
    });
  });
});

it('refuses a function that pays more at once than a constant can hold', () => {
  const module = decodeModule(moduleOf([Opcode.I32Const, 0, 0x1a]));
  // No price that a caller may set is this high.
  const costs = { ...completeCosts(), operators: { 0xfc000: 2 ** 50 } };
  const code = [...times(3, [0x43, 0, 0, 0, 0, 0xfc, 0, 0x1a])];
  const dear = decodeModule(moduleOf(code));
  const meter = (of: typeof module) => () =>
    rewriteBodies(
      of,
      new HelperFunctions(of, costs, { startFuel: 1 }, false),
      costs,
      false,
      undefined,
    );
  expect(meter(module)).not.toThrow();
  expect(meter(dear)).toThrow(
    expect.objectContaining({ code: 'METER_COST_TOO_LARGE', offset: dear.bodies[0]!.start }),
  );
});

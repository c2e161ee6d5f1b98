import { decodeModule, inspectModule } from '@testbench/wasm';
import wabtFactory from 'wabt';
import { describe, expect, it } from 'vitest';

import { attachMeter, type Meter, type MeterHandler } from './attach-meter.js';
import { meterModule, type MeterMode, type MeterOptions } from './meter-module.js';
import { RESERVED_PREFIX } from './reserved-names.js';

const wabt = await wabtFactory();
const FEATURES = { exceptions: true, tail_call: true, memory64: true, multi_memory: true };

function assemble(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(wabt.parseWat('test.wat', text, FEATURES).toBinary({}).buffer);
}

interface Run {
  readonly call: (name: string, ...values: number[]) => unknown;
  readonly meter: Meter;
  readonly instance: WebAssembly.Instance;
}

function load(
  text: string,
  options: MeterOptions = {},
  imports: WebAssembly.Imports = {},
  handler?: MeterHandler,
): Run {
  const { bytes } = meterModule(assemble(text), options);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
  const meter = attachMeter(instance, handler);
  const call: Run['call'] = (name, ...values) =>
    (instance.exports[name] as (...values: number[]) => unknown)(...values);
  return { call, meter, instance };
}

/** Fuel of one call of the export `f` with plenty of fuel. */
function cost(text: string, mode: MeterMode, ...values: number[]): number {
  const { call, meter } = load(text, { mode });
  meter.setFuel(1e12);
  call('f', ...values);
  return Number(meter.fuelUsed);
}

const MODES: readonly MeterMode[] = ['exact', 'coarse'];

const BRANCHY = `(module (func (export "f") (param i32) (result i32)
  (if (result i32) (local.get 0)
    (then (i32.add (i32.const 1) (i32.const 2)))
    (else (i32.const 7)))))`;

const LOOP = `(module (func (export "f") (param $n i32) (result i32) (local $i i32)
  (block $out
    (loop $again
      (br_if $out (i32.ge_u (local.get $i) (local.get $n)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $again)))
  (local.get $i)))`;

/** An iteration costs 9. */
const SUM = `(module (func (export "f") (param $n i32) (result i32) (local $sum i32)
  (loop $again
    (local.set $sum (i32.add (local.get $sum) (local.get $n)))
    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (local.get $sum)))`;

describe('meterModule()', () => {
  it.each(MODES)(
    'lets a loop whose body stands there four times owe three turns, and no more (%s)',
    (mode) => {
      const { call, meter } = load(SUM, { mode });
      const passes = (turns: number, fuel: number): boolean => {
        meter.setFuel(fuel);
        try {
          return call('f', turns) === (turns * (turns + 1)) / 2;
        } catch {
          return false;
        }
      };
      // The position of the last iteration within the repeated body decides how much is owed.
      const owed = Array.from({ length: 8 }, (_, index) => {
        const turns = 1000 + index;
        let missing = 0;
        while (passes(turns, 9 * turns + 1 - missing)) missing += 1;
        return missing - 1;
      });
      expect([Math.min(...owed), Math.max(...owed)]).toEqual([0, 27]);
    },
  );

  describe('exact mode', () => {
    it.each([
      // local.get, if, then 3 or 1
      { name: 'the arm that is taken', text: BRANCHY, value: 1, fuel: 5 },
      { name: 'the other arm', text: BRANCHY, value: 0, fuel: 3 },
      // An iteration is 3 + br_if, then 4 + br; the last one exits at br_if; local.get.
      { name: 'no turn of a loop', text: LOOP, value: 0, fuel: 5 },
      { name: 'one turn of a loop', text: LOOP, value: 1, fuel: 14 },
      { name: 'a thousand turns', text: LOOP, value: 1000, fuel: 9005 },
    ])('counts $name', ({ text, value, fuel }) => {
      expect(cost(text, 'exact', value)).toBe(fuel);
    });

    it('counts early returns, tables of labels and constant callees', () => {
      const text = `(module
        (func $leaf (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
        (func (export "f") (param i32) (result i32)
          (block $c (block $b (block $a
            (br_table $a $b $c (local.get 0)))
            (return (i32.const 10)))
            (return (call $leaf (i32.const 1))))
          (i32.mul (call $leaf (i32.const 2)) (i32.const 3))))`;
      expect(cost(text, 'exact', 0)).toBe(3);
      expect(cost(text, 'exact', 1)).toBe(2 + 2 + 3);
      expect(cost(text, 'exact', 2)).toBe(2 + 4 + 3);
    });

    it('counts lengths of bulk operators and successful growth', () => {
      const text = `(module (memory 1 4) (func (export "f") (param i32)
        (memory.fill (i32.const 0) (i32.const 1) (local.get 0))
        (drop (memory.grow (i32.const 1)))
        (drop (memory.grow (i32.const 100)))))`;
      expect(cost(text, 'exact', 8000)).toBe(4 + 1000 + 65 + 1024 + 65);
    });
  });

  it('never counts less in coarse mode', () => {
    for (const text of [BRANCHY, LOOP]) {
      for (const value of [0, 1, 5]) {
        expect(cost(text, 'coarse', value)).toBeGreaterThanOrEqual(cost(text, 'exact', value));
      }
    }
  });

  describe('functions that only a table reaches', () => {
    /** Calls functions 0 and 1 of the table alternately; the first is short, the second has a loop. */
    const module = (more: string): string => `(module (type $t (func (param i32) (result i32)))
      (table $p 2 funcref) (elem (table $p) (i32.const 0) $short $long) ${more}
      (func $short (type $t) (i32.mul (local.get 0) (i32.add (local.get 0) (i32.const 3))))
      (func $long (type $t) (local $i i32)
        (loop (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50))))
        (local.get $i))
      (func (export "f") (param $n i32) (result i32) (local $sum i32)
        (loop
          (local.set $sum (i32.add (local.get $sum)
            (call_indirect $p (type $t) (local.get $n) (i32.and (local.get $n) (i32.const 1)))))
          (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $sum)))`;

    it.each([
      { name: 'are paid by their callers', more: '', free: 1 },
      { name: 'pay if the table is exported', more: '(export "t" (table $p))', free: 0 },
      {
        name: 'pay if references move',
        more: '(func (export "g") (drop (table.get $p (i32.const 0))))',
        free: 0,
      },
    ])('$name', ({ more, free }) => {
      const text = module(more);
      expect(meterModule(assemble(text)).stats.free).toBe(free);
      for (const value of [1, 2, 1001]) {
        const exact = cost(text, 'exact', value);
        const coarse = cost(text, 'coarse', value);
        expect(coarse).toBeGreaterThanOrEqual(exact);
        // The short function costs 5; a call of the long one may be charged that too.
        expect(coarse).toBeLessThanOrEqual(exact + 5 * value + 20);
      }
    });

    it('pay if a segment takes what a global refers to', () => {
      const bytes = assemble(
        module(
          '(global funcref (ref.null func)) (elem (table $p) (i32.const 0) funcref (item (ref.func 0)) (item (ref.null func)))',
        ),
      );
      const at = bytes.findIndex((byte, index) => byte === 0xd2 && bytes[index + 2] === 0x0b);
      // `ref.func 0` becomes `global.get 0`, which the assembler does not accept here.
      bytes[at] = 0x23;
      expect(meterModule(bytes).stats.free).toBe(0);
    });
  });

  it.each(MODES)('leaves functions alone that call only to fail (%s)', (mode) => {
    const text = `(module (import "h" "abort" (func $abort (param i32)))
      (func $get (param i32) (result i32)
        (if (i32.ge_u (local.get 0) (i32.const 10)) (then (call $abort (local.get 0)) (unreachable)))
        (i32.mul (local.get 0) (i32.const 2)))
      (func (export "f") (param i32) (result i32) (call $get (local.get 0))))`;
    expect(meterModule(assemble(text), { mode }).stats.free).toBe(1);
    const { call, meter } = load(text, { mode }, { h: { abort: () => undefined } });
    meter.setFuel(1000);
    expect(call('f', 4)).toBe(8);
    // f: local.get and call; get: the path that returns, 7
    expect(meter.fuelUsed).toBe(9n);
    expect(() => call('f', 40)).toThrow(WebAssembly.RuntimeError);
  });

  it('adds functions that keep the share of small ones, by which V8 decides how much to inline', () => {
    const large = `(func (result i32) ${'(i32.const 1) (drop) '.repeat(20)} (i32.const 1))`;
    const bytes = assemble(`(module ${large.repeat(5)} (func) (func))`);
    const { bodies } = decodeModule(meterModule(bytes).bytes);
    const small = bodies.filter(({ start, end }) => end - start < 50).length;
    // Functions that the host calls are small too.
    expect(small / bodies.length).toBeGreaterThanOrEqual(0.5);
    expect(small - bodies.length / 2).toBeLessThan(5);
  });

  it('asks for the next slice and stops at the deadline', () => {
    let polls = 0;
    const onSlice = (): 'continue' | 'deadline' => (++polls < 5 ? 'continue' : 'deadline');
    const { call, meter } = load(LOOP, {}, {}, { sliceFuel: 1000, onSlice });
    meter.setFuel(1e9);
    expect(() => call('f', 1e6)).toThrow(WebAssembly.RuntimeError);
    expect(meter.exhausted).toBe('deadline');
    expect(polls).toBe(5);
    expect(Number(meter.fuelUsed)).toBeLessThan(7000);
  });

  it('stays stopped until it is filled up again', () => {
    const { call, meter } = load(LOOP);
    meter.setFuel(100);
    expect(() => call('f', 1000)).toThrow(WebAssembly.RuntimeError);
    expect(meter.exhausted).toBe('fuel');
    expect(meter.fuelUsed).toBe(100n);
    expect(() => call('f', 1000)).toThrow(WebAssembly.RuntimeError);
    meter.setFuel(100_000);
    expect(meter.exhausted).toBeUndefined();
    expect(call('f', 1000)).toBe(1000);
  });

  it('treats an exception of the handler as cancellation', () => {
    const failure = new Error('broken handler');
    const onSlice = (): never => {
      throw failure;
    };
    const { call, meter } = load(LOOP, {}, {}, { sliceFuel: 10, onSlice });
    meter.setFuel(1e6);
    expect(() => call('f', 1000)).toThrow(WebAssembly.RuntimeError);
    expect(meter).toMatchObject({ exhausted: 'cancelled', handlerError: failure });
  });

  it('refuses growth beyond the limits and counts the refusals', () => {
    const text = `(module (memory (export "m") 1 100) (table $t (export "t") 1 100 funcref)
      (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
      (func (export "table") (param i32) (result i32) (table.grow $t (ref.null func) (local.get 0))))`;
    const { call, meter } = load(text, { maxMemoryPages: 3, maxTableElements: 4 });
    meter.setFuel(1e9);
    expect(call('grow', 2)).toBe(1);
    expect(call('grow', 1)).toBe(-1);
    expect(call('grow', -1)).toBe(-1);
    expect(call('table', 3)).toBe(1);
    expect(call('table', 1)).toBe(-1);
    expect(meter.growthDenied).toBe(3);
    meter.setFuel(1);
    expect(meter.growthDenied).toBe(0);
  });

  it('leaves declared limits alone, so that linking does not change', () => {
    const text = `(module (import "m" "m" (memory 1 100)))`;
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 200 });
    expect(() => load(text, { maxMemoryPages: 5 }, { m: { m: memory } })).toThrow(
      WebAssembly.LinkError,
    );
  });

  it('adds one export, a function', () => {
    const { instance } = load(
      `(module (memory 1) (table 2 funcref) (global (mut i32) (i32.const 5)) (func) (start 0))`,
      { resettable: true, deferStart: true },
    );
    expect(Object.entries(instance.exports)).toEqual([
      [`${RESERVED_PREFIX}attach`, expect.any(Function)],
    ]);
  });

  it.each(MODES)('keeps imports and exports and their order (%s)', (mode) => {
    const bytes = assemble(
      `(module (import "a" "b" (func $x (param i32))) (export "y" (func $x)) (memory (export "m") 1))`,
    );
    const before = inspectModule(bytes);
    const after = inspectModule(meterModule(bytes, { mode }).bytes);
    const names = (list: readonly { name: string }[]): string[] => list.map(({ name }) => name);
    expect(names(after.imports)).toEqual(names(before.imports));
    expect(names(after.exports).slice(0, 2)).toEqual(names(before.exports));
  });

  it('rejects exports under the reserved prefix', () => {
    const bytes = assemble(`(module (func (export "${RESERVED_PREFIX}fuel")))`);
    expect(() => meterModule(bytes)).toThrow(
      expect.objectContaining({ code: 'METER_RESERVED_NAME', offset: 21 }),
    );
  });

  it('rejects a module that metering would make valid', () => {
    // global.get 0 of a module without globals: after metering, global 0 would be the counter.
    const valid = assemble(`(module (func (export "f") (drop (i32.const 0))))`);
    const at = valid.lastIndexOf(0x41);
    valid[at] = 0x23;
    expect(() => meterModule(valid)).toThrow(
      expect.objectContaining({ code: 'METER_INVALID_MODULE' }),
    );
  });

  it.each([
    { options: { maxMemoryPages: -1 }, path: 'maxMemoryPages' },
    { options: { startFuel: 0.5 }, path: 'startFuel' },
    { options: { mode: 'exactly' }, path: 'mode' },
    { options: { resettable: 'no' }, path: 'resettable' },
    { options: { costs: { operator: -1 } }, path: 'costs.operator' },
    { options: { costs: { operators: { 0x6a: 2e6 } } }, path: 'costs.operators.106' },
    { options: { costs: { operators: { 'i32.add': 5 } } }, path: 'costs.operators.i32.add' },
    { options: { costs: { memoryBytesLog2: 17 } }, path: 'costs.memoryBytesLog2' },
    { options: { costs: { operator: 0 } }, path: 'costs.operators.12' },
    { options: { costs: { operators: { 0x0c: 0 } } }, path: 'costs.operators.12' },
  ])('rejects $options', ({ options, path }) => {
    expect(() => meterModule(assemble('(module)'), options as MeterOptions)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path }),
    );
  });

  it.each([
    { options: { maxMemoryPage: 1 }, path: 'maxMemoryPage' },
    { options: { costs: { 'i32.ad': 5 } }, path: 'costs.i32.ad' },
  ])('does not know $path', ({ options, path }) => {
    expect(() => meterModule(assemble('(module)'), options as MeterOptions)).toThrow(
      expect.objectContaining({ code: 'CONFIG_UNKNOWN_KEY', path }),
    );
  });

  it('charges prices of single operators', () => {
    const costs = { operator: 2, operators: { 0x6a: 50 } };
    const { call, meter } = load(BRANCHY, { mode: 'exact', costs });
    meter.setFuel(1000);
    call('f', 1);
    expect(meter.fuelUsed).toBe(58n);
  });

  it.each(MODES)('counts long stretches at the highest price (%s)', (mode) => {
    const text = `(module (func (export "f") ${'(drop (i32.const 1))'.repeat(3000)}))`;
    const { call, meter } = load(text, { mode, costs: { operator: 1_000_000 } });
    meter.setFuel(1n << 60n);
    call('f');
    expect(meter.fuelUsed).toBe(3_000_000_000n);
  });

  it.each(MODES)('lets a run that used an amount pass with that amount (%s)', (mode) => {
    for (const turns of [0, 1, 2, 3, 4, 5, 1001]) {
      const { call, meter } = load(LOOP, { mode });
      meter.setFuel(1e9);
      call('f', turns);
      const used = meter.fuelUsed;
      meter.setFuel(used);
      expect(call('f', turns)).toBe(turns);
    }
    const { call, meter } = load(LOOP, { mode });
    meter.setFuel(8900);
    expect(() => call('f', 1001)).toThrow(WebAssembly.RuntimeError);
  });

  it.each(MODES)('loses one slice at most at a trap (%s)', (mode) => {
    const text = `(module (func (export "f") (param $n i32)
      (loop
        (if (i32.eqz (local.get $n)) (then unreachable))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br 0))))`;
    const { call, meter } = load(text, { mode }, {}, { sliceFuel: 500, onSlice: () => 'continue' });
    meter.setFuel(1e9);
    expect(() => call('f', 1000)).toThrow(WebAssembly.RuntimeError);
    // An iteration is 3 for the condition, 4 for the difference, 1 for the branch.
    expect(Number(meter.fuelUsed)).toBeGreaterThan(8000 - 500);
    expect(Number(meter.fuelUsed)).toBeLessThan(8000 + 500);
  });

  it('drops sections that speak of code positions, and keeps names', () => {
    const parsed = wabt.parseWat('test.wat', '(module (func $named nop))');
    const bytes = new Uint8Array(parsed.toBinary({ write_debug_names: true }).buffer);
    const names = inspectModule(meterModule(bytes).bytes).customSections.map(({ name }) => name);
    expect(names).toEqual(['name']);
  });
});

describe('attachMeter()', () => {
  it('rejects an instance that was not metered', () => {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(assemble('(module)')));
    expect(() => attachMeter(instance)).toThrow(
      expect.objectContaining({ code: 'METER_NOT_METERED' }),
    );
  });

  it.each([-1, 2 ** 63, 0.5])('rejects %d units of fuel', (fuel) => {
    expect(() => load(LOOP).meter.setFuel(fuel)).toThrow(RangeError);
  });
});

import wabtFactory from 'wabt';
import { describe, expect, it } from 'vitest';

import { attachMeter, type Meter, type MeterHandler } from './attach-meter.js';
import { meterModule, type MeterMode, type MeterOptions } from './meter-module.js';
import { RESERVED_PREFIX } from './reserved-names.js';

const wabt = await wabtFactory();
const FEATURES = { exceptions: true, tail_call: true };
const MODES: readonly MeterMode[] = ['exact', 'coarse'];

function assemble(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(wabt.parseWat('test.wat', text, FEATURES).toBinary({}).buffer);
}

function open(
  text: string,
  options: MeterOptions = {},
  imports: Record<string, (...values: number[]) => unknown> = {},
  handler?: MeterHandler,
): { readonly meter: Meter; readonly call: (name: string, ...values: unknown[]) => unknown } {
  const module = new WebAssembly.Module(meterModule(assemble(text), options).bytes);
  const instance = new WebAssembly.Instance(module, { h: imports });
  const meter = attachMeter(instance, handler);
  return {
    meter,
    call: (name, ...values) =>
      (instance.exports[name] as (...values: unknown[]) => unknown)(...values),
  };
}

describe('attachMeter()', () => {
  it('works once for an instance', () => {
    const module = new WebAssembly.Module(meterModule(assemble('(module)')).bytes);
    const instance = new WebAssembly.Instance(module);
    attachMeter(instance);
    expect(() => attachMeter(instance)).toThrow(
      expect.objectContaining({ code: 'METER_NOT_METERED' }),
    );
  });

  const onSlice = (): 'continue' => 'continue';
  it.each([
    { handler: 5, path: 'handler' },
    { handler: {}, path: 'handler.onSlice' },
    { handler: { onSlice, sliceFuel: 0 }, path: 'handler.sliceFuel' },
    { handler: { onSlice, msLeft: 5 }, path: 'handler.msLeft' },
    { handler: { onSlice, msleft: onSlice }, path: 'handler.msleft' },
  ])('refuses $handler for a handler', ({ handler, path }) => {
    expect(() => open('(module)', {}, {}, handler as never)).toThrow(
      expect.objectContaining({ name: 'ConfigError', path }),
    );
  });

  it('takes a handler that is a class of its own, with what it keeps', () => {
    class Handler {
      slices = 0;
      onSlice(): 'deadline' {
        this.slices += 1;
        return 'deadline';
      }
    }
    const handler = new Handler();
    const { meter, call } = open('(module (func (export "f") (loop (br 0))))', {}, {}, handler);
    meter.setFuel(1e9);
    expect(() => call('f')).toThrow('unreachable');
    expect(meter.exhausted).toBe('deadline');
    expect(handler.slices).toBe(1);
  });

  it('gives a guest nothing that finds its export in a table', () => {
    const types = '(type $t (func (param funcref externref) (result funcref)))';
    const module = new WebAssembly.Module(
      meterModule(
        assemble(`(module ${types} (table (export "table") 1 funcref)
          (func (export "steal") (result funcref)
            (call_indirect (type $t) (ref.null func) (ref.null extern) (i32.const 0))))`),
      ).bytes,
    );
    const { exports } = new WebAssembly.Instance(module);
    const attach = exports[`${RESERVED_PREFIX}attach`];
    const meter = attachMeter({ exports });
    (exports['table'] as WebAssembly.Table).set(0, attach);
    meter.setFuel(1000);
    expect(exports['steal']).toThrow(WebAssembly.RuntimeError);
    expect(meter.exhausted).toBeUndefined();
  });
});

describe('the exports of a metered module', () => {
  /** Does what Emscripten's dynamic linker does with the exports, in `relocateExports` and `updateGOT`. */
  function link(exports: WebAssembly.Exports, memoryBase: number): Record<string, number> {
    const table = new WebAssembly.Table({ element: 'anyfunc', initial: 0 });
    const offsets: Record<string, number> = {};
    for (const [name, value] of Object.entries(exports)) {
      const plain: unknown =
        typeof value === 'object' ? (value as { value?: unknown }).value : value;
      if (typeof plain === 'function') {
        table.grow(1);
        table.set((offsets[name] = table.length - 1), plain);
      } else if (typeof plain === 'number') {
        offsets[name] = plain + memoryBase;
      } else {
        throw new TypeError(`bad export type for '${name}': ${typeof plain}`);
      }
    }
    return offsets;
  }

  it.each([{}, { resettable: true }, { deferStart: true }])('can be linked (%o)', (options) => {
    const text = `(module (import "h" "memory" (memory 1)) (global (mut i64) (i64.const 1))
      (global (export "data") i32 (i32.const 16))
      (func $start) (func (export "_f") (result i32) (i32.const 7)) (start $start))`;
    const module = new WebAssembly.Module(meterModule(assemble(text), options).bytes);
    const memory = new WebAssembly.Memory({ initial: 1 });
    const instance = new WebAssembly.Instance(module, { h: { memory } });
    const meter = attachMeter(instance, { onSlice: () => 'continue' });
    expect(link(instance.exports, 1024)).toMatchObject({ data: 1040, _f: 0 });
    meter.setFuel(1);
    expect((instance.exports['_f'] as () => number)()).toBe(7);
  });
});

describe('Meter.charge() and Meter.poll()', () => {
  /** Calls the host `calls` times in a row, with nothing in between. */
  const straight = (calls: number, call = '(call $host)'): string =>
    `(module (import "h" "host" (func $host)) (func (export "f") ${call.repeat(calls)}))`;

  it.each(MODES)('ends straight code of host calls by its fuel (%s)', (mode) => {
    let calls = 0;
    const host = (): void => {
      calls += 1;
      opened.meter.charge(1000);
    };
    const opened = open(straight(5000), { mode }, { host });
    opened.meter.setFuel(100_000);
    expect(() => opened.call('f')).toThrow(expect.objectContaining({ code: 'METER_EXHAUSTED' }));
    expect(opened.meter.exhausted).toBe('fuel');
    // The guest's own part was paid for at the entry: 5,000 units, or the last of its two parts, of less than 1,000.
    expect(calls).toBe(mode === 'exact' ? 96 : 100);
    expect(opened.meter.fuelUsed).toBe(100_000n);
  });

  it.each(MODES)('asks the handler when the host has used a slice up (%s)', (mode) => {
    let polls = 0;
    let calls = 0;
    const host = (): void => {
      calls += 1;
      opened.meter.charge(1000);
    };
    const onSlice = (): 'continue' | 'deadline' => (++polls < 10 ? 'continue' : 'deadline');
    const handler = { sliceFuel: 10_000, onSlice };
    const opened = open(straight(5000), { mode }, { host }, handler);
    opened.meter.setFuel(1e12);
    expect(() => opened.call('f')).toThrow(expect.objectContaining({ code: 'METER_EXHAUSTED' }));
    expect(opened.meter.exhausted).toBe('deadline');
    expect(calls).toBeLessThan(110);
  });

  it('asks the handler when it is told to, and counts only what was used', () => {
    let verdict: 'continue' | 'cancelled' = 'continue';
    let calls = 0;
    const host = (): void => {
      calls += 1;
      if (calls === 7) verdict = 'cancelled';
      opened.meter.charge(10);
      opened.meter.poll();
    };
    const opened = open(straight(100), { mode: 'exact' }, { host }, { onSlice: () => verdict });
    opened.meter.setFuel(1e6);
    expect(() => opened.call('f')).toThrow(expect.objectContaining({ code: 'METER_EXHAUSTED' }));
    expect(calls).toBe(7);
    expect(opened.meter.exhausted).toBe('cancelled');
    // The calls themselves were paid for at the entry.
    expect(opened.meter.fuelUsed).toBe(170n);
  });

  const LEGACY = '(try (do (call $host)) (catch_all))';
  const TABLE = '(try_table (catch_all 0) (call $host))';
  /** A piece of code, and a function that it may call. A module must not mix both forms. */
  const catching: [name: string, piece: string, swallow: string][] = [
    ['try, catch_all', LEGACY, LEGACY],
    [
      'nested try',
      `(try (do (try (do (call $host)) (catch_all (call $host)))) (catch_all))`,
      LEGACY,
    ],
    ['delegate', `(try $t (do (try (do (call $host)) (delegate $t))) (catch_all))`, LEGACY],
    ['catch of a tag, catch_all', '(try (do (call $host)) (catch $e) (catch_all))', LEGACY],
    [
      'rethrow',
      '(try (do (try $r (do (call $host)) (catch_all (rethrow $r)))) (catch_all))',
      LEGACY,
    ],
    ['a call that catches', '(call $swallow)', LEGACY],
  ];
  if (WebAssembly.validate(assemble('(module (func (block (try_table (catch_all 0)))))'))) {
    const blocks = '(block (block (try_table (catch_all 1) (call $host)) (call $host)))';
    catching.push(
      ['try_table', `(block ${TABLE})`, TABLE],
      ['try_table in blocks', blocks, TABLE],
      ['try_table that leads out of the function', '(call $swallow)', TABLE],
    );
  }
  describe.each(MODES)('a guest that catches what the host throws (%s)', (mode) => {
    it.each(catching)('is stopped where it goes on: %s', (_, piece, swallow) => {
      let late = 0;
      const host = (): void => {
        if (opened.meter.exhausted !== undefined) late += 1;
        opened.meter.charge(10_000);
      };
      const text = `(module (import "h" "host" (func $host)) (tag $e) (func $swallow ${swallow})
        (func (export "f") ${piece.repeat(7)}))`;
      const opened = open(text, { mode }, { host });
      opened.meter.setFuel(50_000);
      expect(() => opened.call('f')).toThrow(WebAssembly.RuntimeError);
      expect(opened.meter.exhausted).toBe('fuel');
      expect(late).toBe(0);
    });
  });

  it('lets the host see in time that a guest which catches has no fuel left', () => {
    // Through a table, where it is unknown which functions are the host's.
    const piece = '(try (do (call_indirect (i32.const 0))) (catch_all))';
    let late = 0;
    const host = (): void => {
      if (opened.meter.exhausted !== undefined) late += 1;
      opened.meter.charge(10_000);
    };
    const opened = open(
      `(module (import "h" "host" (func $host)) (table funcref (elem $host))
        (func (export "f") ${piece.repeat(7)}))`,
      {},
      { host },
    );
    opened.meter.setFuel(50_000);
    expect(() => opened.call('f')).toThrow(WebAssembly.RuntimeError);
    expect(late).toBe(0);
  });
});

describe('Meter.runStart()', () => {
  const text = `(module (import "h" "log" (func $log (param i32)))
    (func $init (local $i i32)
      (loop (call $log (local.get $i))
        (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000)))))
    (func (export "f")) (start $init))`;

  it('runs the start function under the limits of the meter', () => {
    let calls = 0;
    const { meter } = open(text, { deferStart: true }, { log: () => (calls += 1) });
    expect(calls).toBe(0);
    meter.setFuel(1000);
    expect(() => meter.runStart()).toThrow(WebAssembly.RuntimeError);
    expect(meter.exhausted).toBe('fuel');
    meter.setFuel(1e6);
    calls = 0;
    meter.runStart();
    expect(calls).toBe(1000);
    expect(Number(meter.fuelUsed)).toBeGreaterThan(5000);
  });

  it('runs an imported start function', () => {
    let calls = 0;
    const imported = '(module (import "h" "f" (func $f)) (start $f))';
    const { meter } = open(imported, { deferStart: true }, { f: () => (calls += 1) });
    expect(calls).toBe(0);
    meter.runStart();
    expect(calls).toBe(1);
  });

  it('does nothing where the engine has run it', () => {
    let calls = 0;
    const { meter } = open(text, {}, { log: () => (calls += 1) });
    expect(calls).toBe(1000);
    meter.runStart();
    expect(calls).toBe(1000);
  });

  it('does nothing without a start function', () => {
    const { meter } = open('(module)', { deferStart: true });
    expect(() => meter.runStart()).not.toThrow();
  });
});

describe('Meter.saveState() and Meter.restoreState()', () => {
  const resettable = { resettable: true };

  it('brings back globals of every type bit by bit', () => {
    const { meter, call } = open(
      `(module
        (global $a (mut i32) (i32.const 1)) (global $b (mut i64) (i64.const 2))
        (global $c (mut f32) (f32.const nan:0x200001)) (global $d (mut f64) (f64.const nan:0x4000000000001))
        (global $e (mut v128) (v128.const i64x2 3 4))
        (global $f (mut funcref) (ref.func $is)) (global $g (mut externref) (ref.null extern))
        (func (export "spoil") (param externref)
          (global.set $a (i32.const 11)) (global.set $b (i64.const 12))
          (global.set $c (f32.const nan)) (global.set $d (f64.const nan))
          (global.set $e (v128.const i64x2 13 14))
          (global.set $f (ref.null func)) (global.set $g (local.get 0)))
        (func $is (export "is") (result i32)
          (i32.and (i32.and
            (i32.and (i32.eq (global.get $a) (i32.const 1)) (i64.eq (global.get $b) (i64.const 2)))
            (i32.and (i32.eq (i32.reinterpret_f32 (global.get $c)) (i32.const 0x7fa00001))
              (i64.eq (i64.reinterpret_f64 (global.get $d)) (i64.const 0x7ff4000000000001))))
            (i32.and (i64.eq (i64x2.extract_lane 1 (global.get $e)) (i64.const 4))
              (i32.and (i32.eqz (ref.is_null (global.get $f))) (ref.is_null (global.get $g)))))))`,
      resettable,
    );
    expect(call('is')).toBe(1);
    expect(meter.saveState()).toBe(true);
    call('spoil', {});
    expect(call('is')).toBe(0);
    expect(meter.restoreState()).toBe(true);
    expect(call('is')).toBe(1);
  });

  it('brings back tables that instructions write to, and says if one has grown', () => {
    const { meter, call } = open(
      `(module (type $r (func (result i32)))
        (table $t 2 10 funcref) (elem (i32.const 0) $one $two)
        (table $x 1 externref)
        (func $one (type $r) (i32.const 1)) (func $two (type $r) (i32.const 2))
        (func (export "grow") (drop (table.grow $t (ref.func $two) (i32.const 1))))
        (func (export "spoil") (param externref)
          (table.set $t (i32.const 0) (ref.func $two)) (table.set $x (i32.const 0) (local.get 0)))
        (func (export "sum") (result i32)
          (i32.add (i32.mul (i32.const 10) (ref.is_null (table.get $x (i32.const 0))))
            (call_indirect $t (type $r) (i32.const 0)))))`,
      resettable,
    );
    expect(meter.restoreState()).toBe(false);
    call('grow');
    expect(meter.saveState()).toBe(true);
    call('spoil', {});
    expect(call('sum')).toBe(2);
    expect(meter.restoreState()).toBe(true);
    expect(call('sum')).toBe(11);
    call('grow');
    expect(meter.restoreState()).toBe(false);
    meter.saveState();
    expect(meter.restoreState()).toBe(true);
  });

  const dropping = (drop: string): string => `(module (memory (export "memory") 1)
    (table 1 funcref) (elem $e func $drop) (data $d "secret") (data $active (i32.const 0) "x")
    (func $drop (export "drop") ${drop}))`;
  it.each([
    ['data.drop', '(data.drop $d)', false],
    ['elem.drop', '(elem.drop $e)', false],
    ['data.drop in a loop', '(loop (data.drop $d))', false],
    ['data.drop of an active segment', '(data.drop $active)', true],
    ['data.drop that is not reached', '(if (i32.const 0) (then (data.drop $d)))', true],
  ])('says if a segment was dropped: %s', (_, drop, expected) => {
    for (const mode of MODES) {
      const { meter, call } = open(dropping(drop), { ...resettable, mode });
      meter.saveState();
      expect(meter.restoreState()).toBe(true);
      call('drop');
      expect(meter.restoreState()).toBe(expected);
    }
  });

  it('notices what a function drops for which its callers pay', () => {
    const { meter, call } = open(
      `(module (data $d "secret") (func $drop (data.drop $d)) (func (export "f") (call $drop)))`,
      resettable,
    );
    meter.saveState();
    call('f');
    expect(meter.restoreState()).toBe(false);
  });

  it('takes what was dropped before as given', () => {
    const { meter, call } = open(dropping('(data.drop $d)'), resettable);
    call('drop');
    meter.saveState();
    expect(meter.restoreState()).toBe(true);
  });

  it.each([
    { name: 'without the option', text: '(module)', options: {} },
    { name: 'with a memory that nobody sees', text: '(module (memory 1))', options: resettable },
  ])('keeps nothing $name', ({ text, options }) => {
    const { meter } = open(text, options);
    expect(meter.saveState()).toBe(false);
    expect(meter.restoreState()).toBe(false);
  });

  it('counts the same with the option and without', () => {
    const text = dropping('(loop (data.drop $d) (elem.drop $e))');
    for (const mode of MODES) {
      const counts = [{}, resettable].map((options) => {
        const { meter, call } = open(text, { ...options, mode });
        meter.setFuel(1000);
        call('drop');
        return meter.fuelUsed;
      });
      expect(counts[0]).toBe(counts[1]);
    }
  });
});

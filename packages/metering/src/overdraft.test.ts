import wabtFactory from 'wabt';
import { describe, expect, it } from 'vitest';

import { attachMeter } from './attach-meter.js';
import { meterModule, type MeterMode } from './meter-module.js';

const wabt = await wabtFactory();
const MODES: readonly MeterMode[] = ['exact', 'coarse'];

/** Records that this many units of work are done, and takes four units itself. */
const note = (units: number): string =>
  `(global.set $work (i32.add (global.get $work) (i32.const ${units})))`;

/** That many units, a multiple of four, all of which are recorded. */
const work = (units: number): string => note(4).repeat(units / 4);

/** Counts a local down; four units, and one for the branch. */
const countDown = (local: string): string =>
  `(local.tee ${local} (i32.sub (local.get ${local}) (i32.const 1)))`;

/** A function that takes this many units. Since it is exported, callers do not pay for it. */
const callee = (name: string, units: number): string =>
  `(func $${name} (export "${name}") ${work(units)})`;

const fail = (): never => {
  throw new Error('of the host');
};

/** The maximum overdraft of a run before it is stopped; each limit is tried. */
function overdraft(functions: string, mode: MeterMode, limits: readonly number[]): number {
  const text = `(module (import "host" "fail" (func $fail)) (global $work (export "work") (mut i32) (i32.const 0)) ${functions})`;
  const bytes = new Uint8Array(
    wabt.parseWat('test.wat', text, { exceptions: true }).toBinary({}).buffer,
  );
  const module = new WebAssembly.Module(meterModule(bytes, { mode }).bytes);
  const found = limits.map((limit) => {
    const instance = new WebAssembly.Instance(module, { host: { fail } });
    const meter = attachMeter(instance);
    meter.setFuel(limit);
    expect(instance.exports['run']).toThrow(WebAssembly.RuntimeError);
    expect(meter.exhausted).toBe('fuel');
    return (instance.exports['work'] as WebAssembly.Global).value - limit;
  });
  return Math.max(...found);
}

const limits = (from: number, to: number, step = 1): number[] =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);

const calls = (names: readonly string[]): string =>
  names.map((name) => `(call $${name})`).join(' ');

/** A loop that calls: its own iteration is 4 + 5 and a unit for each call. */
const looping = (names: readonly string[]): string =>
  `(func (export "run") (local $n i32)
    (loop ${note(9 + names.length)} ${calls(names)} (br_if 0 ${countDown('$n')})))`;

/** Calls itself this many times, and does something after each return; the next check is at the end. */
const recursion = (depth: number, behind: string): string =>
  `(func $down (param $n i32)
      ${note(10)} (if (local.get $n) (then (call $down ${countDown('$n')}))) ${behind})
    (func (export "run") (call $down (i32.const ${depth})) (loop $for-ever (br $for-ever)))`;

const many = Array.from({ length: 40 }, (_, index) => `f${index}`);

describe.each(MODES)('the work beyond the fuel (%s)', (mode) => {
  it.each([
    { name: 'is a function without a check', units: 128, count: 1, most: 128 },
    { name: 'is every such call of one turn', units: 128, count: 8, most: 1024 },
    {
      name: 'is nothing where those of one body would be more than 1024',
      units: 128,
      count: 9,
      most: 0,
    },
    { name: 'is nothing if the function costs more than 128', units: 132, count: 1, most: 0 },
  ])('$name', ({ units, count, most }) => {
    const turn = 9 + count + count * units;
    const text = callee('f', units) + looping(Array.from({ length: count }, () => 'f'));
    expect(overdraft(text, mode, limits(3000, 3000 + turn))).toBe(most);
  });

  it('is not more if a turn calls many functions', () => {
    const text = many.map((name) => callee(name, 128)).join('') + looping(many);
    const most = overdraft(text, mode, limits(10_000, 16_000, 16));
    expect(most).toBeGreaterThan(1000);
    expect(most).toBeLessThanOrEqual(1024);
  });

  it('is as much again for each call that is open', () => {
    const text = callee('f', 128) + recursion(100, calls(Array.from({ length: 8 }, () => 'f')));
    const most = overdraft(text, mode, limits(2000, 3000, 50));
    expect(most).toBeGreaterThan(50_000);
    expect(most).toBeLessThanOrEqual(101 * 1024);
  });

  it('does not grow with the calls through a table behind one that is open', () => {
    const text = `(table funcref (elem $f)) ${callee('f', 128)} ${recursion(
      1000,
      '(call_indirect (i32.const 0))'.repeat(400),
    )}`;
    expect(overdraft(text, mode, limits(1_000_000, 1_001_000, 100))).toBeLessThanOrEqual(0);
  });

  it('does not grow with the calls behind one that is open', () => {
    const text = callee('f', 128) + recursion(1000, calls(Array.from({ length: 800 }, () => 'f')));
    expect(overdraft(text, mode, limits(1_000_000, 1_001_000, 100))).toBeLessThanOrEqual(0);
  });

  it('is what ways cost in exact mode, which coarse mode pays ahead', () => {
    const way = `(if (i32.const 1) (then ${work(200)}))`;
    const text = `(func (export "run") ${way.repeat(10)} (loop $for-ever (br $for-ever)))`;
    const most = overdraft(text, mode, limits(20, 60));
    expect(most).toBe(mode === 'exact' ? 2000 - 20 : -20);
  });

  it('does not grow with the ways behind a call that is open', () => {
    const text = recursion(100, `(if (i32.const 1) (then ${work(10_000)}))`);
    // In exact mode, the path being run when the fuel ends is not cut short.
    const most = overdraft(text, mode, limits(2000, 3000, 100));
    expect(most).toBeLessThanOrEqual(mode === 'exact' ? 10_000 : 0);
  });

  it('does not grow with the handlers of calls that an exception ends', () => {
    const text = `(tag $e)
      (func $down (param $n i32)
        ${note(10)}
        (try (do (if (local.get $n) (then (call $down ${countDown('$n')}))) (throw $e))
          (catch_all (if (i32.const 1) (then ${work(10_000)}))))
        (throw $e))
      (func (export "run")
        (try (do (call $down (i32.const 100))) (catch_all)) (loop $for-ever (br $for-ever)))`;
    const most = overdraft(text, mode, limits(20_000, 21_000, 100));
    expect(most).toBeLessThanOrEqual(mode === 'exact' ? 10_000 : 0);
  });

  it('does not grow with calls that an exception of the host ends', () => {
    const text = `
      (func $down (param $n i32)
        ${note(10)}
        (try (do (if (local.get $n) (then (call $down ${countDown('$n')}))) (call $fail))
          (catch_all (if (i32.const 1) (then ${work(10_000)}))))
        (call $fail))
      (func (export "run")
        (try (do (call $down (i32.const 100))) (catch_all)) (loop $for-ever (br $for-ever)))`;
    const most = overdraft(text, mode, limits(20_000, 21_000, 100));
    expect(most).toBeLessThanOrEqual(mode === 'exact' ? 10_000 : 0);
  });

  it('is up to seven turns of a small loop in two others', () => {
    const text = `(func (export "run") (local $i i32) (local $j i32) (local $k i32)
      (loop $outer ${note(11)} (local.set $j (i32.const 6))
        (loop $middle ${note(11)} (local.set $k (i32.const 50))
          (loop $inner ${note(9)} (br_if $inner ${countDown('$k')}))
          (br_if $middle ${countDown('$j')}))
        (br_if $outer ${countDown('$i')})))`;
    const most = overdraft(text, mode, limits(5000, 5500));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(7 * 9);
  });

  it('is 1024 units for first turns of inner loops, however many', () => {
    const inner = `(loop ${work(40)} (br_if 0 (i32.const 0)))`;
    const text = `(func (export "run") (loop $outer ${note(1 + 40 * 2)} ${inner.repeat(40)} (br $outer)))`;
    expect(overdraft(text, mode, limits(5000, 7000, 7))).toBeLessThanOrEqual(1024);
  });

  it('is 1024 units for the turns of a loop, whatever they cost', () => {
    // Callers pay for these, so that an iteration of a few bytes costs 1217 units.
    const short = `(func $short ${work(120)})`;
    const turn = `${note(17)} ${calls(Array.from({ length: 10 }, () => 'short'))}`;
    const text = `${short} (func (export "run") (loop $outer ${note(1)}
      (loop $inner ${turn} (br_if $inner (i32.const 1))) (br $outer)))`;
    expect(overdraft(text, mode, limits(5000, 7000, 7))).toBeLessThanOrEqual(1024);
  });
});

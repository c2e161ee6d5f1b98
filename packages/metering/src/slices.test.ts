import wabtFactory from 'wabt';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { attachMeter, type Meter, type MeterHandler } from './attach-meter.js';
import { meterModule, type MeterOptions } from './meter-module.js';

const wabt = await wabtFactory();
const MiB = 2 ** 20;

afterEach(() => {
  vi.restoreAllMocks();
});

interface Opened {
  readonly meter: Meter;
  readonly exports: Record<string, (...values: (number | bigint)[]) => unknown>;
  readonly memory: () => Uint8Array;
}

function open(text: string, handler?: MeterHandler, options: MeterOptions = {}): Opened {
  const parsed = wabt.parseWat('test.wat', text, { memory64: true });
  const { bytes } = meterModule(new Uint8Array(parsed.toBinary({}).buffer), options);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const meter = attachMeter(instance, handler);
  meter.setFuel(2 ** 50);
  const { memory } = instance.exports;
  return {
    meter,
    exports: instance.exports as Opened['exports'],
    memory: () => new Uint8Array((memory as WebAssembly.Memory).buffer),
  };
}

describe('slices', () => {
  const SPIN = `(module (func (export "f") (param $n i32) (result i32)
    (loop (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (local.get $n)))`;

  /** Fuel between two handler calls, if each slice takes this long per unit. */
  function slicesAt(
    nsPerUnit: number,
    msLeft?: MeterHandler['msLeft'],
  ): { readonly slices: number[]; readonly fuel: bigint } {
    let used = 0;
    const slices: number[] = [];
    vi.spyOn(performance, 'now').mockImplementation(() => (used * nsPerUnit) / 1e6);
    const opened = open(SPIN, {
      onSlice: () => {
        slices.push(Number(opened.meter.fuelUsed) - used);
        used = Number(opened.meter.fuelUsed);
        return 'continue';
      },
      ...(msLeft && { msLeft }),
    });
    opened.exports['f']!(1_000_000);
    return { slices, fuel: opened.meter.fuelUsed };
  }

  it('begin small and grow where they take no time', () => {
    const { slices } = slicesAt(1);
    expect(slices[0]).toBeLessThan(8100);
    expect(Math.max(...slices)).toBeGreaterThan(200_000);
    expect(Math.max(...slices)).toBeLessThan(250_100);
  });

  it('are small near the end of the time, however fast the guest was up to now', () => {
    const deadlineMs = 3;
    const { slices } = slicesAt(1, (nowMs) => deadlineMs - nowMs);
    const began = slices.map((_, index) =>
      slices.slice(0, index).reduce((sum, slice) => sum + slice, 0),
    );
    // Each takes no longer than the time left plus a few milliseconds, at 800 ns per unit.
    for (const [index, slice] of slices.entries()) {
      const leftMs = deadlineMs - began[index]! / 1e6;
      expect(slice * 800e-6).toBeLessThan(Math.max(0, leftMs) + 5.1);
    }
    expect(Math.max(...slices)).toBeGreaterThan(8_000);
  });

  it('shrink until they take a millisecond', () => {
    const { slices } = slicesAt(1000);
    expect(slices.at(-1)).toBeLessThanOrEqual(1100);
    expect(slices.at(-1)).toBeGreaterThan(200);
  });

  it('are not smaller than that, so that a stopped clock or a slow host costs little', () => {
    const { slices } = slicesAt(1e6);
    expect(slices.at(-1)).toBeGreaterThanOrEqual(450);
  });

  it('change nothing of the count', () => {
    expect(slicesAt(1000).fuel).toBe(slicesAt(1).fuel);
  });
});

describe('straight code', () => {
  const work = '(drop (i32.const 1))'.repeat(40_000);
  const conditional = '(if (local.get 0) (then (drop (i32.const 1))))'.repeat(20_000);
  const blocks = '(block (br_if 0 (local.get 0)) (drop (i32.const 1)))'.repeat(20_000);
  const loop = `(loop ${'(drop (i32.const 1))'.repeat(20_000)} (br_if 0 (i32.eqz (local.tee 0 (i32.eqz (local.get 0))))))`;
  it.each([
    ['without a branch', work, 40_000],
    ['of conditions', conditional, 60_000],
    ['of blocks', blocks, 60_000],
    ['in a loop', loop, 20_000],
  ])('%s asks on its way, and counts the same', (_, body, least) => {
    const text = `(module (func (export "f") (param i32) ${body}))`;
    let polls = 0;
    const handler: MeterHandler = {
      sliceFuel: 1000,
      onSlice: () => {
        polls += 1;
        return 'continue';
      },
    };
    const coarse = open(text, handler);
    coarse.exports['f']!(1);
    const exact = open(text, undefined, { mode: 'exact' });
    exact.exports['f']!(1);
    expect(polls).toBeGreaterThanOrEqual(Math.floor(least / 21_000));
    expect(Number(coarse.meter.fuelUsed)).toBeGreaterThanOrEqual(Number(exact.meter.fuelUsed));
    expect(Number(coarse.meter.fuelUsed)).toBeLessThanOrEqual(2 * Number(exact.meter.fuelUsed));
  });

  it('is stopped on its way', () => {
    let polls = 0;
    const opened = open(
      `(module (global $g (mut i32) (i32.const 0))
        (func (export "f") ${'(global.set $g (i32.add (global.get $g) (i32.const 1)))'.repeat(40_000)})
        (func (export "count") (result i32) (global.get $g)))`,
      { sliceFuel: 1000, onSlice: () => (++polls < 3 ? 'continue' : 'deadline') },
    );
    expect(opened.exports['f']).toThrow(WebAssembly.RuntimeError);
    expect(opened.meter.exhausted).toBe('deadline');
    opened.meter.setFuel(1000);
    expect(opened.exports['count']!()).toBeLessThan(20_000);
  });
});

describe.each(['i32', 'i64'])('bulk operators of memories with %s addresses', (type) => {
  const wide = type === 'i64';
  const segment = 'abcdefg'.repeat(350_000);
  const text = `(module (memory (export "memory") ${wide ? 'i64' : ''} 100) (data $d "${segment}")
    (func (export "fill") (param ${type} i32 ${type}) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
    (func (export "copy") (param ${type} ${type} ${type}) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
    (func (export "init") (param ${type} i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2))))`;
  const at = (value: number): number | bigint => (wide ? BigInt(value) : value);
  const opened = (handler?: MeterHandler): Opened => {
    const made = open(text, handler);
    const memory = made.memory();
    for (let index = 0; index < memory.length; index += 1) memory[index] = (index * 7919) >> 5;
    return made;
  };

  it.each([
    [0, 0],
    [5, 3 * MiB + 1],
    [100 * 65_536 - MiB - 1, MiB + 1],
    [0, 100 * 65_536],
  ])('fill from %i, %i bytes', (start, length) => {
    const { exports, memory, meter } = opened();
    const expected = memory()
      .slice()
      .fill(77, start, start + length);
    exports['fill']!(at(start), 77, at(length));
    expect(Buffer.compare(memory(), expected)).toBe(0);
    expect(Number(meter.fuelUsed)).toBe(4 + Math.floor(length / 8));
  });

  it.each([
    [0, 10, 3 * MiB + 3],
    [10, 0, 3 * MiB + 3],
    [MiB, 0, 3 * MiB],
    [0, MiB, 3 * MiB],
    [2 * MiB + 5, 0, 2 * MiB + 9],
    [7, 7, 2 * MiB],
  ])('copy to %i from %i, %i bytes', (target, source, length) => {
    const { exports, memory } = opened();
    const expected = memory()
      .slice()
      .copyWithin(target, source, source + length);
    exports['copy']!(at(target), at(source), at(length));
    expect(Buffer.compare(memory(), expected)).toBe(0);
  });

  it.each([
    [3, 0, segment.length],
    [0, 10, MiB + 11],
    [0, 0, 0],
  ])('initialise at %i from %i, %i bytes', (target, source, length) => {
    const { exports, memory } = opened();
    const expected = memory().slice();
    expected.set(Buffer.from(segment).subarray(source, source + length), target);
    exports['init']!(at(target), source, length);
    expect(Buffer.compare(memory(), expected)).toBe(0);
  });

  it.each([
    ['fill', [at(1), 7, at(100 * 65_536)]],
    ['fill', [at(100 * 65_536 - MiB), 7, at(2 * MiB)]],
    ['fill', [at(0xffff_ffff), 7, at(0xffff_ffff)]],
    ['copy', [at(1), at(0), at(100 * 65_536)]],
    ['copy', [at(0), at(1), at(100 * 65_536)]],
    ['copy', [at(0), at(0xffff_0000), at(2 * MiB)]],
    ['init', [at(0), 1, segment.length]],
    ['init', [at(100 * 65_536 - MiB), 0, 2 * MiB]],
  ])('%s nothing where the range is not inside', (name, values) => {
    const { exports, memory } = opened();
    const before = memory().slice();
    expect(() => exports[name]!(...values)).toThrow(/out of bounds/);
    expect(Buffer.compare(memory(), before)).toBe(0);
  });

  it('ask between two pieces', () => {
    let polls = 0;
    const { exports, meter } = opened({ onSlice: () => (++polls < 3 ? 'continue' : 'deadline') });
    expect(() => exports['fill']!(at(0), 1, at(100 * 65_536))).toThrow(WebAssembly.RuntimeError);
    expect(meter.exhausted).toBe('deadline');
  });
});

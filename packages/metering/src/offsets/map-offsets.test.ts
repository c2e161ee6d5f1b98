import { InstructionCursor, decodeModule, Opcode } from '@testbench/wasm';
import { describe, expect, it } from 'vitest';
import createWabt from 'wabt';

import { attachMeter } from '../attach-meter.js';
import { meterModule, type MeterMode } from '../meter-module.js';
import { findOriginal, mapOffsets } from './map-offsets.js';

const wabt = await createWabt();

function assemble(text: string): Uint8Array<ArrayBuffer> {
  const module = wabt.parseWat('test.wat', text, { bulk_memory: true });
  return new Uint8Array(module.toBinary({ write_debug_names: true }).buffer);
}

const MODULE = assemble(`(module
  (import "env" "host" (func $host))
  (memory (export "memory") 1)
  (func $inner (export "inner") (param i32) (result i32)
    (i32.load (local.get 0)))
  (func $loops (export "loops") (param i32) (result i32) (local i32 i32)
    (loop $a
      (local.set 2 (i32.const 0))
      (loop $b
        (local.set 1 (i32.add (local.get 1) (i32.load (local.get 2))))
        (br_if $b (i32.lt_u (local.tee 2 (i32.add (local.get 2) (i32.const 4))) (i32.const 64))))
      (br_if $a (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 3))))
    (i32.div_s (local.get 1) (i32.const 0)))
  (func $calls (export "calls") (param i32) (result i32)
    (call $host)
    (drop (call $inner (i32.const 8)))
    (i32.add (call $inner (local.get 0)) (i32.const 1)))
  (func $fills (export "fills") (param i32) (result i32)
    (memory.fill (i32.const 65000) (i32.const 1) (local.get 0))
    (i32.const 1))
  (func $spins (export "spins") (param i32) (result i32)
    (loop $c (br_if $c (i32.const 1)))
    (i32.const 2)))`);

/** Indices and offsets in a stack, innermost first. */
function framesOf(error: unknown): [number, number][] {
  const lines = (error as Error).stack!.matchAll(/wasm-function\[(\d+)\]:0x([0-9a-f]+)/g);
  return Array.from(lines, ([, index, offset]) => [Number(index), Number.parseInt(offset!, 16)]);
}

/** Runs one function until it traps. */
function trap(bytes: Uint8Array<ArrayBuffer>, name: string, given: number, metered: boolean) {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    env: { host: () => undefined },
  });
  if (metered) attachMeter(instance).setFuel(100_000);
  try {
    (instance.exports[name] as (value: number) => number)(given);
  } catch (error) {
    return framesOf(error);
  }
  throw new Error('no trap');
}

describe.each<MeterMode>(['coarse', 'exact'])('mapOffsets(), %s', (mode) => {
  const options = { mode, maxMemoryPages: 2 };
  const metered = meterModule(MODULE, options).bytes;
  const map = mapOffsets(MODULE, options);

  it.each([
    ['inner', 70_000],
    ['loops', 0],
    ['calls', 70_000],
    ['fills', 1000],
  ])('finds where the original traps: %s(%i)', (name, given) => {
    const expected = trap(MODULE, name, given, false);
    const found = trap(metered, name, given, true).flatMap(([index, offset]) => {
      const place = findOriginal(map, index, offset);
      return place === undefined ? [] : [[index, place.offset]];
    });
    expect(found).toEqual(expected);
  });

  it('finds the loop in which fuel ended', () => {
    const [frame] = trap(metered, 'spins', 0, true).flatMap(([index, offset]) => {
      const place = findOriginal(map, index, offset);
      return place === undefined ? [] : [place];
    });
    const { bodies } = decodeModule(MODULE);
    const { code, end } = bodies.at(-1)!;
    const cursor = new InstructionCursor(MODULE, code, end);
    const offsets: number[] = [];
    while (cursor.next()) if (cursor.opcode !== Opcode.End) offsets.push(cursor.offset);
    // Inside the loop, before the constant after it.
    expect(frame!.offset).toBeGreaterThanOrEqual(code);
    expect(frame!.offset).toBeLessThan(offsets.at(-1)!);
  });

  it('brings each original instruction that was copied back to itself', () => {
    const original = decodeModule(MODULE);
    const rewritten = decodeModule(metered);
    original.bodies.forEach(({ code, end }, index) => {
      const offsets = new Set<number>();
      for (let cursor = new InstructionCursor(MODULE, code, end); cursor.next();) {
        // Headers of loops and ends may be rewritten; they do nothing.
        const isEmpty = cursor.opcode === Opcode.Loop || cursor.opcode === Opcode.End;
        if (!isEmpty) offsets.add(cursor.offset);
      }
      const { code: start, end: stop } = rewritten.bodies[index]!;
      const cursor = new InstructionCursor(metered, start, stop);
      const found = new Set<number>();
      while (cursor.next()) {
        const place = findOriginal(map, original.importedFunctions + index, cursor.offset);
        if (place !== undefined) found.add(place.offset);
      }
      const lost = [...offsets].filter((offset) => !found.has(offset));
      expect(lost).toEqual([]);
    });
  });

  it('knows names, and nothing of what the module does not have', () => {
    expect(map.names.get(1)).toBe('inner');
    expect(findOriginal(map, 0, 10)).toBeUndefined();
    expect(findOriginal(map, 99, 10)).toBeUndefined();
    expect(findOriginal(map, -1, 10)).toBeUndefined();
    expect(findOriginal(map, Number.NaN, Number.NaN)).toBeUndefined();
    expect(findOriginal(map, 1, 0)).toBeUndefined();
    expect(findOriginal(map, 1, 10_000)).toBeUndefined();
  });
});

import { guestWat, packed } from '@testbench/test-kit';
import { describe, expect, it } from 'vitest';

import { openGuest } from './__fixtures__/guest.js';

const input = { data: null };

/** Returns the number 0 to 9 that `count` leaves on the stack. */
const digit = (count: string): string =>
  `(i32.store8 (i32.const 4104) (i32.add (i32.const 48) ${count})) ${packed(4096, 10)}`;
const outputText = '{"data":0}';

/** Each keeps a count in a different place between calls, and returns it. */
const COUNTERS: Record<string, { execute: string; rest?: string; memory?: string }> = {
  memory: {
    execute: `(i32.store (i32.const 100) (i32.add (i32.load (i32.const 100)) (i32.const 1)))
      ${digit('(i32.load (i32.const 100))')}`,
  },
  'the last byte of memory': {
    execute: `(i32.store8 (i32.const 131071) (i32.add (i32.load8_u (i32.const 131071)) (i32.const 1)))
      ${digit('(i32.load8_u (i32.const 131071))')}`,
  },
  'a global': {
    rest: '(global $count (mut i32) (i32.const 0))',
    execute: `(global.set $count (i32.add (global.get $count) (i32.const 1))) ${digit('(global.get $count)')}`,
  },
  'a table': {
    rest: `(table $t 2 funcref) (elem (i32.const 0) func $f) (func $f)`,
    execute: `${digit('(i32.eqz (ref.is_null (table.get $t (i32.const 1))))')}
      (table.set $t (i32.const 1) (table.get $t (i32.const 0)))`,
  },
  'a global of vector type': {
    rest: '(global $v (mut v128) (v128.const i32x4 0 0 0 0))',
    execute: `(global.set $v (i32x4.splat (i32.add (i32x4.extract_lane 3 (global.get $v)) (i32.const 1))))
      ${digit('(i32x4.extract_lane 3 (global.get $v))')}`,
  },
  'the bits of a NaN in an f32': {
    rest: '(global $n (mut f32) (f32.const nan:0x200001))',
    execute: `${digit('(i32.and (i32.reinterpret_f32 (global.get $n)) (i32.const 7))')}
      (global.set $n (f32.reinterpret_i32 (i32.add (i32.reinterpret_f32 (global.get $n)) (i32.const 1))))`,
  },
  'the bits of a NaN in an f64': {
    rest: '(global $n (mut f64) (f64.const nan:0x4000000000001))',
    execute: `${digit('(i32.and (i32.wrap_i64 (i64.reinterpret_f64 (global.get $n))) (i32.const 7))')}
      (global.set $n (f64.reinterpret_i64 (i64.add (i64.reinterpret_f64 (global.get $n)) (i64.const 1))))`,
  },
  'whether a data segment is there': {
    rest: '(data $secret "7")',
    // Its first byte, if the segment is still there; then it is dropped. A call that finds it dropped traps.
    execute: `(memory.init $secret (i32.const 200) (i32.const 0) (i32.const 1)) (data.drop $secret)
      ${digit('(i32.sub (i32.load8_u (i32.const 200)) (i32.const 54))')}`,
  },
  'whether an element segment is there': {
    rest: '(table $t 1 funcref) (elem $e func $f) (func $f)',
    execute: `(table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1)) (elem.drop $e)
      ${digit('(i32.const 1)')}`,
  },
  'the size of memory': {
    execute: `(drop (memory.grow (i32.const 1))) ${digit('(i32.sub (memory.size) (i32.const 2))')}`,
  },
  'the size of a table': {
    rest: '(table $t 0 funcref)',
    execute: `(drop (table.grow $t (ref.null func) (i32.const 1))) ${digit('(table.size $t)')}`,
  },
};

/** State that nothing can restore. */
const isLost = (name: string): boolean => /^(the size|whether)/.test(name);
const names = Object.keys(COUNTERS);

describe('PluginInstance.reset()', () => {
  it.each(names.filter((name) => !isLost(name)))('restores %s', async (name) => {
    const instance = await openGuest(guestWat({ ...COUNTERS[name], outputText }), {
      resettable: true,
    });
    instance.takeSnapshot();
    const first = instance.execute(input);
    expect(instance.execute(input).data).not.toBe(first.data);
    expect(instance.reset()).toBe(true);
    const again = instance.execute(input);
    expect(again.data).toBe(first.data);
    expect(again.metadata.fuelUsed).toBe(first.metadata.fuelUsed);
  });

  it.each(names.filter(isLost))('cannot restore %s, and says so', async (name) => {
    const instance = await openGuest(guestWat({ ...COUNTERS[name], outputText }), {
      resettable: true,
    });
    instance.takeSnapshot();
    expect(instance.execute(input).data).toBe(1);
    expect(instance.reset()).toBe(false);
  });

  it('cannot restore a poisoned instance, or without a snapshot', async () => {
    const plain = await openGuest(guestWat(), { resettable: true });
    expect(plain.reset()).toBe(false);
    const trapping = await openGuest(guestWat({ execute: '(unreachable)' }), { resettable: true });
    trapping.takeSnapshot();
    expect(() => trapping.execute(input)).toThrow(
      expect.objectContaining({ code: 'CALL_TRAPPED' }),
    );
    expect(trapping.reset()).toBe(false);
  });
});

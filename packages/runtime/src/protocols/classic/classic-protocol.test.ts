import { METADATA } from '@testbench/test-kit';
import { describe, expect, it } from 'vitest';

import { openGuest } from '../../__fixtures__/guest.js';

/** A classic plugin that returns its input `repeat` times; it has an allocator only on request. */
function classicWat(
  options: { repeat?: number; allocator?: boolean; execute?: string } = {},
): string {
  const { repeat = 1, allocator = false } = options;
  const quoted = METADATA.replaceAll('"', '\\"');
  return `(module
    (memory (export "memory") 1)
    (data (i32.const 16) "${quoted}")
    ${
      allocator
        ? `(global $heap (mut i32) (i32.const 1024))
           (func (export "plugin_alloc") (param i32) (result i32)
             (global.get $heap)
             (global.set $heap (i32.add (global.get $heap) (i32.and (i32.add (local.get 0) (i32.const 7)) (i32.const -8)))))
           (func (export "plugin_free") (param i32 i32) (global.set $heap (i32.const 1024)))`
        : ''
    }
    (func (export "plugin_metadata") (param $out i32) (param $out_len i32) (result i32)
      (memory.copy (local.get $out) (i32.const 16) (i32.const ${METADATA.length}))
      (i32.store (local.get $out_len) (i32.const ${METADATA.length}))
      (i32.const 0))
    (func (export "plugin_execute") (param $in i32) (param $len i32) (param $out i32) (param $out_len i32) (result i32)
      (local $need i32)
      ${
        options.execute ??
        `(local.set $need (i32.add (i32.mul (i32.sub (local.get $len) (i32.const 2)) (i32.const ${repeat})) (i32.const 2)))
      (if (i32.lt_u (i32.load (local.get $out_len)) (local.get $need))
        (then (i32.store (local.get $out_len) (local.get $need)) (return (i32.const -4))))
      (memory.fill (local.get $out) (i32.load8_u offset=1 (local.get $in)) (local.get $need))
      (i32.store8 (local.get $out) (i32.const 34))
      (i32.store8 (i32.sub (i32.add (local.get $out) (local.get $need)) (i32.const 1)) (i32.const 34))
      (i32.store (local.get $out_len) (local.get $need))
      (i32.const 0)`
      }))`;
}

describe('the classic signature', () => {
  it.each([{ allocator: false }, { allocator: true }])(
    'exchanges bare data (allocator: $allocator)',
    async ({ allocator }) => {
      const instance = await openGuest(classicWat({ allocator }), { maxMemoryBytes: 16 * 65_536 });
      expect(instance.contract).toBe('classic');
      expect(instance.readMetadata().name).toBe('guest');
      instance.init({});
      for (let call = 0; call < 3; call += 1) {
        expect(instance.execute({ data: 'aaaa' }).data).toBe('aaaa');
      }
    },
  );

  it('asks again with the length that the plugin needs', async () => {
    const instance = await openGuest(classicWat({ repeat: 50_000 }), {
      maxMemoryBytes: 16 * 65_536,
    });
    expect(instance.execute({ data: 'aaaa' }).data).toBe('a'.repeat(200_000));
  });

  it('uses the same room for every call', async () => {
    const instance = await openGuest(classicWat(), { maxMemoryBytes: 16 * 65_536 });
    instance.execute({ data: 'a' });
    const before = instance.memoryBytes;
    for (let call = 0; call < 1000; call += 1) instance.execute({ data: 'a' });
    expect(instance.memoryBytes).toBe(before);
  });

  it('does not ask for more than maxOutputBytes', async () => {
    const instance = await openGuest(classicWat({ repeat: 50_000 }), {
      maxMemoryBytes: 16 * 65_536,
      limits: { maxOutputBytes: 100_000 },
    });
    expect(() => instance.execute({ data: 'aaaa' })).toThrow(
      expect.objectContaining({ code: 'CALL_OUTPUT_TOO_LARGE' }),
    );
  });

  it.each([
    {
      name: 'a length beyond the room',
      execute: '(i32.store (local.get $out_len) (i32.const 70000)) (i32.const 0)',
      code: 'CALL_INVALID_OUTPUT',
    },
    {
      name: 'a need that is met already',
      execute: '(i32.const -4)',
      code: 'CALL_MEMORY_EXHAUSTED',
    },
    { name: 'its own error code', execute: '(i32.const -9)', code: 'CALL_PLUGIN_FAILED' },
  ])('fails for $name with $code', async ({ execute, code }) => {
    const instance = await openGuest(classicWat({ execute }), { maxMemoryBytes: 16 * 65_536 });
    expect(() => instance.execute({ data: 'a' })).toThrow(expect.objectContaining({ code }));
  });

  it('says so when there is no room for the input', async () => {
    const instance = await openGuest(classicWat(), { maxMemoryBytes: 65_536 });
    expect(() => instance.execute({ data: 'a' })).toThrow(
      expect.objectContaining({ code: 'CALL_MEMORY_EXHAUSTED' }),
    );
  });
});

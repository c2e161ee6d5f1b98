import { guestWat } from '@testbench/test-kit';
import { describe, expect, it } from 'vitest';

import { openGuest, quietHost } from './__fixtures__/guest.js';
import { encodeShared, surelyFits } from './input-text.js';
import { MAX_SHARED_BYTES } from './limits.js';

const plain = new TextEncoder();

describe('encodeShared()', () => {
  it.each([
    { name: 'nothing', input: '' },
    { name: 'ASCII', input: '{"data":1}' },
    { name: 'three bytes a unit', input: '評価'.repeat(100_000) },
    { name: 'pairs of surrogates', input: '😀'.repeat(40_000) },
    { name: 'an unpaired surrogate', input: 'a\ud800b' },
    { name: 'more than the shared buffer holds', input: 'x'.repeat(MAX_SHARED_BYTES + 1) },
    { name: 'three bytes a unit, too many', input: '評'.repeat(MAX_SHARED_BYTES / 2) },
    { name: 'pieces', input: ['{"data":', '"é"', ',"context":{}}'] },
    { name: 'long pieces', input: ['{"data":', '評'.repeat(MAX_SHARED_BYTES / 2), '}'] },
  ])('gives the UTF-8 of $name', ({ input }) => {
    const text = typeof input === 'string' ? input : input.join('');
    expect(Buffer.compare(encodeShared(input), plain.encode(text))).toBe(0);
  });

  it('gives bytes as they are', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    expect(encodeShared(bytes)).toBe(bytes);
  });
});

describe('surelyFits()', () => {
  it.each([
    { input: 'abc', maxBytes: 9, fits: true },
    { input: 'abc', maxBytes: 8, fits: false },
    { input: ['ab', 'c'], maxBytes: 9, fits: true },
    { input: Uint8Array.of(1, 2, 3), maxBytes: 3, fits: true },
    { input: Uint8Array.of(1, 2, 3), maxBytes: 2, fits: false },
  ])('says $fits for $input and $maxBytes', ({ input, maxBytes, fits }) => {
    expect(surelyFits(input, maxBytes)).toBe(fits);
  });
});

describe('an input', () => {
  // A log sink may call another plugin, whose input is encoded in the same buffer.
  it('arrives whole though the allocator calls a host function that encodes another', async () => {
    const wat = guestWat({
      imports: '(import "env" "nested" (func $nested))',
      alloc: '(call $nested) (i32.const 65536)',
      outputText: '{"data":',
      execute: `(memory.copy (i32.const 4104) (local.get $ptr) (local.get $len))
        (i32.store8 (i32.add (i32.const 4104) (local.get $len)) (i32.const 0x7d))
        (i64.or (i64.const ${4096n << 32n}) (i64.extend_i32_u (i32.add (local.get $len) (i32.const 9))))`,
    });
    const instance = await openGuest(wat, {
      host: quietHost({ env: { nested: () => void encodeShared('something else altogether') } }),
    });
    expect(instance.execute({ data: 'mine' }).data).toEqual({
      data: 'mine',
      context: { metadata: {} },
    });
  });

  it('is measured in bytes where its length leaves a doubt', async () => {
    const instance = await openGuest(guestWat(), { limits: { maxInputBytes: 60 } });
    expect(() => instance.execute({ data: '評'.repeat(12) })).toThrow(
      expect.objectContaining({
        code: 'CALL_INVALID_INPUT',
        message: expect.stringContaining('73 bytes, limit is 60'),
      }),
    );
    expect(instance.poisoned).toBe(false);
    expect(instance.execute({ data: '評'.repeat(7) }).data).toBeDefined();
  });
});

import { describe, expect, it } from 'vitest';

import { unpackResult } from './packed-result.js';

describe('unpackResult()', () => {
  it.each([
    { packed: 0n, expected: { ok: true, ptr: 0, len: 0 } },
    { packed: (8n << 32n) | 0xffff_ffffn, expected: { ok: true, ptr: 8, len: 0xffff_ffff } },
    { packed: 0x7fff_ffff_0000_0001n, expected: { ok: true, ptr: 0x7fff_ffff, len: 1 } },
    { packed: -1n, expected: { ok: false, code: -1 } },
    { packed: -100n, expected: { ok: false, code: -100 } },
    { packed: -0x8000_0000n, expected: { ok: false, code: -0x8000_0000 } },
    // Negative, but not a 32-bit error code, for example a pointer with the top bit set.
    { packed: -0x7fff_ffff_ffff_ffffn, expected: { ok: false, code: -1 } },
    { packed: -0x1_0000_0000n, expected: { ok: false, code: -1 } },
  ])('reads $packed', ({ packed, expected }) => {
    expect(unpackResult(packed)).toEqual(expected);
  });
});

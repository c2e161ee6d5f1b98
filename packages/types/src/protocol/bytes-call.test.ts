import { describe, expect, it } from 'vitest';

import { decodeBytesCall, encodeBytesCall } from './bytes-call.js';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('encodeBytesCall()', () => {
  it.each(['run', 'run', 'rün', '', 'x'.repeat(300), 'run'])(
    'is read back with the name %j',
    (name) => {
      const call = encodeBytesCall({ function: name, input: 'in' });
      const { name: found, input } = decodeBytesCall(call);
      expect([found, text(input)]).toEqual([name, 'in']);
    },
  );

  it('writes into the room that it is given, whatever was there', () => {
    const room = new Uint8Array(100).fill(255);
    const call = encodeBytesCall({ function: 'run', input: 'in' }, (length) =>
      room.subarray(0, length),
    );
    expect(call).toEqual(encodeBytesCall({ function: 'run', input: 'in' }));
  });
});

describe('decodeBytesCall()', () => {
  it('tells names of the same length apart', () => {
    const names = ['abc', 'abd', 'abc'].map(
      (name) => decodeBytesCall(encodeBytesCall({ function: name })).name,
    );
    expect(names).toEqual(['abc', 'abd', 'abc']);
  });

  it.each([
    Uint8Array.of(0),
    Uint8Array.of(0, 1, 0, 0, 0),
    Uint8Array.of(0, 255, 255, 255, 255, 1),
    new TextEncoder().encode('{'),
  ])('refuses %j', (bytes) => {
    expect(() => decodeBytesCall(bytes)).toThrow(
      expect.objectContaining({ code: 'CALL_INVALID_INPUT' }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bodyLength, decodeFrame, encodeFrame, FRAME_HEADER_BYTES } from './frames.js';

describe('decodeFrame()', () => {
  it('reads what encodeFrame() wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), fc.string(), (first, second, text) => {
        const message = { type: 'effect', args: [first, 1, second], text };
        const frame = encodeFrame(message);
        expect(FRAME_HEADER_BYTES + bodyLength(frame)).toBe(frame.length);
        expect(decodeFrame(frame)).toEqual(message);
      }),
    );
  });

  it('copies blobs, so that neither a small one keeps its frame nor JSON changes it', () => {
    const frame = Buffer.from(encodeFrame({ bytes: Uint8Array.of(1, 2, 3) }));
    const { bytes } = decodeFrame(frame) as { bytes: Uint8Array };
    expect(bytes.constructor).toBe(Uint8Array);
    expect(bytes.buffer.byteLength).toBe(3);
    expect(decodeFrame(encodeFrame({ bytes }))).toEqual({ bytes: Uint8Array.of(1, 2, 3) });
  });

  it('takes any bytes without another error than its own', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: FRAME_HEADER_BYTES }), (bytes) => {
        let code: unknown = 'none';
        try {
          decodeFrame(bytes);
        } catch (error) {
          code = (error as { code?: unknown }).code;
        }
        expect(['none', 'LOAD_BAD_MESSAGE']).toContain(code);
      }),
    );
  });

  it.each(['{"$blob":[0,9]}', '{"$blob":[-1,1]}', '{"$blob":[0]}', '{"$blob":1}', '{"a":'])(
    'refuses %s',
    (text) => {
      const frame = encodeFrame({});
      const json = new TextEncoder().encode(text);
      const forged = new Uint8Array(FRAME_HEADER_BYTES + json.length);
      forged.set(frame.subarray(0, FRAME_HEADER_BYTES));
      new DataView(forged.buffer).setUint32(0, json.length, true);
      forged.set(json, FRAME_HEADER_BYTES);
      expect(() => decodeFrame(forged)).toThrow(
        expect.objectContaining({ code: 'LOAD_BAD_MESSAGE' }),
      );
    },
  );
});

import { describe, expect, it } from 'vitest';

import { parseWireJson } from './parse-wire-json.js';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('parseWireJson()', () => {
  it('keeps a key "__proto__" as data', () => {
    const value = parseWireJson(utf8('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('takes the last of equal keys, and rounds integers beyond 2^53', () => {
    expect(parseWireJson(utf8('{"a":1,"a":2}'))).toEqual({ a: 2 });
    expect(parseWireJson(utf8('9007199254740993'))).toBe(9_007_199_254_740_992);
  });

  it('accepts 64 levels and a paired surrogate escape', () => {
    expect(() => parseWireJson(utf8(nested(64)))).not.toThrow();
    expect(parseWireJson(utf8(String.raw`"\ud83d\ude00"`))).toBe('😀');
  });

  it.each([
    {
      name: 'bytes that are not UTF-8',
      bytes: Uint8Array.of(0x22, 0xff, 0x22),
      code: 'WIRE_BAD_UTF8',
    },
    {
      name: 'an escaped lone surrogate',
      bytes: utf8(String.raw`["\ud800"]`),
      code: 'WIRE_BAD_UTF8',
    },
    {
      name: 'a lone surrogate in a key',
      bytes: utf8(String.raw`{"\udc00":1}`),
      code: 'WIRE_BAD_UTF8',
    },
    { name: 'a byte order mark', bytes: utf8('\uFEFF{}'), code: 'WIRE_BAD_JSON' },
    { name: 'NaN', bytes: utf8('{"score":NaN}'), code: 'WIRE_BAD_JSON' },
    { name: '1e400', bytes: utf8('{"a":[-1e400]}'), code: 'WIRE_BAD_JSON' },
    { name: 'nothing', bytes: utf8(''), code: 'WIRE_BAD_JSON' },
    { name: '65 levels', bytes: utf8(nested(65)), code: 'WIRE_TOO_DEEP' },
    { name: '500,000 levels', bytes: utf8(nested(500_000)), code: 'WIRE_TOO_DEEP' },
  ])('rejects $name with $code', ({ bytes, code }) => {
    expect(() => parseWireJson(bytes)).toThrow(expect.objectContaining({ code }));
  });

  it('does not quote the input in its message', () => {
    expect(() => parseWireJson(utf8('my secret key'))).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });
});

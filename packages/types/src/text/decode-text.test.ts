import { describe, expect, it } from 'vitest';

import { decodeText } from './decode-text.js';

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding);

describe('decodeText()', () => {
  it.each([
    { name: 'plain text', given: bytes('{"a": "é"}'), text: '{"a": "é"}' },
    { name: 'a byte order mark', given: bytes('\uFEFF{}'), text: '{}' },
    { name: 'a second mark, which is a character', given: bytes('\uFEFF\uFEFF'), text: '\uFEFF' },
    { name: 'nothing', given: bytes(''), text: '' },
    { name: 'one byte', given: bytes('1'), text: '1' },
    { name: 'zero bytes', given: bytes('\0\0'), text: '\0\0' },
  ])('reads $name', ({ given, text }) => {
    expect(decodeText(given)).toBe(text);
  });

  it.each([
    { name: 'UTF-16 with its mark', given: bytes('\uFEFF{"a":1}', 'utf16le'), state: 'UTF-16' },
    { name: 'UTF-16 without it', given: bytes('name: a', 'utf16le'), state: 'UTF-16' },
    {
      name: 'UTF-16, the other way round',
      given: bytes('\uFEFF{}', 'utf16le').swap16(),
      state: 'UTF-16',
    },
    {
      name: 'UTF-16, the other way round, without a mark',
      given: bytes('{}', 'utf16le').swap16(),
      state: 'UTF-16',
    },
    { name: 'UTF-32', given: Uint8Array.of(0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0), state: 'UTF-32' },
    { name: 'UTF-32 without a mark', given: Uint8Array.of(0x7b, 0, 0, 0), state: 'UTF-32' },
    { name: 'a mark alone', given: Uint8Array.of(0xff, 0xfe), state: 'UTF-16' },
  ])('names the encoding of $name', ({ given, state }) => {
    expect(() => decodeText(given)).toThrow(
      expect.objectContaining({
        code: 'WIRE_BAD_UTF8',
        message: `it is ${state}, save it as UTF-8`,
      }),
    );
  });

  it.each([
    { given: 'ok\nok\n\xff\nok', line: 3 },
    { given: 'caf\xe9', line: 1 },
  ])('names line $line of other bytes', ({ given, line }) => {
    expect(() => decodeText(bytes(given, 'latin1'))).toThrow(
      expect.objectContaining({ message: `it is not UTF-8 (line ${line})` }),
    );
  });
});

import { describe, expect, it } from 'vitest';

import { parseJsonText } from './parse-json-text.js';

describe('parseJsonText()', () => {
  it.each([
    '{"a":[{"b":1},{"b":2}],"b":{"a":"a","c":","}}',
    '["a","a",{"a":"{\\"a\\":1}"}]',
    '{"a\\"":1,"a":2,"__proto__":3,"constructor":4}',
    '"a"',
    ' 1 ',
    'null',
  ])('reads %s as JSON.parse does', (text) => {
    expect(parseJsonText(text)).toEqual(JSON.parse(text));
    expect(parseJsonText(Buffer.from(`\uFEFF${text}`))).toEqual(JSON.parse(text));
  });

  it.each([
    { text: '', message: 'it is empty' },
    { text: ' \n', message: 'it is empty' },
    { text: '\uFEFF', message: 'it is empty' },
    { text: '{"a":1,"a":2}', message: 'the key "a" is there twice in one object (line 1)' },
    { text: '{"a":1,\n"\\u0061":2}', message: 'the key "a" is there twice in one object (line 2)' },
    {
      text: '[{"x":{"b":[{}]},"y":1,"x":2}]',
      message: 'the key "x" is there twice in one object (line 1)',
    },
    {
      text: '{"__proto__":1,"__proto__":2}',
      message: 'the key "__proto__" is there twice in one object (line 1)',
    },
  ])('refuses $text', ({ text, message }) => {
    expect(() => parseJsonText(text)).toThrow(
      expect.objectContaining({ code: 'WIRE_BAD_JSON', message }),
    );
  });

  it('reads strings of any length', () => {
    const text = JSON.stringify({ a: '\\"'.repeat(4_000_000), b: 'x' });
    expect(parseJsonText(text)).toHaveProperty('b', 'x');
  });

  it('says what is wrong with what is no JSON', () => {
    expect(() => parseJsonText('{"a":')).toThrow(/^not valid JSON \(/);
  });

  it('names another encoding', () => {
    expect(() => parseJsonText(Buffer.from('{}', 'utf16le'))).toThrow(
      expect.objectContaining({ code: 'WIRE_BAD_UTF8' }),
    );
  });
});

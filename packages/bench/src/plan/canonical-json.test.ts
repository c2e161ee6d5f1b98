import { describe, expect, it } from 'vitest';

import { canonicalJson } from './canonical-json.js';

describe('canonicalJson()', () => {
  // RFC 8785, sections 3.2.2 and 3.2.3
  it('writes the example of RFC 8785', () => {
    const value = {
      numbers: [
        Number('333333333.33333329'),
        1e30,
        4.5,
        2e-3,
        0.000_000_000_000_000_000_000_000_001,
      ],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts keys by their UTF-16 units', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const values = Object.values(JSON.parse(canonicalJson(value)) as object);
    // An object puts keys that are array indexes first, and `1` is one; it is second in the text.
    expect(values.slice(1)).toEqual([
      'Carriage Return',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
    expect(canonicalJson(value).startsWith('{"\\r":"Carriage Return","1":"One"')).toBe(true);
  });

  it('leaves out what is undefined, however deep', () => {
    expect(canonicalJson({ b: { c: undefined }, a: undefined })).toBe('{"b":{}}');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1n])('refuses %s, which JSON has not', (value) => {
    expect(() => canonicalJson([value])).toThrow(TypeError);
  });
});

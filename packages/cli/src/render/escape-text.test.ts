import { describe, expect, it } from 'vitest';

import { escapeJson, escapeText } from './escape-text.js';

describe('escapeText()', () => {
  it.each([
    ['plain é 漢 😀', 'plain é 漢 😀'],
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['\u001B[2J\u0007', '\\u001b[2J\\u0007'],
    ['\u009B31m\u007F', '\\u009b31m\\u007f'],
    ['\u202Egnp.exe\u2066', '\\u202egnp.exe\\u2066'],
    ['a\u2028b\u200Bc\uFEFF', 'a\\u2028b\\u200bc\\ufeff'],
    ['\uD800x', '\\ud800x'],
    ['\u{E0041}', '\\udb40\\udc41'],
  ])('escapes %j', (text, expected) => {
    expect(escapeText(text)).toBe(expected);
  });
});

describe('escapeJson()', () => {
  it('keeps the value and the line ends', () => {
    const value = { text: '\u009B\u202E\u2028\u{E0041}\n', list: [1, 'é'] };
    const json = escapeJson(JSON.stringify(value, undefined, 2));
    expect(json).not.toMatch(/[\u009B\u202E\u2028]/);
    expect(json.split('\n')).toHaveLength(7);
    expect(JSON.parse(json)).toEqual(value);
  });
});

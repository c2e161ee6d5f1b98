import { describe, expect, it } from 'vitest';

import { selectField } from './select-field.js';

describe('selectField()', () => {
  const row = { a: { b: ['x', { c: 1 }] }, 'a.b': 'exact', none: null, '': 'empty' };

  it.each([
    ['a.b', 'exact'],
    ['a.b.0', 'x'],
    ['a.b.2', undefined],
    ['a.b.length.x', undefined],
    ['none', undefined],
    ['none.x', undefined],
    ['missing', undefined],
    ['toString', undefined],
    ['__proto__', undefined],
  ])('finds %s', (path, expected) => {
    expect(selectField(row, path)).toBe(expected);
  });

  it('goes through objects and lists', () => {
    expect(selectField({ a: { b: ['x', { c: 1 }] } }, 'a.b.1.c')).toBe(1);
  });
});

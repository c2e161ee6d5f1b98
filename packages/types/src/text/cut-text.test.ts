import { describe, expect, it } from 'vitest';

import { cutText } from './cut-text.js';

describe('cutText()', () => {
  it.each([
    { text: '', length: 0, cut: '' },
    { text: 'abc', length: 3, cut: 'abc' },
    { text: 'abcd', length: 3, cut: 'abc… (4 characters)' },
    { text: 'ab😀', length: 3, cut: 'ab… (4 characters)' },
    { text: 'a😀b', length: 3, cut: 'a😀… (4 characters)' },
  ])('cuts "$text" at $length', ({ text, length, cut }) => {
    expect(cutText(text, length)).toBe(cut);
  });
});

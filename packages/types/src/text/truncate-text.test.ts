import { describe, expect, it } from 'vitest';

import { truncateText } from './truncate-text.js';

describe('truncateText()', () => {
  it.each([
    { text: '', length: 0, cut: '' },
    { text: 'abc', length: 3, cut: 'abc' },
    { text: 'abcd', length: 3, cut: 'abc… (4 characters)' },
    { text: 'ab😀', length: 3, cut: 'ab… (4 characters)' },
    { text: 'a😀b', length: 3, cut: 'a😀… (4 characters)' },
  ])('cuts "$text" at $length', ({ text, length, cut }) => {
    expect(truncateText(text, length)).toBe(cut);
  });
});

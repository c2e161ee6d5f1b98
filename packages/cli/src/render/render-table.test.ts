import { describe, expect, it } from 'vitest';

import { renderTable } from './render-table.js';

const plain = (text: string): string => text;

describe('renderTable()', () => {
  it('makes columns as wide as their widest cell, without spaces at line ends', () => {
    const table = renderTable(
      [{ title: 'name' }, { title: 'n', align: 'right' }, { title: 'note' }],
      [
        [{ text: 'a' }, { text: '1,000' }, { text: '' }],
        [{ text: 'longest' }, { text: '7' }, { text: 'ok' }],
        [{ text: 'é😀' }],
      ],
      plain,
    );
    expect(table.split('\n')).toEqual([
      'name         n  note',
      'a        1,000',
      'longest      7  ok',
      'é😀',
    ]);
  });

  it('counts the places that characters take in a terminal', () => {
    const table = renderTable(
      [{ title: 'a' }, { title: 'b' }],
      ['漢字', 'e\u0301', '👨‍👩‍👧', 'abcd'].map((text) => [{ text }, { text: '|' }]),
      plain,
    );
    expect(table.split('\n')).toEqual([
      'a     b',
      '漢字  |',
      'e\u0301     |',
      '👨‍👩‍👧    |',
      'abcd  |',
    ]);
  });

  it('marks text, not the space around it', () => {
    const table = renderTable(
      [{ title: 'n', align: 'right' }],
      [[{ text: '5', mark: (text) => `<${text}>` }], [{ text: '100' }]],
      (text) => `[${text}]`,
    );
    expect(table).toBe('  [n]\n  <5>\n100');
  });
});

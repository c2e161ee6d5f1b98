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

  const columns = [
    { title: 'model', leastWidth: 6 },
    { title: 'score', align: 'right' },
    { title: 'interval', dropRank: 1 },
    { title: 'errors', dropRank: 2 },
  ] as const;
  const rows = [
    [{ text: 'a-model-of-a-long-name' }, { text: '1.5' }, { text: '1 – 2' }, { text: '0' }],
    [{ text: '東京の大きな模型' }, { text: '12' }, { text: '–' }, { text: '3' }],
  ];

  it.each([
    [
      80,
      [
        'model                   score  interval  errors',
        'a-model-of-a-long-name    1.5  1 – 2     0',
        '東京の大きな模型           12  –         3',
      ],
    ],
    [
      40,
      [
        'model                   score  interval',
        'a-model-of-a-long-name    1.5  1 – 2',
        '東京の大きな模型           12  –',
      ],
    ],
    [
      30,
      ['model          score  interval', 'a-model-of-a…    1.5  1 – 2', '東京の大きな…     12  –'],
    ],
    [15, ['model     score', 'a-model…    1.5', '東京の…      12']],
    [5, ['model   score', 'a-mod…    1.5', '東京…      12']],
  ])('fits %i columns', (width, lines) => {
    const table = renderTable(columns, rows, plain, width).split('\n');
    expect(table).toEqual(lines);
  });
});

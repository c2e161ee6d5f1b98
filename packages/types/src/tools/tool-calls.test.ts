import { describe, expect, it } from 'vitest';

import { readToolCalls } from './tool-calls.js';

describe('readToolCalls()', () => {
  it('takes names and arguments', () => {
    const calls = [
      { id: 'c1', name: 'f', arguments: '{"a":1}', x: 1 },
      { id: '', name: 'g' },
    ];
    expect(readToolCalls({ tool_calls: calls })).toEqual([
      { id: 'c1', name: 'f', arguments: '{"a":1}' },
      { name: 'g', arguments: '' },
    ]);
  });

  it.each([{ tool_calls: [] }, { tool_calls: null }, {}, 'text', null])(
    'finds none in %j',
    (data) => {
      expect(readToolCalls(data)).toBeUndefined();
    },
  );

  it.each<[unknown, string]>([
    ['f()', '"data.tool_calls" is no list'],
    [[{ name: 7 }], '"data.tool_calls[0]" has no texts "name" and "arguments"'],
    [[{ name: 'f', arguments: {} }], '"data.tool_calls[0]" has no texts "name" and "arguments"'],
    [
      Array.from({ length: 257 }, () => ({ name: 'f' })),
      '"data.tool_calls" has 257 entries, limit is 256',
    ],
  ])('refuses %j', (value, message) => {
    expect(() => readToolCalls({ tool_calls: value })).toThrow(
      expect.objectContaining({ code: 'WIRE_BAD_SHAPE', message }),
    );
  });
});

import { describe, expect, it } from 'vitest';

import { readToolCalls } from './tool-calls.js';

const fail = (problem: string): Error => new TypeError(problem);

describe('readToolCalls()', () => {
  it('takes names and arguments', () => {
    const calls = [
      { id: 'c1', name: 'f', arguments: '{"a":1}', x: 1 },
      { id: '', name: 'g' },
    ];
    expect(readToolCalls(calls, fail)).toEqual([
      { id: 'c1', name: 'f', arguments: '{"a":1}' },
      { name: 'g', arguments: '' },
    ]);
    expect(readToolCalls([], fail)).toBeUndefined();
    expect(readToolCalls(null, fail)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    ['f()', '"data.tool_calls" is no list'],
    [[{ name: 7 }], '"data.tool_calls[0]" has no texts "name" and "arguments"'],
    [[{ name: 'f', arguments: {} }], '"data.tool_calls[0]" has no texts "name" and "arguments"'],
    [
      Array.from({ length: 257 }, () => ({ name: 'f' })),
      '"data.tool_calls" has 257 entries, limit is 256',
    ],
  ])('refuses %j', (value, problem) => {
    expect(() => readToolCalls(value, fail)).toThrow(new TypeError(problem));
  });
});

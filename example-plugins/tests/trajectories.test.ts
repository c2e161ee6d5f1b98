import type { TestHost } from '@testbench/sdk';
import { afterAll, describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';

interface Result {
  readonly score: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly explanation?: string;
}

const hosts = new Map<string, Promise<TestHost>>();
afterAll(async () => {
  for (const host of hosts.values()) await (await host)[Symbol.asyncDispose]();
});

async function score(plugin: string, config: object, data: object): Promise<Result> {
  const key = JSON.stringify([plugin, config]);
  if (!hosts.has(key)) hosts.set(key, openPlugin(plugin, config));
  return (await (await hosts.get(key)!).call<Result>(data)).data;
}

/** Calls by letters: `a` calls `a` without arguments. */
const calls = (letters: string): object[] =>
  letters.split('').map((name) => ({ name, arguments: '{}' }));

const MODES = ['exact', 'in_order', 'unordered', 'subset', 'superset'] as const;

/**
 * Computed by hand, by the definitions: `exact`, `unordered`, `subset`, `superset` of agentevals (its trajectory match: `strict` compares calls in
 * order; the call counts of both sides matter), `in_order` of Vertex AI (all expected calls in their order, others may stand between), and shares
 * of calls paired one to one.
 */
const VECTORS: readonly (readonly [
  made: string,
  expected: string,
  matches: readonly [number, number, number, number, number],
  shares: readonly [precision: number, recall: number],
])[] = [
  ['', '', [1, 1, 1, 1, 1], [1, 1]],
  ['a', 'a', [1, 1, 1, 1, 1], [1, 1]],
  ['ab', 'ab', [1, 1, 1, 1, 1], [1, 1]],
  ['ba', 'ab', [0, 0, 1, 1, 1], [1, 1]],
  ['abc', 'ab', [0, 1, 0, 0, 1], [2 / 3, 1]],
  ['acb', 'ab', [0, 1, 0, 0, 1], [2 / 3, 1]],
  ['cab', 'ab', [0, 1, 0, 0, 1], [2 / 3, 1]],
  ['bca', 'ab', [0, 0, 0, 0, 1], [2 / 3, 1]],
  ['a', 'ab', [0, 0, 0, 1, 0], [1, 1 / 2]],
  ['b', 'ab', [0, 0, 0, 1, 0], [1, 1 / 2]],
  ['c', 'ab', [0, 0, 0, 0, 0], [0, 0]],
  ['', 'ab', [0, 0, 0, 1, 0], [0, 0]],
  ['ab', '', [0, 1, 0, 0, 1], [0, 0]],
  ['aa', 'a', [0, 1, 0, 0, 1], [1 / 2, 1]],
  ['a', 'aa', [0, 0, 0, 1, 0], [1, 1 / 2]],
  ['aba', 'aab', [0, 0, 1, 1, 1], [1, 1]],
  ['abab', 'aabb', [0, 0, 1, 1, 1], [1, 1]],
  ['abcabc', 'cc', [0, 1, 0, 0, 1], [1 / 3, 1]],
];

describe('which calls were made', () => {
  it.each(VECTORS)('%j for %j', async (made, expected, matches, [precision, recall]) => {
    const data = { tool_calls: calls(made), expected: calls(expected) };
    const found: number[] = [];
    for (const trajectory of MODES)
      found.push((await score('tool-calls', { trajectory }, data)).score);
    expect(found).toEqual(matches);
    const shares = await score('tool-calls', { trajectory: 'unordered', score: 'f1' }, data);
    expect(shares.metrics['precision']).toBeCloseTo(precision, 12);
    expect(shares.metrics['recall']).toBeCloseTo(recall, 12);
  });

  it('says which expected call did not follow', async () => {
    const data = { tool_calls: calls('ba'), expected: calls('ab') };
    expect(await score('tool-calls', { trajectory: 'in_order' }, data)).toMatchObject({
      metrics: { matched: 1 },
      explanation: 'expected call 2 "b" was not made after the ones before it',
    });
  });
});

describe('plugin trajectory', () => {
  const made = {
    steps: 4,
    turns: 1,
    ended: 'answer',
    tool_calls: 3,
    tool_errors: 1,
    fuel: 1200,
    prompt_tokens: 90,
    completion_tokens: 10,
  };
  const data = { output: 'x', trajectory: made, tool_calls: calls('aba') };

  it('gives its figures', async () => {
    expect(await score('trajectory', {}, data)).toEqual({
      score: 1,
      metrics: {
        answered: 1,
        steps: 4,
        turns: 1,
        tool_calls: 3,
        tool_errors: 1,
        repeated_calls: 1,
        tool_fuel: 1200,
        tokens: 100,
      },
    });
  });

  it.each([
    [{ max_steps: 4, max_tool_calls: 3, max_tool_errors: 1, max_repeated: 1 }, {}, undefined],
    [{ max_steps: 3 }, {}, '4 steps, limit is 3'],
    [{ max_tool_calls: 2 }, {}, '3 tool calls, limit is 2'],
    [{ max_tool_errors: 0 }, {}, '1 failed tool calls, limit is 0'],
    [{ max_repeated: 0 }, {}, '1 repeated tool calls, limit is 0'],
    [{}, { ended: 'max-steps' }, 'the case ended with max-steps'],
    [{}, { ended: 'unanswered-call' }, 'the case ended with unanswered-call'],
    [{}, { ended: 'max-turns' }, undefined],
    [{ must_answer: false }, { ended: 'max-steps' }, undefined],
  ])('by %j of %j', async (config, change, explanation) => {
    const result = await score('trajectory', config, {
      ...data,
      trajectory: { ...made, ...change },
    });
    expect(result.score).toBe(explanation === undefined ? 1 : 0);
    expect(result.explanation).toBe(explanation);
  });

  it('refuses a case without a trajectory', async () => {
    await expect(score('trajectory', {}, { output: 'x' })).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
      message: expect.stringContaining('the case has neither tools nor turns'),
    });
  });
});

describe('plugin replay', () => {
  const record = {
    answers: { m: [{ tool_calls: [{ id: 'c', name: 'f', arguments: { a: 1 } }] }, 'Done.'] },
  };
  const after = (answers: number): object => ({
    model: 'm',
    record,
    messages: Array.from({ length: answers }, () => ({ role: 'assistant', content: '' })),
  });

  it('gives the answers of a list in turn, and their calls of tools', async () => {
    expect(await score('replay', {}, after(0))).toEqual({
      text: '',
      model: 'm',
      tool_calls: [{ id: 'c', name: 'f', arguments: '{"a":1}' }],
      finish_reason: 'tool_calls',
    });
    expect(await score('replay', {}, after(1))).toMatchObject({
      text: 'Done.',
      finish_reason: 'stop',
    });
    await expect(score('replay', {}, after(2))).rejects.toMatchObject({
      message: expect.stringContaining('there is no answer 3'),
    });
  });
});

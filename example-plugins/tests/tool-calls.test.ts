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

/** Compares; each configuration is loaded once. */
async function compare(config: object, data: object): Promise<Result> {
  const key = JSON.stringify(config);
  if (!hosts.has(key)) hosts.set(key, openPlugin('tool-calls', config));
  const host = await hosts.get(key)!;
  return (await host.call<Result>(data)).data;
}

const call = (name: string, args: object = {}) => ({ name, arguments: args });
const weather = { city: 'Rome', days: 3, tags: ['a', 'b'], opts: { unit: 'C' } };

describe('the forms of calls', () => {
  const text = JSON.stringify(weather);
  const openai = { id: 'c1', type: 'function', function: { name: 'weather', arguments: text } };
  const anthropic = { type: 'tool_use', id: 't1', name: 'weather', input: weather };
  const plain = call('weather', weather);
  const FORMS: Readonly<Record<string, unknown>> = {
    'calls of chat completions': [openai],
    'a message of chat completions': { role: 'assistant', content: null, tool_calls: [openai] },
    'a chat completion': { choices: [{ message: { role: 'assistant', tool_calls: [openai] } }] },
    'calls of responses': [
      { type: 'function_call', call_id: 'c', name: 'weather', arguments: text },
    ],
    'a response': {
      output: [{ type: 'reasoning' }, { type: 'function_call', name: 'weather', arguments: text }],
    },
    'blocks of messages': [{ type: 'text', text: 'Let me see.' }, anthropic],
    'a message of messages': { role: 'assistant', content: [anthropic] },
    'a whole conversation': [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: '', tool_calls: [openai] },
      // It looks like a call, but it is the output of the tool.
      {
        role: 'tool',
        content: [{ type: 'tool_use', name: 'no', input: {} }],
        tool_calls: [openai],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', name: 'no', tool_use_id: 't1', content: 'x' }],
      },
    ],
    'the bench': [{ id: 'c1', name: 'weather', arguments: text }],
    'a plain call': plain,
    'plain calls': [plain],
    args: [{ name: 'weather', args: weather }],
    'a text': JSON.stringify([plain]),
    'a text around it': `I call it:\n\`\`\`json\n${JSON.stringify(plain)}\n\`\`\``,
  };
  const names = Object.keys(FORMS);

  it.each(names)('that are %s', async (form) => {
    for (const other of ['a plain call', form]) {
      const data = { output: FORMS[form], expected: FORMS[other] };
      expect(await compare({}, data)).toMatchObject({
        score: 1,
        metrics: { calls: 1, expected_calls: 1, matched: 1, f1: 1 },
      });
    }
    const wrong = { output: FORMS[form], expected: call('weather', { ...weather, days: 4 }) };
    expect(await compare({}, wrong)).toMatchObject({
      score: 0,
      explanation: 'call 1 "weather": arguments.days is 3, expected 4',
    });
  });

  it('are those of "tool_calls" before those of the answer', async () => {
    const data = { output: JSON.stringify([call('b')]), expected: [call('a')] };
    expect(
      await compare({}, { ...data, tool_calls: [{ name: 'a', arguments: '' }] }),
    ).toMatchObject({ score: 1 });
    expect(await compare({}, { ...data, tool_calls: [] })).toMatchObject({
      score: 0,
      metrics: { calls: 0 },
    });
    expect(await compare({}, data)).toMatchObject({ score: 0, metrics: { calls: 1 } });
    // A column of the record is not an answer.
    const record = { tool_calls: [call('a')] };
    expect(await compare({}, { ...data, record })).toMatchObject({ score: 0 });
    expect(await compare({ field: 'calls' }, { ...data, calls: [call('a')] })).toMatchObject({
      score: 1,
    });
  });

  it('that are no calls', async () => {
    expect(await compare({}, { output: 'It is sunny.', expected: [call('a')] })).toMatchObject({
      score: 0,
      metrics: { calls: 0, recall: 0, precision: 0, f1: 0 },
      explanation: 'expected call 1 "a" was not made',
    });
    for (const expected of [[], '[]']) {
      expect(await compare({}, { output: 'It is sunny.', expected })).toMatchObject({
        score: 1,
        metrics: { calls: 0, expected_calls: 0, precision: 1, recall: 1, f1: 1 },
      });
    }
  });
});

describe('arguments', () => {
  const { days: _, ...less } = weather;
  const rows: readonly (readonly [string, object, object, readonly string[], string])[] = [
    [
      'equal, keys in another order',
      { opts: { unit: 'C' }, tags: ['a', 'b'], days: 3.0, city: 'Rome' },
      weather,
      ['exact', 'subset', 'any_order', 'ignore'],
      '',
    ],
    [
      'with one more',
      { ...weather, x: 1 },
      weather,
      ['subset', 'ignore'],
      'arguments.x was not expected',
    ],
    [
      'with one more, deep down',
      { ...weather, opts: { unit: 'C', x: null } },
      weather,
      ['subset', 'ignore'],
      'arguments.opts.x was not expected',
    ],
    ['with one less', less, weather, ['ignore'], 'arguments.days is missing, expected 3'],
    [
      'with null for one',
      { ...weather, days: null },
      weather,
      ['ignore'],
      'arguments.days is null, expected 3',
    ],
    [
      'with a list in another order',
      { ...weather, tags: ['b', 'a'] },
      weather,
      ['any_order', 'ignore'],
      'arguments.tags[0] is "b", expected "a"',
    ],
    [
      'with a longer list',
      { ...weather, tags: ['a', 'b', 'b'] },
      weather,
      ['ignore'],
      'arguments.tags has 3 items, expected 2',
    ],
    [
      'with an item twice',
      { tags: ['a', 'a'] },
      { tags: ['a', 'b'] },
      ['ignore'],
      'arguments.tags[1] is "a", expected "b"',
    ],
    [
      'with a number as text',
      { days: '3' },
      { days: 3 },
      ['ignore'],
      'arguments.days is "3", expected 3',
    ],
    [
      'with false for 0',
      { days: false },
      { days: 0 },
      ['ignore'],
      'arguments.days is false, expected 0',
    ],
    [
      'with nested lists in another order',
      { l: [[1, 2], [3]] },
      { l: [[3], [2, 1]] },
      ['any_order', 'ignore'],
      'arguments.l[0] has 2 items, expected 1',
    ],
  ];

  it.each(rows)('%s', async (_what, actual, expected, matching, why) => {
    const found: string[] = [];
    let reason = '';
    for (const rule of ['exact', 'subset', 'any_order', 'ignore']) {
      const data = { output: [call('f', actual)], expected: [call('f', expected)] };
      const { score, explanation } = await compare({ arguments: rule }, data);
      if (score === 1) found.push(rule);
      if (rule === 'exact') reason = explanation ?? '';
    }
    expect(found).toEqual(matching);
    expect(reason).toBe(why === '' ? '' : `call 1 "f": ${why}`);
  });

  it('that are no JSON match nothing, unless only names count', async () => {
    const data = { tool_calls: [{ name: 'f', arguments: '{"a":' }], expected: [call('f')] };
    expect(await compare({}, data)).toMatchObject({
      score: 0,
      metrics: { invalid_arguments: 1 },
      explanation: 'call 1 "f": the arguments are no JSON object',
    });
    expect(await compare({ arguments: 'ignore' }, data)).toMatchObject({ score: 1 });
  });

  it('by a JSON Schema of the expected call', async () => {
    const schema = {
      type: 'object',
      required: ['city'],
      properties: {
        city: { type: 'string', pattern: '^R' },
        days: { type: 'integer', maximum: 7 },
      },
      additionalProperties: false,
    };
    const expected = [{ name: 'weather', schema }];
    const config = { arguments: 'schema' };
    const scores: unknown[] = [];
    for (const args of [
      { city: 'Rome' },
      { city: 'Rome', days: 8 },
      { city: 'Oslo' },
      {},
      { city: 'Rome', x: 1 },
    ]) {
      const { score, explanation } = await compare(config, {
        output: [call('weather', args)],
        expected,
      });
      scores.push([score, explanation]);
    }
    expect(scores).toEqual([
      [1, undefined],
      [0, 'call 1 "weather": arguments: /days is more than 7'],
      [0, expect.stringMatching(/^call 1 "weather": arguments: \/city /)],
      [0, expect.stringMatching(/^call 1 "weather": arguments: \/ .*"?city"?/)],
      [0, expect.stringMatching(/^call 1 "weather": arguments: \/x/)],
    ]);
    const wrong = { output: [], expected: [{ name: 'weather', schema: { type: 'thing' } }] };
    await expect(compare(config, wrong)).rejects.toMatchObject({ code: 'CALL_INVALID_INPUT' });
  });
});

describe('trajectories', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => call(name));
  // [made, expected, trajectories that match, matched calls in exact order, matched in any order], by hand.
  const rows = [
    [[a, b], [a, b], ['exact', 'unordered', 'subset', 'superset'], 2, 2],
    [[b, a], [a, b], ['unordered', 'subset', 'superset'], 0, 2],
    [[a], [a, b], ['subset'], 1, 1],
    [[a, b, c], [a, b], ['superset'], 2, 2],
    [[a, c], [a, b], [], 1, 1],
    [[a, a], [a], ['superset'], 1, 1],
    [[a], [a, a], ['subset'], 1, 1],
    [[], [a], ['subset'], 0, 0],
    [[a], [], ['superset'], 0, 0],
    [[], [], ['exact', 'unordered', 'subset', 'superset'], 0, 0],
  ] as const;

  it.each(rows)('made %j, expected %j', async (made, expected, matching, inOrder, anyOrder) => {
    const found: string[] = [];
    for (const trajectory of ['exact', 'unordered', 'subset', 'superset']) {
      const data = { tool_calls: made, expected };
      const { score, metrics, explanation } = await compare({ trajectory }, data);
      if (score === 1) found.push(trajectory);
      const matched = trajectory === 'exact' ? inOrder : anyOrder;
      const share = (of: number, other: number): number =>
        of > 0 ? matched / of : other === 0 ? 1 : 0;
      const [precision, recall] = [
        share(made.length, expected.length),
        share(expected.length, made.length),
      ];
      expect(metrics).toMatchObject({ matched, precision, recall, match: score });
      expect(explanation === undefined).toBe(score === 1);
    }
    expect(found).toEqual(matching);
  });

  it('pair calls in the best way where one could match several', async () => {
    // The first call matches both expected ones, the second only the first of them.
    const made = [call('f', { x: 1, y: 2 }), call('f', { x: 1 })];
    const expected = [call('f', { x: 1 }), call('f', { y: 2 })];
    const config = { trajectory: 'unordered', arguments: 'subset' };
    expect(await compare(config, { tool_calls: made, expected })).toMatchObject({
      score: 1,
      metrics: { matched: 2 },
    });
  });

  it.each([
    ['f1', 2 / 3],
    ['precision', 0.5],
    ['recall', 1],
    ['match', 0],
  ])('score by %s', async (score, value) => {
    const data = { tool_calls: [a, c], expected: [a] };
    expect((await compare({ score }, data)).score).toBeCloseTo(value, 12);
  });

  it.each([
    ['exact', [a, c], 'call 2 is "c", expected "b"'],
    ['exact', [a, b, c], 'call 3 "c" was not expected'],
    ['exact', [a], 'expected call 2 "b" was not made'],
    ['unordered', [c, b, a], 'call 1 "c" was not expected'],
    ['superset', [c, a], 'expected call 2 "b" was not made'],
    ['subset', [a, call('b', { x: 1 })], 'call 2 "b": arguments.x was not expected'],
  ])('%s say what differs first: %j', async (trajectory, made, why) => {
    const { explanation } = await compare({ trajectory }, { tool_calls: made, expected: [a, b] });
    expect(explanation).toBe(why);
  });
});

describe('what is wrong', () => {
  it.each<[object, string]>([
    [{ output: 'x' }, 'field "expected" is missing; the fields: output'],
    [{ expected: [call('a')] }, 'fields "tool_calls" and "output" are missing'],
    [{ output: 'x', expected: 'sunny' }, 'field "expected" has no call'],
    [{ output: 'x', expected: {} }, 'field "expected" has no call'],
    [
      { output: 'x', expected: [{ name: 'f', arguments: 'x' }] },
      'has call 1 whose arguments are no object',
    ],
    [{ output: 'x', expected: [{ name: '' }] }, 'has call 1 without a name'],
    [
      { output: 'x', expected: Array.from({ length: 257 }, () => call('a')) },
      'has more than 256 calls',
    ],
  ])('in %j fails the call', async (data, problem) => {
    await expect(compare({}, data)).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
      message: expect.stringContaining(problem),
    });
  });

  it('in a schema, too', async () => {
    await expect(
      compare({ arguments: 'schema' }, { output: 'x', expected: [call('a')] }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('has call 1 without a "schema"'),
    });
  });

  it('in an answer is no match, and ends', async () => {
    const tool_calls = Array.from({ length: 5000 }, () => call('a'));
    const trajectory = 'unordered';
    expect(await compare({ trajectory }, { tool_calls, expected: [call('a')] })).toMatchObject({
      score: 0,
      metrics: { matched: 0 },
      explanation: 'more than 256 calls',
    });
    const many = { tool_calls: tool_calls.slice(0, 256), expected: tool_calls.slice(0, 256) };
    expect(await compare({ trajectory }, many)).toMatchObject({
      score: 1,
      metrics: { matched: 256 },
    });
  });

  it('in the nesting of an answer fails the call', async () => {
    let nested: object = {};
    for (let level = 0; level < 300; level += 1) nested = [nested];
    await expect(compare({}, { output: nested, expected: [] })).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
    });
  });
});

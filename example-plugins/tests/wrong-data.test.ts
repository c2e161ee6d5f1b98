import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';

const logprobs = [-1, -2];

describe('data that a metric is not defined for is refused', () => {
  it.each<[plugin: string, config: object, data: object, says: string]>([
    [
      'multiple-choice',
      {},
      { logprobs, gold: 2 },
      '"gold" has 2, expected whole numbers from 0 to 1',
    ],
    ['multiple-choice', {}, { logprobs, gold: 0.5 }, '"gold" has 0.5'],
    ['multiple-choice', {}, { logprobs, gold: -1 }, '"gold" has -1'],
    ['multiple-choice', {}, { logprobs, gold: [0, 1, 7] }, '"gold" has 7'],
    ['multiple-choice', {}, { logprobs, gold: [] }, 'the list "gold" is empty'],
    ['multiple-choice', {}, { logprobs, gold: true }, '"gold" has true'],
    ['multiple-choice', {}, { logprobs, gold: [null] }, '"gold" has null'],
    ['multiple-choice', {}, { logprobs, gold: 'c', choices: ['a', 'b'] }, '"gold" has "c"'],
    ['multiple-choice', {}, { logprobs: [], gold: 0 }, 'a number for each choice in "logprobs"'],
    ['multiple-choice', {}, { logprobs: [-1, '2'], gold: 0 }, 'a number for each choice'],
    ['multiple-choice', { normalization: 'char' }, { logprobs, choices: ['a'] }, 'and as many'],
    ['multiple-choice', { normalization: 'token' }, { logprobs, tokens: [1, 2, 3] }, 'and as many'],
    ['multiple-choice', { normalization: 'token' }, { logprobs, tokens: [1, 0] }, 'and as many'],
    ['calibration', {}, { probs: [0.2], labels: [2] }, 'no whole number from 0 to 1'],
    ['calibration', {}, { probs: [0.2], labels: [0.5] }, 'the label of record 0'],
    ['calibration', {}, { probs: [0.2, 0.3], labels: [0, -1] }, 'the label of record 1'],
    ['calibration', {}, { probs: [0.2], labels: ['1'] }, 'the label of record 0'],
    ['calibration', {}, { probs: [[0.2, 0.8]], labels: [2] }, 'no whole number from 0 to 1'],
    ['calibration', {}, { probs: [[0.2, 0.8], [1]], labels: [0, 0] }, 'record 1 has no 2 prob'],
    ['calibration', {}, { probs: [[-0.2, 0.8]], labels: [1] }, 'record 0 has no 2 probabilities'],
    ['calibration', {}, { probs: [1.5], labels: [1] }, 'record 0 has no probability from 0 to 1'],
    ['calibration', {}, { probs: [0.5, 0.5], labels: [1] }, '2 "probs", 1 "labels"'],
    ['calibration', {}, { probs: 'x', labels: [1] }, '0 "probs", 1 "labels"'],
    ['calibration', { score: 'brier' }, { probs: [[0.5, 0.5]], labels: [1] }, 'the Brier score'],
    [
      'perplexity',
      {},
      { logprobs: [-1, 0.5] },
      'logarithms of probabilities, which are not above 0',
    ],
    ['perplexity', {}, { logprobs: [[-1], [2]] }, 'expected "logprobs[1]" as a list'],
    ['perplexity', {}, { logprobs: [[-1], -1] }, 'expected "logprobs[1]" as a list'],
    ['perplexity', {}, { logprobs: [-1, [-1]] }, 'expected "logprobs" as a list'],
    ['perplexity', {}, { logprobs: [[-1], []] }, 'expected "logprobs[1]" as a list'],
    ['perplexity', {}, { logprobs: [] }, 'expected "logprobs" as a list'],
    ['perplexity', {}, { logprobs: [-1], last_tokens: 0 }, 'from 1 for "last_tokens"'],
    ['perplexity', {}, { logprobs: [-1], last_tokens: 1.5 }, 'from 1 for "last_tokens"'],
    ['perplexity', {}, { logprobs: [[-1], [-1]], last_tokens: [1] }, '"last_tokens" has 1 numbers'],
    ['perplexity', {}, { logprobs: [[-1], [-1]], text: ['a'] }, 'of 2 records, "text" has 1 texts'],
    ['perplexity', {}, { logprobs: [[-1]], text: ['a', 'b'] }, 'of 1 records, "text" has 2 texts'],
    ['perplexity', {}, { logprobs: [-1, -1], text: ['a', 'b'] }, '"text" has 2 texts'],
    ['cosine', {}, { vector: [1] }, 'the fields: vector'],
    ['error-rate', {}, { output: ['a', 'b'], expected: ['a'] }, '2 sentences, 1 references'],
    [
      'error-rate',
      {},
      { output: ['a', 'b'], expected: ['a', []] },
      'field "expected[1]" is missing',
    ],
    ['json-schema', {}, { output: '{}', other: {} }, 'the fields: output, other'],
  ])('%s %j of %j', async (plugin, config, data, says) => {
    await using host = await openPlugin(plugin, config);
    await expect(host.call(data)).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
      pluginMessage: expect.stringContaining(says),
    });
  });

  it('json-schema refuses a type that is none', async () => {
    await expect(openPlugin('json-schema', { schema: { type: 'strng' } })).rejects.toMatchObject({
      code: 'LOAD_INIT_FAILED',
      message: expect.stringContaining('#/type has "strng", which is no type'),
    });
  });
});

describe('plugin error-rate', () => {
  const text = 'this is a test';
  it.each<[config: object, data: object, metrics: object]>([
    // Any of several expected answers will do: the nearest counts.
    [{}, { output: text, expected: ['no', 'this is the test'] }, { wer: 0.25, hits: 3 }],
    [{}, { output: text, expected: ['x y z', text] }, { wer: 0, hits: 4 }],
    [
      { unit: 'character' },
      { output: 'abc', expected: ['xyzxyz', 'abd'] },
      { errors: 1, characters: 3 },
    ],
    [{ contiguous: true }, { output: 'a b', expected: ['a', 'a b'] }, { wer: 0 }],
    // With sentences, each has its own reference, or several of its own.
    [{}, { output: ['a', 'b c'], expected: ['a', 'b d'] }, { wer: 1 / 3 }],
    [{}, { output: ['a', 'b c'], expected: ['a', ['x', 'b c']] }, { wer: 0 }],
    [{}, { output: ['a'], expected: 'a' }, { wer: 0 }],
  ])('%j of %j', async (config, data, metrics) => {
    await using host = await openPlugin('error-rate', config);
    const result = await host.call<{ metrics: object }>(data);
    expect(result.data.metrics).toMatchObject(metrics);
  });
});

describe('plugin list-contains', () => {
  const texts = (count: number, letter: string, length: number): string[] =>
    Array.from({ length: count }, (_, index) =>
      `${index} `.padEnd(length, `${letter}${index % 7}`),
    );

  it.each([
    ['a', 300, 28],
    // Characters outside the alphabets have to be renumbered for each pair.
    ['日', 300, 28],
    ['😀', 70, 300],
  ])(
    'compares lists of "%s", %d texts on each side, within the default limits',
    async (letter, count, length) => {
      await using host = await openPlugin('list-contains');
      const output = texts(count, letter, length);
      const data = { output, expected: output.toReversed() };
      expect((await host.call(data)).data).toEqual({ score: 1 });
      const other = texts(count, 'x', length);
      const { data: less } = await host.call<{ score: number }>({ output, expected: other });
      expect(less.score).toBeGreaterThan(0);
      expect(less.score).toBeLessThan(1);
    },
  );

  it('gives the same after a longer list as before it', async () => {
    await using host = await openPlugin('list-contains');
    const data = { output: ['日本語', 'abc'], expected: ['日本', 'abd'] };
    const before = await host.call(data);
    await host.call({ output: texts(20, '本', 90), expected: texts(30, '語', 400) });
    expect((await host.call(data)).data).toEqual(before.data);
    expect(before.data).toEqual({ score: expect.closeTo(2 / 3, 12) });
  });
});

describe('no explanation repeats a whole answer', () => {
  const answer = 'word 1 '.repeat(20_000);
  it.each<[plugin: string, config: object, data: object]>([
    ['numeric-match', {}, { output: answer, expected: '2' }],
    ['numeric-match', { compare: 'number' }, { output: answer, expected: '1' }],
    ['regex-match', { pattern: '.*' }, { output: answer }],
    ['regex-match', { pattern: '(.*)' }, { output: answer }],
    ['json-schema', { schema: { additionalProperties: false } }, { output: { [answer]: 1 } }],
    ['json-schema', { schema: { propertyNames: { maxLength: 3 } } }, { output: { [answer]: 1 } }],
    ['json-validity', { schema: { additionalProperties: false } }, { output: { [answer]: 1 } }],
    ['contains', {}, { output: 'x', expected: answer }],
    ['contains', { texts: ['1'] }, { output: answer }],
  ])('%s %j', async (plugin, config, data) => {
    await using host = await openPlugin(plugin, config);
    const result = await host.call<{ explanation?: string }>(data);
    expect(result.data.explanation?.length ?? 0).toBeLessThan(1100);
  });
});

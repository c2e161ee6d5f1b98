import { existsSync, readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';

/** Runs a table of `[config, input, output]` through a plugin. */
function table(
  name: string,
  rows: readonly (readonly [config: object, data: unknown, output: unknown])[],
): void {
  describe(`plugin ${name}`, () => {
    it.each(rows)('%j %j', async (config, data, output) => {
      await using host = await openPlugin(name, config);
      const result = await host.call(data);
      expect(result.data).toEqual(output);
      // A plugin that used more would be slow for a thousand records.
      expect(result.metadata.fuelUsed).toBeLessThan(1_000_000);
    });
  });
}

const right = { score: 1 };
const wrong = { score: 0 };

table('exact-match', [
  [{}, { output: 'Paris', expected: 'Paris' }, right],
  [{}, { output: ' Paris\n', expected: 'Paris' }, right],
  [{ ignore_space: false }, { output: ' Paris\n', expected: 'Paris' }, wrong],
  [{}, { output: 'paris', expected: 'Paris' }, wrong],
  [{ ignore_case: true }, { output: 'ПАРИЖ', expected: ['Рим', 'Париж'] }, right],
  [{ ignore_punctuation: true }, { output: 'It’s, ok!', expected: 'It’s ok' }, right],
  [{ ignore_numbers: true }, { output: 'agent007', expected: 'agent' }, right],
  [{}, { output: 18, expected: '18' }, right],
  [{}, { output: '', expected: '' }, right],
]);

table('contains', [
  [{}, { output: 'The capital is PARIS.', expected: 'paris' }, { score: 1, metrics: { found: 1 } }],
  [
    { texts: ['a', 'x'], require: 'share' },
    { output: 'abc' },
    { score: 0.5, metrics: { found: 1 }, explanation: 'not found: "x"' },
  ],
  [
    { texts: ['a', 'x'], require: 'all' },
    { output: 'abc' },
    { score: 0, metrics: { found: 1 }, explanation: 'not found: "x"' },
  ],
  [
    { texts: ['b', 'c'], require: 'none' },
    { output: 'abc' },
    { score: 0, metrics: { found: 2 }, explanation: 'found: "b"' },
  ],
  [{ texts: ['x'], require: 'none' }, { output: 'abc' }, { score: 1, metrics: { found: 0 } }],
  [{ texts: ['x', 'b'] }, { output: 'abc' }, { score: 1, metrics: { found: 1 } }],
  // Folded, not only lower-cased: within a word, a sigma has another form.
  [{ texts: ['ΟΔΟΣ'] }, { output: 'η οδοσ και ΟΔΟΣΑ' }, { score: 1, metrics: { found: 1 } }],
  [
    { texts: ['ABC'], ignore_case: false },
    { output: 'abc' },
    { score: 0, metrics: { found: 0 }, explanation: 'not found: "ABC"' },
  ],
]);

table('token-f1', [
  [
    {},
    { output: 'the cat sat', expected: 'A cat sat!' },
    { score: 1, metrics: { f1: 1, precision: 1, recall: 1, exact: 1 } },
  ],
  [
    {},
    { output: 'cat', expected: 'cat dog' },
    { score: 2 / 3, metrics: { f1: 2 / 3, precision: 1, recall: 0.5, exact: 0 } },
  ],
  [
    {},
    { output: 'x', expected: ['y', 'x z'] },
    { score: 2 / 3, metrics: { f1: 2 / 3, precision: 1, recall: 0.5, exact: 0 } },
  ],
  [
    {},
    { output: '', expected: '' },
    { score: 0, metrics: { f1: 0, precision: 0, recall: 0, exact: 1 } },
  ],
  [
    { version: '2.0' },
    { output: 'the', expected: '' },
    { score: 1, metrics: { f1: 1, precision: 1, recall: 1, exact: 1 } },
  ],
  [
    { normalize: false },
    { output: 'The cat', expected: 'the cat' },
    { score: 0.5, metrics: { f1: 0.5, precision: 0.5, recall: 0.5, exact: 0 } },
  ],
]);

table('numeric-match', [
  [{}, { output: 'so\nA: 1,234', expected: 'x\nA: 1234' }, { score: 1, explanation: '1234' }],
  [{}, { output: 'A: 3\nA: 4\n', expected: '4' }, { score: 1, explanation: '4' }],
  [{}, { output: 'A: 4.0', expected: '4' }, { score: 0, explanation: '4.0' }],
  [
    { compare: 'number' },
    { output: 'A: $4.0 each', expected: '4' },
    { score: 1, explanation: '$4.0 each' },
  ],
  [
    { compare: 'number', after: '' },
    { output: 'it is -007', expected: -7 },
    { score: 1, explanation: 'it is -007' },
  ],
  [
    { compare: 'number', after: '#### ' },
    { output: '#### 5', expected: ['none', '5'] },
    { score: 1, explanation: '5' },
  ],
  [
    { compare: 'number', tolerance: 0.01 },
    { output: '99.5', expected: '100' },
    { score: 1, explanation: '99.5' },
  ],
  [{ compare: 'number' }, { output: 'none', expected: 'none' }, { score: 0, explanation: 'none' }],
  // A hyphen is not a minus.
  [
    { compare: 'number' },
    { output: 'from 3-5', expected: 5 },
    { score: 1, explanation: 'from 3-5' },
  ],
  [{ compare: 'number' }, { output: 'x=-5', expected: -5 }, { score: 1, explanation: 'x=-5' }],
  ...(
    [
      ['it is −5', '5', 0],
      ['it is −5', '-5', 1],
      ['a loss of -$5', '5', 0],
      ['a loss of -$5', '-5', 1],
      ['.5', '5', 0],
      ['.5', '1/2', 1],
      ['about 1e3', '3', 0],
      ['about 1e3', '1,000', 1],
      ['1/2', '2', 0],
      ['\\frac{1}{2}', '½', 1],
      ['1 234', '1234', 1],
      ['12,34,567', '1234567', 1],
      ['1.234,5', '1234.5', 0],
      ['1.234,5', '5', 0],
      ['12,34,5', '12345', 0],
      ['(100,200)', '100200', 0],
      ['5%', '5', 1],
      ['１２', '12', 1],
    ] as const
  ).map(
    ([output, expected, score]) =>
      [
        { compare: 'number', after: '' },
        { output, expected },
        { score, explanation: output.replaceAll(',', '') },
      ] as const,
  ),
]);

table('match', [
  ...(
    [
      ['it costs \\$1,000.', '1000', 1],
      ['\\*5\\*', '5', 1],
      ['so \\*5\\*', '\\*5\\*', 1],
      ['the price is $\\boxed{20}$', '\\$20', 1],
      ['they lost -$5', '-5', 1],
      ['28+32=60', '60', 0],
      ['it is 60%', '60', 0],
      ['it is 60%', '60%', 1],
      ['5abc', '5', 0],
      ['it is 1.234,5', '1234.5', 0],
      ['they are (100,200)', '100200', 0],
      ['x is (42).', '42', 1],
      ['it is \\*yes\\*', '*yes*', 1],
    ] as const
  ).map(
    ([output, expected, score]) => [{ numeric: true }, { output, expected }, { score }] as const,
  ),
  // Without its marks it would be empty, and every answer contains the empty text.
  [{ location: 'any' }, { output: 'a + b', expected: '+' }, right],
  [{ location: 'any' }, { output: 'a - b', expected: '+' }, wrong],
  [{ location: 'any' }, { output: 'Η ΟΔΟΣ ΕΔΩ', expected: 'οδος' }, right],
]);

table('answer-extractor', [
  [{}, { text: 'first\nA: 18 \nmore', record: {} }, { text: '18' }],
  [{}, 'no marker', 'no marker'],
  [{ otherwise: 'empty' }, 'no marker', ''],
  [{ otherwise: 'last-line' }, 'one\ntwo\n \n', 'two'],
  [{ after: '<a>', before: '</a>', trim: false }, 'x<a> 1\n2 </a>y', ' 1\n2 '],
  [{ after: '', before: ' ' }, 'first word', 'first'],
  ...(
    [
      ['#### −1,234.50. so', '-1234.50.'],
      ['#### 1e3, then #### 1/2', '1/2'],
      ['#### 1 #### 1.234,5', '1'],
      ['#### $12', ''],
      ['#### １２', '12'],
      ['####12', ''],
    ] as const
  ).map(
    ([text, found]) =>
      [{ after: '#### ', take: 'number', otherwise: 'empty' }, text, found] as const,
  ),
]);

table(
  'numeric-diff',
  (
    [
      ['−1', '1', 0],
      ['$1,000', 1000, 1],
      ['1/2', '½', 1],
      ['\\boxed{1 \\times 10^{3}}', '1e3', 1],
      ['5%', '5', 1],
      ['.5', 0.5, 1],
    ] as const
  ).map(
    ([output, expected, score]) =>
      [{}, { output, expected }, { score, metrics: { difference: score === 1 ? 0 : 2 } }] as const,
  ),
);

table('normalize-text', [
  [{}, '  Ein  ÄPFEL\u00a0Kuchen ', 'ein äpfel kuchen'],
  [{ lowercase: false, collapse_space: false }, ' A  b ', 'A  b'],
  [
    { remove_punctuation: true, remove_words: ['the'] },
    'The end, theme; the-end',
    'end theme theend',
  ],
  [{ trim: false, collapse_space: false }, ' A ', ' a '],
  [{ remove_words: ['日本', 'no way'] }, '私は日本人です, no way', '私は 人です,'],
  [{}, 'Ο ΣΚΥΛΟΣ Ⱟ', 'ο σκυλος ⱟ'],
]);

table('threshold', [
  [
    {},
    { items: [{ score: 0.5 }, { score: 0.4, x: 1e21 }, {}] },
    {
      items: [{ score: 0.5 }],
      dropped: [
        { index: 1, reason: '0.4 is less than 0.5' },
        { index: 2, reason: 'no number "score"' },
      ],
    },
  ],
  [
    { field: 'scores.f1', min: -1, max: 0.5, keep_missing: true },
    { items: [{ scores: { f1: 0 } }, { scores: { f1: 0.6 } }, 7] },
    { items: [{ scores: { f1: 0 } }, 7], dropped: [{ index: 1, reason: '0.6 is more than 0.5' }] },
  ],
  [{}, { items: [] }, { items: [], dropped: [] }],
]);

table('text-statistics', [
  [
    {},
    'Hi 👋 you. Is 3.5 e.g. ok?\nYes',
    {
      characters: 29,
      bytes: 32,
      words: 8,
      distinct_words: 8,
      mean_word_length: 22 / 8,
      sentences: 4,
      lines: 2,
    },
  ],
  [
    { field: 'output' },
    { output: '' },
    {
      characters: 0,
      bytes: 0,
      words: 0,
      distinct_words: 0,
      mean_word_length: 0,
      sentences: 0,
      lines: 0,
    },
  ],
]);

table('replay', [
  [
    {},
    { model: 'm.1', prompt: 'q', record: { answers: { 'm.1': 'a' } } },
    { text: 'a', model: 'm.1', finish_reason: 'stop' },
  ],
  [
    { field: '{model}.solution' },
    { model: '6b', prompt: 'q', record: { '6b': { solution: 'a\nb', is_correct: true } } },
    { text: 'a\nb', model: '6b', finish_reason: 'stop' },
  ],
  [
    { answers: { m: { q: 'canned' } } },
    { model: 'm', prompt: 'q' },
    { text: 'canned', model: 'm', finish_reason: 'stop' },
  ],
]);

describe('length-ratio, a plugin of the classic signature', () => {
  it('loads unchanged, and takes and gives bare data', async () => {
    await using host = await openPlugin('length-ratio');
    expect(host.info).toMatchObject({
      contract: 'classic',
      metadata: { name: 'length-ratio', pluginType: 'evaluator' },
    });
    expect((await host.call({ output: 'é😀', expected: 'abcd' })).data).toEqual({ score: 0.5 });
    expect((await host.call({ output: '', expected: '' })).data).toEqual({ score: 1 });
    await expect(host.call({ output: 'x' })).rejects.toMatchObject({ code: 'CALL_INVALID_INPUT' });
  });

  it('does not grow', async () => {
    await using host = await openPlugin('length-ratio');
    const data = { output: 'x'.repeat(500), expected: 'y' };
    const { metadata } = await host.call(data);
    let last = metadata.memoryUsedBytes;
    for (let count = 0; count < 2000; count += 1) {
      last = (await host.call(data)).metadata.memoryUsedBytes;
    }
    expect(last).toBeLessThanOrEqual(metadata.memoryUsedBytes + 2 ** 17);
  });
});

describe('long answers', () => {
  // Two thousand words used up all memory when texts were assembled piece by piece.
  const words = Array.from({ length: 2000 }, (_, index) => `word${index % 700}.`).join(' ');
  it.each([
    ['exact-match', { ignore_case: true, ignore_punctuation: true, ignore_numbers: true }],
    ['token-f1', {}],
    ['match', { location: 'any' }],
    ['contains', {}],
    ['levenshtein', {}],
    ['error-rate', {}],
    ['rouge', {}],
    ['bleu', {}],
  ])('fit %s within the default limits', async (name, config) => {
    await using host = await openPlugin(name, config);
    const { data } = await host.call<{ score: number }>({ output: words, expected: words });
    expect(data.score).toBeCloseTo(1);
  });

  // No word is at its original position.
  const numbers = Array.from({ length: 8000 }, (_, index) => (index * 7919) % 3001);
  const output = numbers.map((number) => `w${number}`).join(' ');
  const expected = numbers.map((number) => `w${(number * 13) % 3001}`).join(' ');
  it.each(['error-rate', 'rouge', 'chrf', 'bleu'])(
    'of 8,000 words fit %s within the default limits',
    async (name) => {
      await using host = await openPlugin(name);
      const { data } = await host.call<{ score: number }>({ output, expected });
      expect(data.score).toBeLessThan(0.9);
    },
  );
});

describe('a corpus', () => {
  it.each(['bleu', 'chrf', 'ter'])('without as many references is refused by %s', async (name) => {
    await using host = await openPlugin(name);
    for (const expected of [undefined, [], [['a', 'b'], ['a']], ['a', 'b']]) {
      const call = host.call({ output: ['a', 'b'], ...(expected !== undefined && { expected }) });
      await expect(call).rejects.toMatchObject({ code: 'CALL_INVALID_INPUT' });
    }
  });
});

describe('what is wrong', () => {
  it.each([
    [
      'replay',
      { model: 'm', prompt: 'q', record: {} },
      'Cannot replay "m": the record has no "answers.m"',
    ],
    ['exact-match', { output: 'x' }, 'Cannot evaluate: field "expected" is missing'],
    ['text-statistics', 5, 'Cannot count: expected a string, or an object with a string "text"'],
    ['threshold', { item: [] }, 'Cannot filter: expected a list "items", found nothing'],
  ])('in the input of %s is said in one sentence', async (name, data, message) => {
    await using host = await openPlugin(name);
    await expect(host.call(data)).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
      pluginMessage: message,
    });
  });

  it.each([
    ['exact-match', { ignorecase: true }],
    ['contains', { require: 'some' }],
    ['numeric-match', { tolerance: 2 }],
    ['threshold', { min: '1' }],
  ])('in the configuration of %s stops the loading: %j', async (name, config) => {
    await expect(openPlugin(name, config)).rejects.toMatchObject({
      code: 'LOAD_INIT_FAILED',
      message: expect.stringContaining('Cannot read the configuration'),
    });
  });

  it.each([
    [{ answers: ['4'] }, 'expected an object of models in "answers", found a list'],
    [
      { answers: { a: {}, b: '4' } },
      'expected an object of prompts in "answers.b", found a string',
    ],
  ])('in the answers of replay stops the loading: %j', async (config, message) => {
    await expect(openPlugin('replay', config)).rejects.toMatchObject({
      code: 'LOAD_INIT_FAILED',
      message: expect.stringContaining(message),
    });
  });
});

describe('each README', () => {
  const folder = new URL('../', import.meta.url);
  const names = readdirSync(folder).filter(
    (name) => name !== 'tests' && existsSync(new URL(`${name}/package.json`, folder)),
  );
  it.each(names)('of %s names the limits', (name) => {
    const readme = readFileSync(new URL(`${name}/README.md`, folder), 'utf8');
    expect(readme).toMatch(/^## Limits$/m);
  });
});

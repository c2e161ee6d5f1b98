import { describe, expect, it } from 'vitest';

import { runRecords } from '../__fixtures__/run-bench.js';

const MAIL = 'ann@example.org';
const CARD = '4111 1111 1111 1111';

/** Three records: the answers of models `a` and `b`, and the correct one. */
const records = [
  { id: 'r1', input: 'q1', expected: 'Paris', answers: { a: 'Paris', b: 'Rome' } },
  { id: 'r2', input: 'q2', expected: 'Rome', answers: { a: 'Rome', b: 'Rome' } },
  { id: 'r3', input: 'q3', expected: 'Oslo', answers: { a: 'Bern', b: 'Oslo' } },
];
const personal = [
  { input: `Mail ${MAIL}?`, expected: 'yes', answers: { a: `Write to ${MAIL}`, b: 'yes' } },
  { input: 'Pay?', expected: ['no', CARD], answers: { a: `With ${CARD}.`, b: `A: ${MAIL}` } },
  { input: 'Fine?', expected: 'yes', answers: { a: 'yes', b: 'no' } },
];

describe('testbench run with the filter', () => {
  it('pii drops rows with personal data, says why, and leaves no text of them', async () => {
    const run = await runRecords(personal, { filter: { plugin: 'pii' } });
    expect(run.code).toBe(0);
    expect(run.rows.map(({ dropped }) => dropped?.reason)).toEqual([
      'EMAIL_ADDRESS 9-24',
      undefined,
      'CREDIT_CARD 5-24',
      'EMAIL_ADDRESS 3-18',
      undefined,
      undefined,
    ]);
    expect(run.rows[0]).not.toHaveProperty('output');
    expect(run.results).not.toContain(CARD);
    expect(run.summary?.scores.map(({ n, dropped }) => [n, dropped])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(run.summary?.dropped).toContainEqual({
      model: 'a',
      reason: 'CREDIT_CARD 5-24',
      count: 1,
      first: { index: 1, line: 2 },
    });
    expect(run.stdout).toContain('dropped × 1  a, first on line 2: CREDIT_CARD 5-24\n');
  });

  it('pii that redacts leaves none of it in the results, wherever it stood', async () => {
    const numbers = { plugin: 'numeric-match', config: { after: '' } };
    const run = await runRecords(personal, {
      transforms: [{ plugin: 'answer-extractor' }],
      evaluators: [{ plugin: 'exact-match' }, numbers],
      filter: { plugin: 'pii', config: { action: 'redact' } },
    });
    expect(run.code).toBe(0);
    expect(run.results).not.toContain(MAIL);
    expect(run.results).not.toContain(CARD);
    expect(run.rows[0]).toMatchObject({
      input: 'Mail <EMAIL_ADDRESS>?',
      output: 'Write to <EMAIL_ADDRESS>',
    });
    expect(run.rows[2]).toMatchObject({
      expected: ['no', '<CREDIT_CARD>'],
      output: 'With <CREDIT_CARD>.',
    });
    expect(run.rows[3]).toMatchObject({ output: '<EMAIL_ADDRESS>', answer: 'A: <EMAIL_ADDRESS>' });
    expect(run.summary?.scores[0]).toMatchObject({ n: 3, mean: 1 / 3, dropped: 0 });
  });

  it('pii that redacts one field reveals nothing in others', async () => {
    const run = await runRecords(personal.slice(1, 2), {
      transforms: [{ plugin: 'normalize-text' }],
      evaluators: [{ plugin: 'regex-match', config: { pattern: '.+' } }],
      filter: { plugin: 'pii', config: { action: 'redact', field: 'output' } },
      dataset: { path: 'data.jsonl', fields: { expected: 'input' } },
    });
    expect(run.code).toBe(0);
    expect(run.rows[0]).toMatchObject({ output: 'with <CREDIT_CARD>.' });
    expect(run.results).not.toContain(CARD);
  });

  it('pii that fails leaves no text in the results', async () => {
    const run = await runRecords(personal, {
      filter: { plugin: 'pii', config: { action: 'redact', field: 'message' } },
    });
    expect(run.code).toBe(1);
    expect(run.results).not.toContain(MAIL);
    expect(run.summary?.scores[0]?.errorCodes['CALL_INVALID_INPUT']).toMatchObject({
      count: 3,
      first: {
        message: expect.stringContaining(
          'an item has no "message"; its fields: index, id, prompt, provider, model, epoch, input, expected, output, scores.exact-match, score',
        ),
      },
    });
  });

  it('pii that never sees a row leaves no text of it', async () => {
    const secret = { plugin: 'template', config: { template: '{{nothing}}' } };
    const run = await runRecords(personal, {
      transforms: [secret],
      filter: { plugin: 'pii', config: { action: 'redact' } },
    });
    expect(run.code).toBe(1);
    expect(run.rows.map(({ failure }) => failure?.stage)).toContain('transforms[0]');
    expect(run.results).not.toContain(MAIL);
  });

  it('word-list drops what holds a word', async () => {
    const run = await runRecords(records, {
      filter: { plugin: 'word-list', config: { words: ['rome'] } },
    });
    expect(run.rows.map(({ dropped }) => dropped?.reason)).toEqual([
      undefined,
      'holds "rome"',
      'holds "rome"',
      'holds "rome"',
      undefined,
      undefined,
    ]);
  });

  it('word-list without words does not load', async () => {
    const run = await runRecords(records, { filter: { plugin: 'word-list' } });
    expect(run.stderr).toContain('setting "words" is missing');
  });

  it('dedupe drops the same answer of another model', async () => {
    const run = await runRecords(records, { filter: { plugin: 'dedupe' } });
    expect(run.rows.map(({ dropped }) => dropped?.reason)).toEqual([
      undefined,
      undefined,
      undefined,
      'the same as item 0',
      undefined,
      undefined,
    ]);
  });

  it('top-k keeps the best of the models', async () => {
    const run = await runRecords(records, { filter: { plugin: 'top-k', config: { k: 1 } } });
    expect(run.rows.map(({ dropped }) => dropped?.reason)).toEqual([
      undefined,
      'rank 2',
      undefined,
      'rank 2',
      'rank 2',
      undefined,
    ]);
    expect((await runRecords(records, { filter: { plugin: 'top-k' } })).summary?.dropped).toEqual(
      [],
    );
  });

  it('threshold keeps rows with a mean score of at least a half', async () => {
    const evaluators = [{ plugin: 'exact-match' }, { plugin: 'levenshtein' }];
    const run = await runRecords(records, { evaluators, filter: { plugin: 'threshold' } });
    // "Rome" and "Paris" have no character in common at any position, nor do "Bern" and "Oslo": both scores are 0.
    expect(run.rows.map(({ dropped }) => dropped !== undefined)).toEqual([
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(run.summary?.scores.map(({ n }) => n)).toEqual([2, 2, 2, 2]);
  });

  it.each(['threshold', 'top-k'])('%s without its number fails with the fields', async (plugin) => {
    const run = await runRecords(records, { filter: { plugin, config: { field: 'scores.f1' } } });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain(
      'no item has a number "scores.f1"; fields of the first: index, id, prompt, provider, model, epoch, input, expected, output, scores.exact-match, score',
    );
  });

  it('shows the texts of dropped rows if told so', async () => {
    const filter = { plugin: 'threshold', droppedTexts: true };
    const run = await runRecords(records, { filter });
    expect(run.rows[1]).toMatchObject({ input: 'q1', output: 'Rome', dropped: {} });
  });

  it('threshold does not hide why an evaluator failed', async () => {
    const run = await runRecords(records, {
      evaluators: [{ plugin: 'numeric-diff' }],
      filter: { plugin: 'threshold' },
    });
    expect(run.summary?.scores[0]?.errorCodes['CALL_INVALID_INPUT']?.first.message).toContain(
      'expected numbers',
    );
  });
});

describe('testbench run with the transform', () => {
  const long = [
    { input: 'q1', expected: 'one two', answers: { a: 'one two three' } },
    { input: 'q2', expected: '42', answers: { a: 'So.\nA: 42' } },
    { input: 'q3', expected: '', answers: { a: 'a. b. c.' } },
  ];
  const outputs = async (plugin: string, config?: object): Promise<unknown[]> => {
    const run = await runRecords(long, {
      provider: { plugin: 'replay', models: ['a'] },
      transforms: [{ plugin, ...(config === undefined ? {} : { config }) }],
    });
    expect(run.code).toBe(0);
    return run.rows.map(({ output }) => output);
  };

  it('answer-extractor', async () => {
    expect(await outputs('answer-extractor')).toEqual(['one two three', '42', 'a. b. c.']);
  });

  it('chunk', async () => {
    expect(await outputs('chunk')).toEqual(['one two three', 'So.\nA: 42', 'a. b. c.']);
    expect(await outputs('chunk', { size: 2, separator: '|' })).toEqual([
      'one two|three',
      'So.\nA:|42',
      'a. b.|c.',
    ]);
    expect(await outputs('chunk', { size: 2, take: 'first' })).toEqual([
      'one two',
      'So.\nA:',
      'a. b.',
    ]);
    expect(await outputs('chunk', { unit: 'sentences', size: 1, take: 'last' })).toEqual([
      'one two three',
      'A: 42',
      'c.',
    ]);
  });

  it('extract', async () => {
    expect(await outputs('extract')).toEqual(['', '42', '']);
    const regex = { by: 'regex', pattern: 'A: (.*)', group: 1, otherwise: 'text' };
    expect(await outputs('extract', regex)).toEqual(['one two three', '42', 'a. b. c.']);
  });

  it('normalize-text', async () => {
    expect(await outputs('normalize-text')).toEqual(['one two three', 'so. a: 42', 'a. b. c.']);
  });

  it('template', async () => {
    const template = '{{record.input}}: {{text}}';
    expect(await outputs('template', { template })).toEqual([
      'q1: one two three',
      'q2: So.\nA: 42',
      'q3: a. b. c.',
    ]);
  });

  it.each([
    ['template', undefined, 'setting "template" is missing'],
    ['extract', { by: 'regex' }, 'but "pattern" is missing'],
    ['extract', { pattern: 'x' }, '"by" is "number", but "pattern" is set'],
    ['extract', { path: '$.a' }, '"by" is "number", but "path" is set'],
  ])('%s %j does not load', async (plugin, config, problem) => {
    const transform = { plugin, ...(config === undefined ? {} : { config }) };
    const run = await runRecords(long, { transforms: [transform] });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(problem);
  });

  it('template that finds none of its fields fails with those that there are', async () => {
    const run = await runRecords(records, {
      transforms: [{ plugin: 'template', config: { template: 'It is {{output}}' } }],
    });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain(
      'there is no "output"; the fields: text, record.id, record.input, record.expected, record.answers',
    );
  });
});

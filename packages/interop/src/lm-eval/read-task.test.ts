import { describe, expect, it } from 'vitest';

import { importFiles, type ImportedText } from '../__fixtures__/import-text.js';

type Json = Readonly<Record<string, unknown>>;

function generation(change: Json = {}): Json {
  return {
    doc_id: 0,
    doc: { question: '1+1', level: 1 },
    target: '2',
    arguments: { gen_args_0: { arg_0: 'Q: 1+1\nA:', arg_1: { until: ['\n'] } } },
    resps: [[' It is 2.']],
    filtered_resps: [' It is 2.'],
    filter: 'none',
    metrics: ['exact_match'],
    exact_match: 0,
    ...change,
  };
}

/** A sample of multiple choice, as it is written: numbers are texts. */
function choice(change: Json = {}): Json {
  const letters = ['A', 'B', 'C'];
  return {
    doc_id: 0,
    doc: {},
    target: '1',
    arguments: Object.fromEntries(
      letters.map((letter, index) => [
        `gen_args_${index}`,
        { arg_0: 'Which?', arg_1: ` ${letter}` },
      ]),
    ),
    resps: [[['-3.5', 'False']], [['-1.25', 'True']], [['-9.0', 'False']]],
    filtered_resps: [
      ['-3.5', 'False'],
      ['-1.25', 'True'],
      ['-9.0', 'False'],
    ],
    filter: 'none',
    metrics: ['acc', 'acc_norm'],
    acc: 1,
    acc_norm: 0,
    ...change,
  };
}

async function importSamples(samples: readonly Json[], results?: Json): Promise<ImportedText> {
  const lines = samples.map((each) => JSON.stringify(each)).join('\n');
  const [run] = await importFiles({
    'samples_sums_2026-01-02T03-04-05.123456.jsonl': lines,
    ...(results === undefined
      ? {}
      : { 'results_2026-01-02T03-04-05.123456.json': JSON.stringify(results) }),
  });
  return run!;
}

const RESULTS = {
  results: {
    sums: { 'exact_match,none': 0.5, 'exact_match_stderr,none': 0.1, alias: 'sums' },
    other: { 'acc,none': 1 },
  },
  configs: { sums: { metric_list: [{ metric: 'exact_match', aggregation: 'mean' }] } },
  config: { model: 'local-completions', model_args: 'model=org/small,base_url=http://x' },
  'n-samples': { sums: { original: 100, effective: 2 } },
  git_hash: 'abc',
};

describe('readTask()', () => {
  it('reads generations, with the totals of their results', async () => {
    const samples = [generation(), generation({ doc_id: 1, exact_match: 1 })];
    const run = await importSamples(samples, RESULTS);
    expect(run).toMatchObject({ name: 'sums', model: 'org/small', cases: 2, notes: [] });
    expect(run.checks).toMatchObject([{ name: 'exact_match,none', found: 0.5, agrees: true }]);
    expect(run.rows[0]).toMatchObject({
      id: '0',
      provider: 'local-completions',
      input: 'Q: 1+1\nA:',
      output: ' It is 2.',
      expected: '2',
      scores: { exact_match: 0 },
    });
  });

  it('joins the filters of a sample', async () => {
    const strict = { filter: 'strict-match', filtered_resps: ['[invalid]'], exact_match: 0 };
    const flexible = { filter: 'flexible-extract', filtered_resps: ['2'], exact_match: 1 };
    const samples = [0, 1].map((doc_id) => generation({ doc_id, ...strict }));
    const again = [0, 1].map((doc_id) => generation({ doc_id, ...flexible }));
    const run = await importSamples([...samples, ...again]);
    expect(run.rows).toHaveLength(2);
    expect(run.rows[0]).toMatchObject({
      output: ' It is 2.',
      scores: { 'exact_match/strict-match': 0, 'exact_match/flexible-extract': 1 },
    });
  });

  it('takes what a single filter left for the output', async () => {
    const run = await importSamples([generation({ filter: 'number', filtered_resps: ['2'] })]);
    expect(run.rows[0]).toMatchObject({ output: '2', answer: ' It is 2.' });
  });

  it.each([
    { what: 'texts', change: {} },
    {
      what: 'numbers',
      change: {
        filtered_resps: [
          [-3.5, false],
          [-1.25, true],
          [-9, false],
        ],
      },
    },
    {
      what: 'lists of arguments',
      change: {
        arguments: [
          ['Which?', ' A'],
          ['Which?', ' B'],
          ['Which?', ' C'],
        ],
        target: 1,
      },
    },
    { what: 'a target that is a text', change: { target: 'B' } },
  ])('chooses the most likely of several choices, from $what', async ({ change }) => {
    const run = await importSamples([choice(change)]);
    expect(run.rows[0]).toMatchObject({
      input: 'Which?',
      output: 'B',
      expected: 'B',
      scores: { acc: 1, acc_norm: 0 },
    });
  });

  it('tells by the score whether a number is a place or a text', async () => {
    const named = ['1', '2', '3'].map((text) => ['Which?', text]);
    const run = await importSamples([
      choice({ arguments: named, target: '2', acc: 1 }),
      choice({ doc_id: 1, arguments: named, target: '1', acc: 1 }),
      choice({ doc_id: 2, arguments: named, target: '2', acc: 0 }),
    ]);
    expect(run.rows.map(({ output, expected }) => [output, expected])).toEqual([
      ['2', '2'],
      ['2', '2'],
      ['2', '3'],
    ]);
  });

  it('reads mutual information, and choices within the question', async () => {
    const pairs = ['A', 'B', 'C'];
    const doubled = [
      ...pairs.map((text) => ['Which?', ` ${text}`]),
      ...pairs.map((text) => ['', ` ${text}`]),
    ];
    const likelihoods = [-3, -1, -9, -0.5, -8, -8].map((each) => [each, false]);
    const inside = pairs.map((text) => [`It is ${text}`, ' because']);
    const run = await importSamples([
      choice({ arguments: doubled, filtered_resps: likelihoods }),
      choice({ doc_id: 1, arguments: inside }),
    ]);
    expect(run.rows.map(({ output, expected }) => [output, expected])).toEqual([
      ['B', 'B'],
      ['1', '1'],
    ]);
  });

  it('leaves values out that are no numbers', async () => {
    const pair = { metrics: ['word_perplexity', 'acc'], word_perplexity: [-12.5, 7], acc: true };
    const run = await importSamples([generation(pair)]);
    expect(run.rows[0]!.scores).toEqual({ acc: 1 });
    expect(run.notes).toEqual(['a value of "word_perplexity" is no number (1 sample)']);
  });

  it('reads prompts that are conversations, and repeats', async () => {
    const prompt = JSON.stringify([{ role: 'user', content: 'Hi' }]);
    const run = await importSamples([
      generation({
        arguments: { gen_args_0: { arg_0: [prompt], arg_1: {} } },
        resps: [['a', 'b']],
        filtered_resps: [['a', 'b']],
      }),
    ]);
    expect(run.rows[0]).toMatchObject({
      messages: [{ role: 'user', content: 'Hi' }],
      output: 'a',
    });
  });

  it('reads one list over many lines, as early versions wrote it', async () => {
    const samples = [generation(), generation({ doc_id: 1, metrics: undefined, exact_match: 1 })];
    const [run] = await importFiles({
      'model_samples_sums.jsonl': JSON.stringify(samples, undefined, 2),
    });
    expect(run).toMatchObject({ name: 'sums', model: 'unknown', cases: 2 });
    expect(run!.summary.scores[0]).toMatchObject({ evaluator: 'exact_match', mean: 0.5 });
  });

  it('tells filters by their order where samples do not name them', async () => {
    const old = { filter: undefined, metrics: undefined };
    const samples = [
      generation({ ...old, exact_match: 0 }),
      generation({ ...old, doc_id: 1, exact_match: 1 }),
      generation({ ...old, exact_match: 1 }),
      generation({ ...old, doc_id: 1, exact_match: 1 }),
    ];
    const filter_list = [{ name: 'strict-match' }, { name: 'flexible-extract' }];
    const sums = { 'exact_match,strict-match': 0.5, 'exact_match,flexible-extract': 1 };
    const run = await importSamples(samples, {
      ...RESULTS,
      results: { sums },
      configs: { sums: { ...RESULTS.configs.sums, filter_list } },
    });
    expect(run).toMatchObject({ cases: 2, notes: [] });
    expect(run.checks).toMatchObject([
      { name: 'exact_match,strict-match', found: 0.5 },
      { name: 'exact_match,flexible-extract', found: 1 },
    ]);
    const unnamed = await importSamples(samples);
    expect(unnamed.summary.scores).toMatchObject([
      { evaluator: 'exact_match', mean: 0.5 },
      { evaluator: 'exact_match/filter-2', mean: 1 },
    ]);
  });

  it.each([
    { samples: [generation(), generation()], line: 'line 2' },
    {
      samples: [generation({ filter: undefined }), generation({ filter: undefined, doc: 'other' })],
      line: 'line 2',
    },
  ])('refuses a document that occurs twice', async ({ samples, line }) => {
    await expect(importSamples(samples)).rejects.toMatchObject({
      code: 'IMPORT_INVALID',
      place: line,
    });
  });

  it('finds samples by their tasks, as early versions named them', async () => {
    const results = { ...RESULTS, results: { sums: { acc: 1 }, big_sums: { acc: 0 } } };
    const runs = await importFiles({
      'results.json': JSON.stringify(results),
      'pretrained__gpt2_big_sums.jsonl': JSON.stringify([generation({ filter: undefined })]),
      'pretrained__gpt2_sums.jsonl': JSON.stringify([generation({ filter: undefined })]),
    });
    expect(runs.map(({ name, model }) => [name, model])).toEqual([
      ['big_sums', 'org/small'],
      ['sums', 'org/small'],
    ]);
  });

  it('takes no results of another date, and says which tasks have no samples', async () => {
    const [run] = await importFiles({
      'samples_sums_2026-01-02T03-04-05.1.jsonl': JSON.stringify(generation()),
      'results_2026-01-02T03-04-06.1.json': JSON.stringify(RESULTS),
    });
    expect(run).toMatchObject({ model: 'unknown', checks: [] });
    expect(run!.notes).toEqual([expect.stringContaining('unclear which of the results')]);
    const all = { ...RESULTS, configs: { ...RESULTS.configs, other: {} } };
    const files = {
      'results.json': JSON.stringify(all),
      'samples_sums.jsonl': JSON.stringify(generation()),
    };
    const [part] = await importFiles(files);
    expect(part!.notes[0]).toContain(
      'totals of tasks without samples, which are not imported: other',
    );
  });

  it('says that results have no samples', async () => {
    const found = importFiles({ 'results.json': JSON.stringify(RESULTS) });
    await expect(found).rejects.toMatchObject({
      code: 'IMPORT_NO_SAMPLES',
      message: expect.stringContaining('(sums, other)'),
    });
  });

  it.each([
    { text: '{"doc_id": 0', place: 'line 1', code: 'IMPORT_INVALID' },
    { text: '3', place: 'line 1', code: 'IMPORT_INVALID' },
    { text: '{"doc_id": {}, "filter": "none"}', place: 'line 1.doc_id', code: 'IMPORT_INVALID' },
    { text: '{"doc_id": 0, "": 1}', place: 'line 1', code: 'IMPORT_INVALID' },
    { text: '', code: 'IMPORT_NO_SAMPLES' },
  ])('refuses $text', async ({ text, code, place }) => {
    const found = importFiles({ 'samples_sums.jsonl': text });
    await expect(found).rejects.toMatchObject({ code, place });
  });
});

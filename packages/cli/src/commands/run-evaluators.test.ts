import { describe, expect, it } from 'vitest';

import { type BenchRun, runRecords } from '../__fixtures__/run-bench.js';

const provider = { plugin: 'replay', models: ['a'] };

/** Runs one evaluator over records that have a field `a`, the answer. */
async function evaluate(
  plugin: string,
  records: readonly object[],
  more: object = {},
): Promise<BenchRun> {
  const withAnswers = records.map((record, index) => ({
    input: `q${index}`,
    answers: { a: 'a' in record ? record.a : 'any' },
    ...record,
  }));
  return await runRecords(withAnswers, { provider, evaluators: [{ plugin, ...more }] });
}

/** Scores row by row, to the twelfth digit. */
const scoresOf = ({ rows }: BenchRun): unknown[] =>
  rows.map(({ scores }) => Object.values(scores).map((score) => Number(score.toFixed(12)))[0]);
const metricsOf = ({ rows }: BenchRun): unknown[] =>
  rows.map(({ details }) => Object.values(details ?? {})[0]?.metrics);

const schemas = [
  { a: '{"n":1}', schema: { type: 'object', required: ['n'] } },
  { a: '2', schema: { type: 'integer', minimum: 3 } },
  { a: '["x"]', schema: { type: 'array', items: { type: 'string' } } },
];

describe('testbench run with the evaluator', () => {
  it('json-schema takes the schema of each record', async () => {
    expect(scoresOf(await evaluate('json-schema', schemas))).toEqual([1, 0, 1]);
    const expected = schemas.map(({ a, schema }) => ({ a, expected: schema }));
    const run = await evaluate('json-schema', expected);
    expect(scoresOf(run)).toEqual([1, 0, 1]);
    // The results, too, have it as it is in the record.
    expect(run.rows[1]?.expected).toEqual({ type: 'integer', minimum: 3 });
  });

  it('json-validity takes the schema of each record', async () => {
    expect(scoresOf(await evaluate('json-validity', schemas))).toEqual([1, 0, 1]);
    const nested = schemas.map(({ a, schema }) => ({
      a,
      meta: { schema: JSON.stringify(schema) },
    }));
    const fields = { schema: 'meta.schema' };
    expect(scoresOf(await evaluate('json-validity', nested, { fields }))).toEqual([1, 0, 1]);
  });

  it.each([
    [5, '# is a number, expected an object or a boolean'],
    ['no JSON', '# is nothing, expected an object or a boolean'],
    [{ type: 'strng' }, '#/type is a string, expected one or more of string'],
    [{ minimum: '3' }, '#/minimum is a string, expected a number'],
    [{ pattern: 'x' }, 'keyword "pattern" is not supported'],
  ])('json-validity refuses the schema %j instead of passing everything', async (schema, says) => {
    const run = await evaluate('json-validity', [{ a: '{}', schema }]);
    expect(run.code).toBe(1);
    expect(run.rows[0]?.errors?.['json-validity']?.message).toContain(says);
  });

  it('cosine takes the vectors of the record', async () => {
    const vectors = [
      [
        [1, 0],
        [1, 0],
      ],
      [
        [1, 0],
        [0, 1],
      ],
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ];
    // 32 / sqrt(14 * 77), less 0.7, over 0.3.
    const right = [1, 0, 0.915439487324];
    const flat = vectors.map(([output_embedding, expected_embedding]) => ({
      output_embedding,
      expected_embedding,
    }));
    expect(scoresOf(await evaluate('cosine', flat))).toEqual(right);
    const nested = vectors.map(([answer, expected]) => ({ expected, vectors: { answer } }));
    const fields = { output_embedding: 'vectors.answer' };
    const config = { expected: 'expected' };
    expect(scoresOf(await evaluate('cosine', nested, { fields, config }))).toEqual(right);
  });

  it('multiple-choice takes the choices of the record', async () => {
    const run = await evaluate('multiple-choice', [
      { logprobs: [-1, -2, -3], gold: 0 },
      { logprobs: [-1, -2, -3], expected: [1, 2] },
      { logprobs: [-1, 0], choices: ['no', 'yes'], gold: 'yes' },
    ]);
    expect(scoresOf(run)).toEqual([1, 0, 1]);
    const e = Math.E;
    expect(metricsOf(run)[0]).toEqual({
      accuracy: 1,
      probability: expect.closeTo(1 / (1 + 1 / e + 1 / e ** 2), 12),
      reciprocal_rank: 1,
    });
    expect(metricsOf(run)[1]).toMatchObject({
      probability: expect.closeTo((1 / e + 1 / e ** 2) / (1 + 1 / e + 1 / e ** 2), 12),
      reciprocal_rank: 0.5,
    });
    expect(run.summary?.scores[0]).toMatchObject({ n: 3, mean: 2 / 3 });
  });

  it('pass-at-k takes the counts of the record', async () => {
    const counts = [
      { n: 6, c: 3, k: 3 },
      { n: 5, c: 5, k: 2 },
      { n: 4, c: 1 },
    ];
    const run = await evaluate('pass-at-k', counts, { config: { k: 1 } });
    // 1 - C(3,3) / C(6,3), then all, then 1 of 4.
    expect(scoresOf(run)).toEqual([0.95, 1, 0.25]);
    expect(metricsOf(run)[0]).toEqual({
      pass_at_k: expect.closeTo(0.95, 12),
      pass_hat_k: expect.closeTo(0.05, 12),
    });
  });

  it('calibration takes the forecasts of the record', async () => {
    const forecasts = [
      { probs: [0.25, 0.25, 0.55, 0.75, 0.75], labels: [0, 0, 1, 1, 1] },
      { probs: 0.8, labels: 1 },
      {
        probs: [
          [0.25, 0.2, 0.55],
          [0.55, 0.05, 0.4],
          [0.1, 0.3, 0.6],
          [0.9, 0.05, 0.05],
        ],
        labels: [0, 1, 2, 0],
      },
    ];
    const run = await evaluate('calibration', forecasts, { config: { n_bins: 2 } });
    // Bins up to and from 0.5 on: |0 - 0.25| * 2 / 5 + |1 - 2.05 / 3| * 3 / 5; 0.2; |0.5 - 0.65|.
    expect(scoresOf(run)).toEqual([0.71, 0.8, 0.85]);
    const brier = await evaluate('calibration', forecasts.slice(0, 2), {
      config: { score: 'brier' },
    });
    expect(scoresOf(brier)).toEqual([0.9095, 0.96]);
  });

  it('perplexity takes the log-probabilities of the record', async () => {
    const half = Math.log(0.5);
    const run = await evaluate('perplexity', [
      { logprobs: [half, half], text: 'one' },
      { logprobs: [0] },
      { logprobs: [[half], [half, 2 * half]], text: ['two words', 'three'] },
    ]);
    // The geometric means of the probabilities: 1/2, 1, and the third root of 1/16.
    expect(scoresOf(run)).toEqual([0.5, 1, 0.396850262992]);
    expect(metricsOf(run)[0]).toMatchObject({
      perplexity: expect.closeTo(2, 12),
      word_perplexity: expect.closeTo(4, 12),
    });
  });

  it('list-contains and json-diff take lists and objects', async () => {
    const lists = [
      { a: '["apple","pear"]', expected: ['pears', 'apple'] },
      { a: '["x"]', expected: ['x'] },
      { a: '[]', expected: ['x'] },
    ];
    expect(scoresOf(await evaluate('list-contains', lists))).toEqual([0.9, 1, 0]);
    const objects = [
      { a: '{"x":1}', expected: { x: 1 } },
      { a: '{"x":1}', expected: { x: 2 } },
      { a: '{}', expected: { x: 2 } },
      { a: ' 3\n', expected: 1 },
    ];
    // Numbers by 1 - difference / sum of sizes.
    expect(scoresOf(await evaluate('json-diff', objects))).toEqual([1, 0.666666666667, 0, 0.5]);
  });

  it('refuses a record without a field that the configuration names, with those that it has', async () => {
    const records = [
      { logprobs: [-1], meta: { right: 0 } },
      { logprobs: [-1], meta: {} },
    ];
    const run = await evaluate('multiple-choice', records, { fields: { gold: 'meta.right' } });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /^error BENCH_DATASET_INVALID: .*line 2: expected a field "meta\.right" \(evaluators\[0\]\.fields\.gold\), the record has: input, answers, logprobs, meta/,
    );
    // Earlier results are kept.
    const kept = run.results.trim().split('\n');
    expect(kept.map((line) => JSON.parse(line).line)).toEqual([1]);
  });

  it('refuses a custom plugin whose result has no score', async () => {
    const run = await evaluate('text-statistics', [{ a: 'x' }], { config: { field: 'output' } });
    expect(run.code).toBe(1);
    expect(run.rows[0]?.errors?.['text-statistics']).toEqual({
      code: 'CALL_INVALID_OUTPUT',
      message: expect.stringContaining('"data.score" is missing'),
      retryable: false,
    });
  });
});

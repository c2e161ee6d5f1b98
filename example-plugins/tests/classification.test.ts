import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';

interface Result {
  readonly score: number;
  readonly metrics: Readonly<Record<string, number>>;
}

const EXPECTED = ['spam', 'ham', 'ham', 'eggs', 'spam', 'ham', 'eggs', 'ham'];
const OUTPUT = ['spam', 'ham', 'spam', 'eggs', 'ham', 'ham', 'ham', 'other'];
const near = (value: number): number => expect.closeTo(value, 14) as number;

/** One call per record, as in a benchmark, and the sums of their metrics, which the host adds up. */
async function scoreRecords(
  config: object,
  records: readonly object[],
): Promise<{ set: Result; scores: number[] }> {
  await using host = await openPlugin('classification', config);
  const sums: Record<string, number> = {};
  const scores: number[] = [];
  for (const record of records) {
    const { data } = await host.call<Result>(record);
    scores.push(data.score);
    for (const [name, value] of Object.entries(data.metrics)) {
      sums[name] = (sums[name] ?? 0) + value;
    }
  }
  // The order of summation must not matter.
  const reversed = Object.fromEntries(Object.entries(sums).toReversed());
  const { data } = await host.aggregate(reversed, records.length);
  return { set: data as unknown as Result, scores };
}

const recordsOf = (output: readonly string[]): object[] =>
  output.map((text, index) => ({ output: text, expected: EXPECTED[index] }));

describe('plugin classification', () => {
  // According to scikit-learn 1.9, zero_division = 0.
  it.each([
    {
      config: {},
      metrics: {
        macro_precision: near(0.5),
        macro_recall: near(0.375),
        macro_f1: near(0.41666666666666663),
        micro_f1: near(0.5),
        weighted_precision: near(0.625),
        weighted_f1: near(0.5416666666666666),
        classes: 4,
        unreadable: 0,
      },
    },
    {
      config: { labels: ['eggs', 'ham', 'spam'] },
      metrics: {
        macro_precision: near(0.6666666666666666),
        macro_recall: near(0.5),
        macro_f1: near(0.5555555555555555),
        micro_precision: near(0.5714285714285714),
        micro_recall: near(0.5),
        micro_f1: near(0.5333333333333333),
        weighted_f1: near(0.5416666666666666),
        classes: 3,
        unreadable: 1,
      },
    },
  ])('scores records, and the set from their sums, with $config', async ({ config, metrics }) => {
    const { set, scores } = await scoreRecords(config, recordsOf(OUTPUT));
    expect(scores).toEqual([1, 1, 0, 1, 0, 1, 0, 0]);
    expect(set.metrics).toMatchObject({
      ...metrics,
      accuracy: 0.5,
      balanced_accuracy: near(0.5),
      mcc: near(0.2439750182371333),
      cohen_kappa: near(0.23809523809523814),
      'support:ham': 4,
      'recall:ham': 0.5,
    });
    expect(set.score).toBe(set.metrics['macro_f1']);
    await using host = await openPlugin('classification', config);
    const { data } = await host.call<Result>({ output: OUTPUT, expected: EXPECTED });
    expect(data).toEqual(set);
  });

  it('ranks probabilities', async () => {
    const labels = [1, 0, 0, 1, 1, 0, 0, 1];
    const probabilities = [0.9, 0.1, 0.4, 0.4, 0.35, 0.8, 0.2, 0.7];
    const records = labels.map((label, index) => ({
      output: '1',
      expected: String(label),
      record: { p: probabilities[index] },
    }));
    const config = { positive: '1', probability: 'p', score: 'auc' };
    const { set } = await scoreRecords(config, records);
    expect(set).toMatchObject({ score: 0.71875, metrics: { auc: 0.71875 } });
    await using host = await openPlugin('classification', config);
    const data = { output: labels.map(() => '1'), expected: labels, record: { p: probabilities } };
    expect((await host.call<Result>(data)).data).toEqual(set);
    await expect(host.call({ output: ['1'], expected: ['1'], p: [0.5] })).rejects.toMatchObject({
      pluginMessage: expect.stringContaining(
        'needs records of the positive class, and others',
      ) as string,
    });
  });

  it('takes the one of several right answers that was given, and no text for a class', async () => {
    const long = 'x'.repeat(65);
    const { set, scores } = await scoreRecords({ ignore_case: true }, [
      { output: ' B ', expected: ['a', 'b'] },
      { output: 'c', expected: ['a', 'b'] },
      { output: long, expected: 'a' },
    ]);
    expect(scores).toEqual([1, 0, 0]);
    expect(set.metrics).toMatchObject({
      classes: 3,
      unreadable: 1,
      'support:a': 2,
      'support:b': 1,
    });
  });

  it('gives no correlation for one class, and no score below 0', async () => {
    const same = recordsOf(['spam']);
    expect((await scoreRecords({ score: 'mcc' }, same)).set).toMatchObject({
      score: 0,
      metrics: { mcc: 0, cohen_kappa: 0, accuracy: 1 },
    });
    const wrong = [
      { output: 'a', expected: 'b' },
      { output: 'b', expected: 'a' },
    ];
    expect((await scoreRecords({ score: 'cohen_kappa' }, wrong)).set).toMatchObject({
      score: 0,
      metrics: { cohen_kappa: -1, mcc: near(-1) },
    });
  });

  it.each([
    [
      { labels: ['a'] },
      { output: 'a', expected: 'b' },
      'the right answer "b" is none of the classes',
    ],
    [{}, { output: 'a', expected: '' }, 'the right answer "" is none of the classes'],
    [{}, { output: ['a', 'b'], expected: ['a'] }, '2 answers, 1 right ones'],
    [{}, { output: [], expected: [] }, '0 answers'],
    [{ positive: 'a' }, { output: 'a', expected: 'a' }, 'expected a probability from 0 to 1'],
    [{ positive: 'a' }, { output: 'a', expected: 'a', probability: 1.5 }, 'expected a probability'],
  ])('with %j refuses %j', async (config, data, says) => {
    await using host = await openPlugin('classification', config);
    await expect(host.call(data)).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
      pluginMessage: expect.stringContaining(says) as string,
    });
  });

  it('does not start for an area without a positive class', async () => {
    await expect(openPlugin('classification', { score: 'auc' })).rejects.toThrow('is "positive"');
  });
});

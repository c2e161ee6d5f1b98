import { quantile, randomSwaps, resample } from '@testbench/statistics';
import type { AggregateData } from '@testbench/types/aggregate';
import { describe, expect, it } from 'vitest';

import { type PartialRow, scoredRun } from '../__fixtures__/scored-run.js';
import type { AggregatingSystem } from '../aggregate/set-scores.js';
import type { CompareOptions } from './compare-options.js';
import type { Baseline } from '../gates/baseline.js';
import { formatBaseline, makeBaseline, sealBaseline } from '../gates/make-baseline.js';
import { parseBaseline } from '../gates/read-baseline.js';
import { compareRuns } from './compare-runs.js';

/** An error rate as a plugin would compute it: a ratio of sums, which is not a mean of ratios. */
const rate = ({ aggregate: { errors = 0, words = 0 }, n }: AggregateData) => ({
  score: 1 - Math.min(1, errors / words),
  metrics: { rate: (100 * errors) / words, results: n },
});
let calls = 0;
const system = {
  executePluginBatch: async (_id: string, inputs: readonly { readonly data: unknown }[]) => {
    calls += inputs.length;
    return inputs.map(({ data }) => ({
      status: 'fulfilled',
      value: { data: rate(data as AggregateData), metadata: { fuelUsed: 0 } },
    }));
  },
} as unknown as AggregatingSystem;
const sets = { system, plugins: { wer: 'wer' }, resamples: 200, swaps: 400, seed: 3 };

interface Counts {
  readonly errors: number;
  readonly words: number;
}
const wordsOf = (index: number): number => 3 + ((index * 7) % 11);
const countsOf = (n: number, errors: (index: number) => number): Counts[] =>
  Array.from({ length: n }, (_, index) => ({ errors: errors(index), words: wordsOf(index) }));
const rowsOf = (counts: readonly Counts[], more: (index: number) => object = () => ({})) =>
  counts.map(({ errors, words }, index): PartialRow => ({
    index,
    scores: { wer: 1 - errors / words },
    details: { wer: { metrics: { errors, words } } },
    ...more(index),
  }));
const runOf = (run: string, rows: readonly PartialRow[]) =>
  scoredRun({ run, evaluators: [{ as: 'wer' }], rows });
const compare = async (
  a: readonly PartialRow[],
  b: readonly PartialRow[],
  options: CompareOptions = {},
) => await compareRuns(runOf('a', a), runOf('b', b), { sets, ...options });

const before = countsOf(60, (index) => index % 4);
const after = countsOf(60, (index) => (index % 5 === 0 ? 0 : index % 4));

describe('scores of whole sets in compareRuns()', () => {
  it('are compared by swapping and drawing records, as sacreBLEU does it', async () => {
    const { pairs, tests } = await compare(rowsOf(before), rowsOf(after));
    const [found] = pairs[0]!.corpus;
    // Computed by hand, over the records themselves.
    const score = (counts: readonly Counts[]): number => {
      const total = (name: keyof Counts): number =>
        counts.reduce((sum, each) => sum + each[name], 0);
      return 1 - total('errors') / total('words');
    };
    const [a, b] = [score(before), score(after)];
    const drawn = Array.from(resample(60, { count: 200, seed: 3 }), (indices) => {
      const pick = (counts: readonly Counts[]): Counts[] =>
        Array.from(indices, (index) => counts[index]!);
      return score(pick(after)) - score(pick(before));
    });
    const swapped = Array.from(randomSwaps(60, { count: 400, seed: 3 }), (swaps) => {
      const side = (own: readonly Counts[], other: readonly Counts[]): Counts[] =>
        own.map((counts, index) => (swaps[index] === 1 ? other[index]! : counts));
      return score(side(after, before)) - score(side(before, after));
    });
    const share = (values: readonly number[], counts: (value: number) => boolean): number =>
      (values.filter(counts).length + 1) / (values.length + 1);
    const mean = drawn.reduce((sum, value) => sum + Math.abs(value), 0) / drawn.length;
    const bootstrap = share(drawn, (value) => Math.abs(value) - mean > b - a);
    const swap = share(swapped, (value) => Math.abs(value) >= b - a - 1e-12);
    expect(found).toMatchObject({
      evaluator: 'wer',
      n: 60,
      a,
      b,
      difference: b - a,
      test: 'randomization',
      p: swap,
      interval: {
        low: expect.closeTo(quantile(drawn, 0.025)!, 12) as number,
        high: expect.closeTo(quantile(drawn, 0.975)!, 12) as number,
        method: 'bootstrap',
      },
      resampling: { resamples: 200, swaps: 400, seed: 3, blocks: 60, recordsPerBlock: 1 },
    });
    expect(found!.tests.map(({ test, p }) => [test, p])).toEqual([
      ['randomization', swap],
      ['sacrebleu-ar', expect.any(Number)],
      ['sacrebleu-bs', bootstrap],
    ]);
    expect(found!.values['rate']!.difference).toBeCloseTo(-100 * (b - a), 12);
    // The mean of the rates and the rate of the set are adjusted together.
    expect(tests).toBe(2);
    expect(found!.adjustedP).toBeGreaterThanOrEqual(swap);
  });

  it('cannot tell where one record differs, which sacreBLEU takes for certain', async () => {
    const other = before.map((counts, index) => (index === 1 ? { errors: 0, words: 10 } : counts));
    const [found] = (await compare(rowsOf(before), rowsOf(other))).pairs[0]!.corpus;
    expect(found).toMatchObject({ p: 1, verdict: 'cannot-tell' });
    expect(found!.tests[1]).toMatchObject({ test: 'sacrebleu-ar', p: 1 / 401 });
    const [same] = (await compare(rowsOf(before), rowsOf(before))).pairs[0]!.corpus;
    expect(same).toMatchObject({ p: 1, difference: 0, interval: null, verdict: 'cannot-tell' });
  });

  it('are over records that have results in both, in whatever order, by group', async () => {
    const failure = { code: 'CALL_TRAPPED', message: 'trap', stage: 'provider' };
    const more = (index: number) => ({ id: `r${index}`, group: index < 20 ? 'x' : 'y' });
    const a = rowsOf(before, more).map((row) =>
      Object.assign(row, row.index === 0 ? { failure } : {}),
    );
    const b = rowsOf(after, more).toReversed();
    const compared = await compare(a, b);
    const [found] = compared.pairs[0]!.corpus;
    expect(found).toMatchObject({ n: 59, onlyA: 0, onlyB: 1 });
    const [x, y] = found!.groups;
    expect([x!.group, x!.n, y!.group, y!.n]).toEqual(['x', 19, 'y', 40]);
    const words = (from: number): number =>
      before.slice(from).reduce((sum, counts) => sum + counts.words, 0);
    const errors = (counts: readonly Counts[]): number =>
      counts.slice(20).reduce((sum, each) => sum + each.errors, 0);
    expect(y!.difference).toBeCloseTo((errors(before) - errors(after)) / words(20), 12);
  });

  it('draw whole clusters where records belong together', async () => {
    const more = (index: number) => ({ columns: { cluster: index >> 2 } });
    const [found] = (await compare(rowsOf(before, more), rowsOf(after, more))).pairs[0]!.corpus;
    expect(found!.resampling).toMatchObject({ blocks: 15, recordsPerBlock: 4 });
    expect(found!.interval).toMatchObject({ clusteredBy: 'cluster', clusters: 15 });
  });

  it('compare two models of one run, and count for a gate', async () => {
    const worse = countsOf(60, (index) => Math.min(wordsOf(index), (index % 4) + (index % 2)));
    const rows = [before, worse].map((counts, place) =>
      rowsOf(counts, () => ({ model: `m${place}` })),
    );
    const both = rows[0]!.flatMap((row, index) => [row, rows[1]![index]!]);
    const run = scoredRun({ models: ['m0', 'm1'], evaluators: [{ as: 'wer' }], rows: both });
    const options = { a: { model: 'm0' }, b: { model: 'm1' }, gate: {} };
    const { pairs, gate } = await compareRuns(run, run, { sets, ...options });
    expect(pairs[0]!.corpus[0]).toMatchObject({ verdict: 'worse', n: 60 });
    expect(gate!.checks.find(({ check }) => check === 'set-loss')).toMatchObject({
      metric: 'wer',
      passed: false,
      message: expect.stringMatching(/^m1: wer: −0\.\d+ over the set, one-sided p 0\.00/) as string,
    });
  });

  it('put records together where there are more than are swapped one by one', async () => {
    const many = (errors: (index: number) => number) => rowsOf(countsOf(5000, errors));
    const [a, b] = [many((index) => index % 4), many((index) => (index % 7 === 0 ? 0 : index % 4))];
    const few = { ...sets, resamples: 50, swaps: 50 };
    const [found] = (await compare(a, b, { sets: few })).pairs[0]!.corpus;
    expect(found!.resampling).toMatchObject({ blocks: 4096, recordsPerBlock: 5000 / 4096 });
    expect(found!.values['results']).toMatchObject({ a: 5000, b: 5000 });
  });

  it('have no test where nothing can be drawn, and say why', async () => {
    const [one] = (await compare(rowsOf(before.slice(0, 1)), rowsOf(after.slice(0, 1)))).pairs[0]!
      .corpus;
    expect(one).toMatchObject({ p: null, without: 'there are too few records' });
    calls = 0;
    const once = { ...sets, once: ['wer'] };
    const [asked] = (await compare(rowsOf(before), rowsOf(after), { sets: once })).pairs[0]!.corpus;
    expect(asked).toMatchObject({ p: null, without: expect.stringContaining('network') as string });
    expect(calls).toBe(2);
    const bare = rowsOf(before).map((row) => Object.assign(row, { details: {} }));
    const [none] = (await compare(bare, rowsOf(after), { gate: {} })).pairs[0]!.corpus;
    expect(none).toMatchObject({ verdict: 'no-data', difference: null });
    expect(none!.without).toContain('it has no metrics');
  });

  it('are not compared of evaluators that changed, nor with a baseline', async () => {
    const changed = scoredRun({
      run: 'b',
      evaluators: [{ as: 'wer', config: { by: 'characters' } }],
      rows: rowsOf(after),
    });
    const { pairs, notes } = await compareRuns(runOf('a', rowsOf(before)), changed, { sets });
    expect(pairs[0]!.corpus).toEqual([]);
    expect(notes.find(({ code }) => code === 'SET_NOT_COMPARED')?.message).toContain(
      'the evaluator is not the same in both',
    );
    const bare = await makeBaseline(runOf('a', rowsOf(before)));
    const compared = await compareRuns(bare, runOf('b', rowsOf(after)), { sets });
    expect(compared.notes.at(-1)?.message).toContain('the baseline has no sums');
  });

  it('are compared with a baseline that has their sums as with its run', async () => {
    const more = (index: number) => ({ id: `r${index}` });
    const failure = { code: 'CALL_TRAPPED', message: 'trap', stage: 'provider' };
    const rows = rowsOf(before, more).map((row) =>
      Object.assign(row, row.index === 7 ? { failure } : {}),
    );
    const summary = { sets: [{ evaluator: 'wer' }, { evaluator: 'gone' }, 1] };
    const first = Object.assign(runOf('a', rows), { summary });
    const text = formatBaseline(await makeBaseline(first));
    expect(text).toContain('"names":["errors","words"],"records":[\n    [1,0,3],\n    [1,1,10]');
    const second = runOf('b', rowsOf(after, more).toReversed());
    const [byRun, byBaseline] = [
      await compareRuns(first, second, { sets }),
      await compareRuns(parseBaseline(text, 'b.json'), second, { sets }),
    ];
    expect(byBaseline.pairs[0]!.corpus).toEqual(byRun.pairs[0]!.corpus);
    expect(byRun.pairs[0]!.corpus[0]!.n).toBe(59);
    const spoiled = JSON.parse(text) as Baseline;
    const { digest: _, ...content } = {
      ...spoiled,
      sums: [{ ...spoiled.sums![0]!, names: ['a'] }],
    };
    expect(() => parseBaseline(JSON.stringify(sealBaseline(content)), 'b.json')).toThrow(/"sums"/);
  });

  it.each([
    [{ plugins: {} }, 'sets'],
    [{ ...sets, swaps: -1 }, 'sets.swaps'],
    [{ ...sets, trials: 5 }, 'sets'],
  ])('refuse the options %o', async (given, path) => {
    await expect(compare(rowsOf(before), rowsOf(after), { sets: given as never })).rejects.toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        path: expect.stringContaining(path) as string,
      }),
    );
  });
});

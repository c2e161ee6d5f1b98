import { describe, expect, it } from 'vitest';

import { rowsOf, scoredRun } from '../__fixtures__/scored-run.js';
import { summariseRun } from './summarise-run.js';

const failure = { code: 'CALL_TRAPPED', message: 'trap', stage: 'provider' };

describe('summariseRun()', () => {
  it('says of an error whether it was left out or counted as wrong', async () => {
    const rows = [...rowsOf([1, 1, 0]), { index: 3, failure }];
    const run = scoredRun({ rows });
    const missing = (await summariseRun(run)).systems[0]!.metrics[0]!;
    expect(missing).toMatchObject({ n: 3, mean: 2 / 3, errors: 1, errorTreatment: 'missing' });
    const wrong = (await summariseRun(run, { onError: 'wrong' })).systems[0]!.metrics[0]!;
    expect(wrong).toMatchObject({ n: 4, mean: 0.5, errors: 1, errorTreatment: 'wrong' });
    expect(wrong.signature).toContain('|n:4|err:wrong|');
  });

  it('never gives an interval without width', async () => {
    const of = async (values: number[], interval: 'auto' | 'bootstrap' = 'auto') =>
      (await summariseRun(scoredRun({ rows: rowsOf(values) }), { interval })).systems[0]!
        .metrics[0]!.interval;
    for (const values of [[1, 1, 1], [0, 0], [0.5, 0.5, 0.5], [1]]) {
      for (const method of ['auto', 'bootstrap'] as const) {
        const found = await of(values, method);
        expect(found?.method).toBe('wilson');
        expect(found!.high - found!.low).toBeGreaterThan(0.2);
      }
    }
    expect(await of([0.5])).toBeNull();
  });

  it('reduces epochs to one score a record, and keeps their spread', async () => {
    const rows = [1, 0, 1].map((exact, epoch) => ({
      index: 0,
      epoch: epoch + 1,
      scores: { exact },
    }));
    const run = scoredRun({
      rows: [...rows, { index: 1, scores: { exact: 1 } }],
      plan: { epochs: { count: 3, reducer: 'majority' } },
    });
    const [metric] = (await summariseRun(run)).systems[0]!.metrics;
    expect(metric).toMatchObject({ n: 2, mean: 1, scale: 'binary' });
    expect(metric!.epochDeviation).toBeCloseTo(Math.sqrt(1 / 3), 12);
    expect(metric!.signature).toContain('|epochs:3/majority|');
  });

  it('clusters by a column, by many groups, and not by few unless asked to', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => ({
      index,
      group: `topic ${index % 4}`,
      columns: { cluster: index % 20 },
      scores: { exact: index % 20 < 10 ? 1 : 0 },
    }));
    const method = async (clusters?: string) => {
      const run = scoredRun({
        rows:
          clusters === undefined
            ? rows
            : rows.map((row) => Object.assign({}, row, { columns: {} })),
      });
      const { systems } = await summariseRun(
        run,
        clusters === undefined || clusters === 'auto' ? {} : { clusters },
      );
      const { method: found, clusteredBy, clusters: count } = systems[0]!.metrics[0]!.interval!;
      return [found, clusteredBy, count];
    };
    expect(await method()).toEqual(['clustered', 'cluster', 20]);
    expect(await method('auto')).toEqual(['wilson', undefined, undefined]);
    expect(await method('group')).toEqual(['clustered', 'group', 4]);
    expect(await method('none')).toEqual(['wilson', undefined, undefined]);
    const { notes } = await summariseRun(scoredRun({ rows }), { clusters: 'author' });
    expect(notes.map(({ code }) => code)).toEqual(['CLUSTERS_MISSING']);
  });

  it('sums up groups, thresholds, weights and what calls took', async () => {
    const usage = { promptTokens: 10, completionTokens: 5, cachedTokens: 2 };
    const rows = [0, 1, 2, 3].map((index) => ({
      index,
      group: index < 2 ? 'x' : 'y',
      scores: { exact: index % 2, judge: index / 4 },
      score: index / 4,
      passed: index > 1,
      usage,
      measured: {
        queueMs: 1,
        totalMs: index * 100,
        cost: 0.5,
        cached: index === 0,
        judges: { judge: { totalMs: 9, cost: 0.25, usage } },
      },
    }));
    const run = scoredRun({
      rows,
      evaluators: [{ as: 'exact' }, { as: 'judge', threshold: 0.5, weight: 3 }],
    });
    const [system] = (await summariseRun(run)).systems;
    expect(system!.metrics.map(({ metric, mean }) => [metric, mean])).toEqual([
      ['exact', 0.5],
      ['judge', 0.375],
      ['score', 0.375],
      ['passed', 0.5],
    ]);
    expect(system!.metrics[1]!.threshold).toMatchObject({
      value: 0.5,
      n: 4,
      reached: 2,
      rate: 0.5,
    });
    expect(system!.metrics[1]!.groups.map(({ group, mean }) => [group, mean])).toEqual([
      ['x', 0.125],
      ['y', 0.625],
    ]);
    expect(system).toMatchObject({
      cases: 4,
      cachedAnswers: 1,
      latency: { totalMs: { n: 4, p50: 150, max: 300 }, firstTokenMs: { n: 0, p50: null } },
      cost: { total: 2 },
      tokens: { prompt: { total: 40, p50: 10 } },
      judges: [{ evaluator: 'judge', cost: { total: 1 }, completionTokens: { total: 20 } }],
    });
  });

  it('compares a judge with labels, with base rates', async () => {
    const labels = [1, 1, 0, 0, 'true', null];
    const rows = [1, 1, 0, 1, 1, 1].map((exact, index) => ({
      index,
      scores: { exact },
      columns: { human: labels[index] },
    }));
    const run = scoredRun({ rows });
    const { systems } = await summariseRun(run, { labels: { exact: 'human' } });
    // scikit-learn's cohen_kappa_score of [1, 1, 0, 1, 1] and [1, 1, 0, 0, 1]
    expect(systems[0]!.agreement[0]).toMatchObject({
      n: 5,
      observed: 0.8,
      baseRates: [
        { label: 0, evaluator: 0.2, people: 0.4 },
        { label: 1, evaluator: 0.8, people: 0.6 },
      ],
    });
    expect(systems[0]!.agreement[0]!.kappa).toBeCloseTo(0.545_454_545_454, 9);
  });

  it('warns of judges that are the tested model itself', async () => {
    const details = { judge: { selfJudged: true } };
    const rows = rowsOf([1, 1, 1]).map((row, index) =>
      Object.assign(row, { scores: { judge: 1 } }, index < 2 ? { details } : {}),
    );
    const run = scoredRun({ rows, evaluators: [{ as: 'judge' }] });
    const { selfJudged, systems, notes } = await summariseRun(run);
    expect(selfJudged).toEqual(['judge']);
    expect(systems[0]!.selfJudged).toEqual([{ evaluator: 'judge', cases: 2 }]);
    expect(notes.map(({ code }) => code)).toEqual(['SELF_JUDGED']);
    expect((await summariseRun(scoredRun({ rows: rowsOf([1]) }))).selfJudged).toEqual([]);
  });

  it('says that evaluators of records themselves have no mean', async () => {
    const rows = [{ index: 0, scores: { exact: 1, own: 0.5 } }];
    const { notes } = await summariseRun(scoredRun({ rows }));
    expect(notes).toMatchObject([
      { code: 'RECORD_EVALUATORS', message: expect.stringContaining('(own)') as string },
    ]);
  });

  it('signs every number: means of groups, agreement, durations and tokens', async () => {
    const rows = [1, 0, 1, 1].map((exact, index) => ({
      index,
      group: 'a|b',
      scores: { exact },
      columns: { human: index === 3 ? 0 : exact },
      measured: { totalMs: 5 },
    }));
    const { systems } = await summariseRun(scoredRun({ rows }), { labels: { exact: 'human' } });
    const { metrics, agreement, latency, tokens } = systems[0]!;
    const plugin = /^exact\|v:1\.0\.0\|sha256:[0-9a-f]{12}/.source;
    expect(metrics[0]!.groups[0]!.signature).toMatch(
      new RegExp(`${plugin}\\|group:a%7Cb\\|n:4\\|err:missing\\|ci:wilson$`),
    );
    expect(agreement[0]!.signature).toMatch(
      new RegExp(`${plugin}\\|against:human\\|n:4\\|err:missing\\|stat:kappa\\|ci:asymptotic$`),
    );
    const { kappa, stderr, interval } = agreement[0]!;
    expect(interval!.low).toBeCloseTo(kappa! - 1.959963985 * stderr!, 8);
    expect(latency.totalMs.signature).toBe('latency.totalMs|n:4|stat:quantiles(type:7)');
    expect(tokens.prompt.signature).toBe('tokens.prompt|n:0|stat:quantiles(type:7)');
  });

  it('takes the scores of whole sets from the end of the run, after a check', async () => {
    const labels = { prompt: 'p', provider: 'o', model: 'm' };
    const bootstrap = { method: 'x', confidence: 0.95, resamples: 1000, seed: 0 };
    const interval = { low: 20, mid: 25, high: 30 };
    const sets = [
      {
        evaluator: 'exact',
        labels,
        n: 2,
        score: { value: 0.25, interval: null },
        metrics: { bleu: { value: 25, interval } },
        bootstrap,
      },
      { evaluator: 'exact', labels: { ...labels, group: 'x' }, n: 1, score: null },
    ];
    const run = scoredRun({ rows: rowsOf([1, 0]) });
    const [system] = (await summariseRun({ ...run, summary: { sets } })).systems;
    expect(system!.corpus).toMatchObject([
      { metric: 'exact', n: 2, value: 0.25, interval: null, groups: [{ group: 'x', value: null }] },
      { metric: 'exact.bleu', value: 25, interval: { low: 20, high: 30, method: 'bootstrap' } },
    ]);
    expect(system!.corpus[1]!.signature).toMatch(
      /^exact\.bleu\|v:1\.0\.0\|sha256:[0-9a-f]{12}\|n:2\|err:missing\|ci:bootstrap\(1000,seed:0\)$/,
    );
    const wrong = [{}, [1], [{ ...sets[0], score: { value: 'x' } }], [{ ...sets[0], labels: 1 }]];
    for (const each of [...wrong, [{ ...sets[0], bootstrap: {} }]]) {
      await expect(summariseRun({ ...run, summary: { sets: each } })).rejects.toMatchObject({
        code: 'BENCH_RUN_DAMAGED',
      });
    }
  });

  it.each([
    ['a score that is none', { index: 0, scores: { exact: Number.NaN } }, /no number from 0 to 1/],
    ['a model that was not planned', { index: 0, model: 'x' }, /does not have/],
    ['an index that is none', { index: -1 }, /no "index"/],
    ['scores of another kind', { index: 0, scores: null as never }, /no "scores"/],
    ['a failure without a code', { index: 0, failure: {} as never }, /without a code/],
    ['a cost below zero', { index: 0, measured: { cost: -1 } }, /no number from 0/],
    [
      'a judge that is none',
      { index: 0, measured: { judges: { j: 1 as never } } },
      /measured value/,
    ],
  ])('refuses a row with %s', async (_, row, message) => {
    await expect(summariseRun(scoredRun({ rows: [row] }))).rejects.toMatchObject({
      code: 'BENCH_RUN_DAMAGED',
      message: expect.stringMatching(message) as string,
    });
  });

  it('refuses a record that comes twice, and a plan that is none', async () => {
    const twice = scoredRun({ rows: [...rowsOf([1, 0]), ...rowsOf([1])] });
    await expect(summariseRun(twice)).rejects.toMatchObject({ code: 'BENCH_RUN_DAMAGED' });
    const planless = scoredRun({ rows: [], plan: { evaluators: [null] as never } });
    await expect(summariseRun(planless)).rejects.toMatchObject({ code: 'BENCH_RUN_DAMAGED' });
  });
});

import { type EvaluatorPlugin, PluginSystem } from '@testbench/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { ResultRow } from '../results/result-row.js';
import { ROW_CUTS } from './row-cuts.js';
import { type SetScoreOptions, scoreSets } from './set-scores.js';
import { SumBoard } from './sum-board.js';

const metadata = { version: '1.0.0', pluginType: 'evaluator', aggregate: 'sums' } as const;
const named = (name: string, aggregate: EvaluatorPlugin['aggregate']): EvaluatorPlugin => ({
  metadata: { ...metadata, name },
  evaluate: () => ({ score: 1 }),
  aggregate: aggregate!,
});

let system: PluginSystem;
beforeAll(async () => {
  system = new PluginSystem({ limits: { timeoutMs: 500 } });
  await system.registerPlugin(
    named('ratio', ({ errors = 0, words = 0 }, n) => ({
      score: 1 - errors / words,
      metrics: { rate: (100 * errors) / words, n },
      explanation: 'why',
    })),
  );
  const many = Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`m${index}`, index]));
  await system.registerPlugin(named('many', () => ({ score: 1, metrics: many })));
  await system.registerPlugin(named('nan', () => ({ score: Number.NaN })));
  await system.registerPlugin(named('endless', () => new Promise(() => {})));
  await system.registerPlugin(
    named('picky', (_, n) => {
      if (n !== 3) throw new Error('no');
      return { score: 1 };
    }),
  );
  let calls = 0;
  await system.registerPlugin(
    named('falling', () => {
      calls += 1;
      if (calls > 1) throw new Error('no');
      return { score: 1 };
    }),
  );
});
afterAll(() => system.close());

function boardOf(evaluator: string, metrics: readonly Record<string, number>[]): SumBoard {
  const board = new SumBoard({ evaluators: [evaluator], cuts: [ROW_CUTS.group] });
  for (const [index, each] of metrics.entries()) {
    const row: ResultRow = {
      index,
      prompt: 'p',
      provider: 'o',
      model: 'm',
      epoch: 1,
      group: 'g',
      scores: { [evaluator]: 0 },
      details: { [evaluator]: { metrics: each } },
    };
    board.add([row]);
  }
  return board;
}
const ask = async (
  evaluator: string,
  metrics: readonly Record<string, number>[],
  options: Partial<SetScoreOptions> = {},
) => {
  const plugins = { [evaluator]: evaluator };
  const board = boardOf(evaluator, metrics);
  const [set] = await scoreSets(board, { system, plugins, resamples: 200, ...options });
  return set!;
};
const some = Array.from({ length: 50 }, (_, index) => ({
  errors: index % 3,
  words: 5 + (index % 4),
}));

describe('scoreSets()', () => {
  it('gives score and metrics of the sums, each with its interval', async () => {
    const set = await ask('ratio', some);
    expect(set).toMatchObject({
      evaluator: 'ratio',
      labels: { group: 'g' },
      n: 50,
      errors: 0,
      dropped: 0,
      score: { value: 1 - 49 / 323 },
      metrics: { rate: { value: 4900 / 323 }, n: { value: 50, interval: null } },
      explanation: 'why',
      bootstrap: {
        method: 'bootstrap-percentile',
        confidence: 0.95,
        resamples: 200,
        seed: 0,
        recordsPerBlock: 1,
        blocks: 50,
      },
    });
    const { low, mid, high } = set.metrics['rate']!.interval!;
    // The standard error of this ratio is 1.8 by the delta method.
    expect([low, mid, high].map(Math.round)).toEqual([12, 15, 19]);
    expect(await ask('ratio', some)).toEqual(set);
    expect((await ask('ratio', some, { seed: 1 })).score!.interval).not.toEqual(
      set.score!.interval,
    );
  });

  it('gives no interval where resamples show no doubt, or where there are none', async () => {
    const same = await ask('ratio', [some[1]!, some[1]!, some[1]!]);
    expect(same.score).toEqual({ value: 1 - 1 / 6, interval: null });
    const one = await ask('ratio', [some[1]!]);
    expect([one.score!.interval, one.bootstrap, one.withoutInterval]).toEqual([
      null,
      null,
      'there are too few records',
    ]);
    const without = await ask('ratio', some, { resamples: 0 });
    expect([without.bootstrap, without.withoutInterval]).toEqual([null, undefined]);
  });

  it('says why there is no interval if a resample has no score', async () => {
    const { score, bootstrap, withoutInterval } = await ask('falling', some);
    expect([score, bootstrap]).toEqual([{ value: 1, interval: null }, null]);
    expect(withoutInterval).toBe('a resample has no score: CALL_PLUGIN_FAILED');
  });

  it.each([
    { evaluator: 'nan', metrics: some, code: 'CALL_INVALID_OUTPUT' },
    { evaluator: 'many', metrics: some, code: 'CALL_INVALID_OUTPUT' },
    { evaluator: 'endless', metrics: some, code: 'CALL_DEADLINE_EXCEEDED' },
    { evaluator: 'picky', metrics: some, code: 'CALL_PLUGIN_FAILED' },
    { evaluator: 'ratio', metrics: [{ errors: Number.NaN }], code: 'BENCH_SUMS_INVALID' },
    { evaluator: 'ratio', metrics: [{}], code: 'CALL_INVALID_INPUT' },
  ])('says why $evaluator has no score: $code', async ({ evaluator, metrics, code }) => {
    const { score, failure } = await ask(evaluator, metrics);
    expect([score, failure?.code]).toEqual([null, code]);
  });

  it('has no score for a set without rows that count, and no failure either', async () => {
    const board = new SumBoard({ evaluators: ['ratio'], cuts: [ROW_CUTS.all] });
    const row = { index: 0, prompt: 'p', provider: 'o', model: 'm', epoch: 1, scores: {} };
    board.add([{ ...row, errors: { ratio: { code: 'CALL_TRAPPED', message: 'm' } } }]);
    const [set] = await scoreSets(board, { system, plugins: { ratio: 'ratio' } });
    expect(set).toEqual({
      evaluator: 'ratio',
      labels: {},
      n: 0,
      errors: 1,
      dropped: 0,
      score: null,
      metrics: {},
      bootstrap: null,
    });
  });

  it('refuses an evaluator without a plugin', async () => {
    const board = boardOf('ratio', some);
    await expect(scoreSets(board, { system, plugins: {} })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    await expect(scoreSets(board, { system, plugins: { ratio: 'gone' } })).rejects.toMatchObject({
      code: 'CALL_NOT_FOUND',
    });
  });
});

import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { type Script, ScriptedSystem } from '../__fixtures__/scripted-system.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import type { BenchmarkConfig, ProviderConfig } from '../config/benchmark-config.js';
import type { RunOptions } from '../run/run-options.js';
import { runPlan } from '../run/run-plan.js';
import { estimateRun } from './estimate-run.js';
import { pendingPositions } from './pending-positions.js';

const PRICE = { input: 1, output: 2 };
const usage = { prompt_tokens: 5, completion_tokens: 7 };

/** Twenty records; `paid` and `judge` use the network, `free` does not. */
async function setUp(change: Partial<BenchmarkConfig> = {}) {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: 20 }, (_, n) => `{"input":"ask ${n}","expected":"e"}`);
  await writeFile(join(folder, 'data.jsonl'), lines.join('\n'));
  const asked: string[] = [];
  const answer: Script = ({ model, prompt }: { model: string; prompt: string }) => {
    asked.push(`${model}:${prompt}`);
    return { text: 'e', model, usage };
  };
  const judge: Script = ({ input }: { input: string }) => {
    asked.push(`judge:${input}`);
    return { score: 1, metrics: { prompt_tokens: 50, completion_tokens: 3 } };
  };
  const paid: ProviderConfig = {
    plugin: '/paid.wasm',
    models: ['a', 'b'],
    parameters: { max_tokens: 10 },
    prices: { a: PRICE, b: PRICE },
  };
  const config: BenchmarkConfig = {
    name: 'test',
    dataset: { path: join(folder, 'data.jsonl') },
    providers: [paid],
    evaluators: [{ plugin: '/exact.wasm' }],
    outputDir: join(folder, 'out'),
    ...change,
  };
  const options: RunOptions = {
    system: new ScriptedSystem({
      paid: ['provider', answer, 'network'],
      free: ['provider', ({ prompt }: { prompt: string }) => ({ text: prompt })],
      exact: ['evaluator', () => ({ score: 1 })],
      judge: ['evaluator', judge, 'network'],
    }),
  };
  return { folder, asked, config, paid, options };
}

describe('estimateRun()', () => {
  it('counts calls by model and what they may cost, makes none, and writes nothing', async () => {
    const { config, options, asked, folder } = await setUp();
    const estimate = await estimateRun(config, options);
    expect(asked).toEqual([]);
    expect(await readdir(folder)).toEqual(['data.jsonl']);
    expect(estimate).toMatchObject({
      run: `test-${estimate.plan.slice(7, 19)}`,
      records: 20,
      cases: 40,
      storedRecords: 0,
      sampledRecords: 20,
      isWhole: true,
      unpriced: [],
    });
    // "ask 7" with quotes has 7 bytes, and "ask 17" 8: 2 tokens per call.
    const line = { planned: 20, stored: 0, cached: 0, toMake: 20, isPaid: true };
    const tokens = { input: 38, output: 200, outputFrom: 'limit' };
    const money = (38 * 1 + 200 * 2) / 1e6;
    expect(estimate.calls).toEqual([
      {
        ...line,
        kind: 'provider',
        name: 'paid',
        model: 'a',
        tokens,
        money,
        price: PRICE,
        mostMoney: expect.closeTo((150 + 20 * 1024 + 400) / 1e6, 9),
      },
      expect.objectContaining({ ...line, model: 'b', money }),
      {
        kind: 'evaluator',
        name: 'exact',
        isPaid: false,
        planned: 40,
        stored: 0,
        cached: 0,
        toMake: 40,
      },
    ]);
    expect(estimate.total).toMatchObject({ toMake: 40, inputTokens: 76, outputTokens: 400 });
    expect(estimate.total.money).toBeCloseTo(2 * money, 12);
  });

  it('knows what is stored, what another run has, and what is in the cache', async () => {
    const { config, paid, options, asked, folder } = await setUp();
    const { plan } = await runPlan(config, options);
    const calls = asked.length;
    expect((await estimateRun(config, options)).total.toMake).toBe(0);

    const more = { ...config, providers: [{ ...paid, models: ['a', 'c'], prices: { a: PRICE } }] };
    const extended = await estimateRun(more, options);
    expect(extended.calls.map(({ stored, toMake }) => [stored, toMake])).toEqual([
      [20, 0],
      [0, 20],
      [20, 20],
    ]);
    expect(extended).toMatchObject({ unpriced: ['c'], total: { toMake: 20 } });
    expect(extended.total.money).toBeUndefined();
    expect(extended.notes.join()).toContain('no price is known of c');

    await rm(join(folder, 'out', plan.run), { recursive: true });
    const cached = await estimateRun(config, options);
    expect(cached.calls[0]).toMatchObject({ stored: 0, cached: 20, toMake: 0 });
    expect(cached.total).toMatchObject({ toMake: 0, money: 0 });
    const off = await estimateRun({ ...config, cache: 'off' }, options);
    expect(off.calls[0]).toMatchObject({ cached: 0, toMake: 20 });
    expect(asked).toHaveLength(calls);
  });

  it('takes the tokens of answers that are there, and runs what is free to know what judges are asked', async () => {
    const judge = {
      plugin: '/judge.wasm',
      config: { model: 'j', max_tokens: 8 },
      prices: { j: PRICE },
    };
    const { config, options, asked } = await setUp({ evaluators: [judge] });
    const before = await estimateRun(config, options);
    expect(before.calls[2]).toMatchObject({
      kind: 'evaluator',
      name: 'judge',
      model: 'j',
      planned: 40,
      toMake: 40,
      tokens: { output: 320, outputFrom: 'limit' },
    });
    await runPlan({ ...config, dataset: { ...config.dataset, limit: 4 } }, options);
    const after = await estimateRun(config, options);
    expect(after.calls[0]).toMatchObject({
      stored: 4,
      toMake: 16,
      tokens: { output: 16 * 7, outputFrom: 'answers' },
    });
    expect(after.calls[2]).toMatchObject({
      stored: 8,
      toMake: 32,
      tokens: { output: 32 * 3, outputFrom: 'answers' },
    });
    const calls = asked.length;
    const free = await estimateRun(
      { ...config, providers: [{ plugin: '/free.wasm', models: ['x'] }] },
      options,
    );
    expect(free.calls[0]).toMatchObject({ isPaid: false, toMake: 20 });
    expect(free.calls[1]).toMatchObject({ planned: 20, cached: 0, toMake: 20 });
    expect(asked).toHaveLength(calls);
  });

  it('estimates from a sample, and says so', async () => {
    const { config, options } = await setUp();
    await runPlan(
      {
        ...config,
        outputDir: join(config.outputDir!, 'other'),
        cacheDir: join(config.outputDir!, '.cache'),
        dataset: { ...config.dataset, limit: 10 },
      },
      options,
    );
    const estimate = await estimateRun(config, { ...options, sampleRecords: 4 });
    expect(estimate).toMatchObject({ sampledRecords: 4, isWhole: false });
    expect(estimate.calls[0]).toMatchObject({ planned: 20, cached: 10, toMake: 10 });
    expect(estimate.notes[0]).toBe('counts are estimated from 4 records');
  });

  it('refuses a model without a price under a budget, and says that a budget will not do', async () => {
    const { config, paid, options } = await setUp({ budgets: { money: 0.0001 } });
    const { notes } = await estimateRun(config, options);
    expect(notes).toContain('the budget of 0.0001 will not do');
    const unpriced = { ...config, providers: [{ ...paid, prices: {} }] };
    await expect(estimateRun(unpriced, options)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('"a" has no price'),
    });
  });

  it('says that a conversation takes more calls than those counted', async () => {
    const { config, options } = await setUp({ conversation: { maxTurns: 3 } });
    const { notes, total } = await estimateRun(config, options);
    expect(total.toMake).toBe(40);
    expect(notes).toContainEqual(expect.stringContaining('is counted with its first call'));
    const { conversation: _, ...single } = config;
    const plain = await estimateRun(single, options);
    expect(plain.notes).not.toContainEqual(expect.stringContaining('first call'));
  });

  it('says what it cannot know: answers that nobody limits', async () => {
    const { config, paid, options } = await setUp();
    const { parameters: _, ...endless } = paid;
    const estimate = await estimateRun({ ...config, providers: [endless] }, options);
    expect(estimate.calls[0]?.tokens).toEqual({ input: 38 });
    expect(estimate.total.outputTokens).toBeUndefined();
    expect(estimate.notes.join()).toContain('how long answers of a, b become is not known');
  });
});

describe('pendingPositions()', () => {
  it.each([
    { stored: [], count: 4, wanted: 4, spread: [0, 1, 2, 3] },
    { stored: [], count: 10, wanted: 2, spread: [2, 7] },
    { stored: [{ from: 1, to: 3 }], count: 5, wanted: 3, spread: [0, 3, 4] },
    { stored: [{ from: 0, to: 5 }], count: 5, wanted: 0, spread: [] },
  ])('spreads $wanted over what is left of $count', ({ stored, count, wanted, spread }) => {
    expect(pendingPositions(stored, count).spread(wanted)).toEqual(spread);
  });
});

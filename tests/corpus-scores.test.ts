import { join } from 'node:path';

import { type RowCut, scoreSets, type SetScore, SumBoard } from '@testbench/bench/aggregate';
import type { ResultRow } from '@testbench/bench/results';
import { compareRuns, type CorpusComparison } from '@testbench/bench/statistics';
import { PluginSystem } from '@testbench/core';
import { quantile, resample } from '@testbench/statistics';
import { afterAll, describe, expect, it } from 'vitest';

import { CORPUS_TOPICS, corpusVectors } from './corpus-vectors.js';

const wasm = (name: string): string =>
  join(import.meta.dirname, '../example-plugins', name, 'build', `${name}.wasm`);

const system = new PluginSystem({ isolation: 'inline', maxLoadedPlugins: 1000 });
let loaded = 0;
afterAll(() => system.close());

/** Rows as a run stores them: each record judged separately. */
async function judge(
  plugin: string,
  config: object,
  records: readonly object[],
): Promise<{ id: string; rows: ResultRow[] }> {
  const id = `${plugin}-${(loaded += 1)}`;
  await system.loadPlugin(wasm(plugin), { id, config, pluginType: 'evaluator' });
  const results = await system.executePluginBatch(
    id,
    records.map((data) => ({ data })),
  );
  const rows = results.map((result, index): ResultRow => {
    if (result.status === 'rejected') throw result.reason;
    const { score, metrics } = result.value.data as { score: number; metrics: object };
    return {
      index,
      prompt: 'p',
      provider: 'o',
      model: 'm',
      epoch: 1,
      scores: { [plugin]: score },
      details: { [plugin]: { metrics: metrics as Record<string, number> } },
    };
  });
  return { id, rows };
}

/** Sums shard by shard, the last one first, like processes that know nothing about each other. */
async function scoreShards(
  plugin: string,
  { id, rows }: { readonly id: string; readonly rows: readonly ResultRow[] },
  shards: number,
  cut: RowCut = () => ({}),
): Promise<SetScore> {
  const options = { evaluators: [plugin], cuts: [cut], resampling: false };
  const size = Math.ceil(rows.length / shards);
  const whole = new SumBoard(options);
  for (let shard = shards - 1; shard >= 0; shard -= 1) {
    const board = new SumBoard(options);
    for (const row of rows.slice(shard * size, (shard + 1) * size)) board.add([row]);
    whole.merge(board);
  }
  const [set] = await scoreSets(whole, { system, plugins: { [plugin]: id } });
  return set!;
}

const valuesOf = ({ metrics }: SetScore): Record<string, number> =>
  Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value]));

/** Replaces each number that is within the tolerance by the expected one. */
function settle(actual: unknown, expected: unknown, tolerance: number): unknown {
  if (typeof expected === 'object' && expected !== null) {
    return Object.fromEntries(
      Object.entries(expected).map(([key, value]) => [
        key,
        settle((actual as Record<string, unknown>)[key], value, tolerance),
      ]),
    );
  }
  const isNear = Math.abs((actual as number) - (expected as number)) <= tolerance + 1e-12;
  return isNear ? expected : actual;
}

const table: [topic: string, passed: number, of: number][] = [];
afterAll(() => {
  if (table.length === 0) return;
  const all = [
    'all',
    ...[1, 2].map((column) => table.reduce((sum, line) => sum + (line[column] as number), 0)),
  ];
  const lines = [...table, all].map(
    ([topic, passed, of]) => `${topic}`.padEnd(14) + `${passed} of ${of}`,
  );
  process.stdout.write(
    `corpus scores of the reference implementations, from sums\n${lines.join('\n')}\n`,
  );
});

describe('the score of a set, from the sums of its records', () => {
  it.each(CORPUS_TOPICS)('equals the reference: $file (needs ../shared)', async (topic) => {
    const vectors = corpusVectors(topic);
    const line: (typeof table)[number] = [topic.file, 0, vectors.length];
    if (vectors.length > 0) table.push(line);
    for (const vector of vectors) {
      const judged = await judge(topic.plugin, topic.config(vector), topic.records(vector));
      const set = await scoreShards(topic.plugin, judged, judged.rows.length);
      const { id, expected, tolerance } = vector;
      const actual = topic.value(valuesOf(set), vector);
      expect({ id, value: settle(actual, expected, tolerance) }).toEqual({ id, value: expected });
      line[1] += 1;
    }
  });

  // Executed: sacreBLEU 2.6.0 on the 500 pairs at once.
  it.each([
    { plugin: 'bleu', value: 'bleu', whole: 34.66819353682658 },
    { plugin: 'chrf', value: 'chrf', whole: 58.003681522971064 },
    { plugin: 'chrf', config: { word_order: 2 }, value: 'chrf', whole: 59.265349732970506 },
    { plugin: 'ter', value: 'ter', whole: 40.66852367688023 },
    { plugin: 'error-rate' },
    { plugin: 'rouge' },
    { plugin: 'token-f1' },
  ])(
    'has the same digits over 1, 7 and 100 shards: $plugin',
    async ({ plugin, config = {}, value, whole }) => {
      const judged = await judge(plugin, config, somePairs(500));
      const scores: Record<string, number>[] = [];
      for (const shards of [1, 7, 100]) {
        scores.push(valuesOf(await scoreShards(plugin, judged, shards)));
      }
      expect(scores[1]).toEqual(scores[0]);
      expect(scores[2]).toEqual(scores[0]);
      expect(value && scores[0]![value]).toBe(whole);
    },
  );

  // Executed: sacreBLEU 2.6.0's paired tests on these pairs, with the draws that these seeds produce.
  it.each([
    { plugin: 'bleu', a: 34.98269365527334, b: 43.12511730182088, ar: 2 / 1001, bs: 1 / 501 },
    { plugin: 'chrf', a: 58.12392304181816, b: 59.77403681612311, ar: 337 / 1001, bs: 71 / 501 },
    { plugin: 'ter', a: 40.098821740782974, b: 39.870771569745344, ar: 883 / 1001, bs: 182 / 501 },
  ])('is compared as sacreBLEU compares: $plugin', async ({ plugin, ...expected }) => {
    const pairs = somePairs(200);
    const [before, after] = [
      await judge(plugin, {}, pairs),
      await judge(
        plugin,
        {},
        pairs.map(({ output, expected: wanted }, index) => ({
          expected: wanted,
          output: index % 9 === 0 ? wanted : index % 10 === 0 ? '' : output,
        })),
      ),
    ];
    const compared = await compareRuns(runOf(before.rows), runOf(after.rows), {
      sets: { system, plugins: { [plugin]: before.id }, resamples: 500, swaps: 1000 },
    });
    const [{ values, tests }] = compared.pairs[0]!.corpus as never as [CorpusComparison];
    const pOf = (name: string): number | null => tests.find(({ test }) => test === name)!.p;
    expect({
      a: values[plugin]!.a,
      b: values[plugin]!.b,
      ar: pOf('sacrebleu-ar'),
      bs: pOf('sacrebleu-bs'),
    }).toEqual(expected);
  });

  it('is the mean over tasks of pass@k and pass^k', async () => {
    const tasks = [3, 0, 6].map((c) => ({ n: 6, c, k: 3 }));
    const judged = await judge('pass-at-k', {}, tasks);
    const { score, metrics } = await scoreShards('pass-at-k', judged, 3);
    expect(score?.value).toBeCloseTo((0.95 + 0 + 1) / 3, 12);
    expect(metrics['pass_hat_k']?.value).toBeCloseTo((0.05 + 0 + 1) / 3, 12);
  });

  it('has intervals as rouge_score gives them: percentiles of the means of resampled records', async () => {
    const judged = await judge('rouge', { types: ['rougeL'] }, somePairs(60));
    const board = new SumBoard({ evaluators: ['rouge'] });
    for (const row of judged.rows) board.add([row]);
    const [set] = await scoreSets(board, { system, plugins: { rouge: judged.id }, seed: 5 });
    const scores = judged.rows.map(({ scores: { rouge } }) => rouge!);
    const means = Array.from(
      resample(scores.length, { count: 1000, seed: 5 }),
      (drawn) =>
        Array.from(drawn, (index) => scores[index]!).reduce((sum, score) => sum + score, 0) / 60,
    );
    const { low, mid, high } = set!.metrics['rougeL_fmeasure']!.interval!;
    for (const [actual, p] of [
      [low, 0.025],
      [mid, 0.5],
      [high, 0.975],
    ] as const) {
      expect(actual).toBeCloseTo(quantile(means, p)!, 12);
    }
  });
});

/** Rows as in a stored run. */
function runOf(rows: readonly ResultRow[]): Parameters<typeof compareRuns>[1] {
  const [evaluator] = Object.keys(rows[0]!.scores);
  const plan = {
    name: 'test',
    dataset: { digest: 'sha256:0', records: rows.length, fields: {} },
    prompts: [{ name: 'p' }],
    providers: [{ as: 'o', models: [{ name: 'm', parameters: {} }] }],
    evaluators: [{ as: evaluator, version: '1.0.0', digest: 'sha256:0', config: {}, weight: 1 }],
    epochs: { count: 1, reducer: 'mean' },
    onError: 'missing',
  } as never;
  const facts = { path: '/runs/test', run: 'test', digest: 'sha256:1', plan, records: rows.length };
  return {
    ...facts,
    isComplete: true,
    async *rows() {
      yield* rows;
    },
  };
}

/** Answers of different lengths: some correct, some shuffled, some cut. */
function somePairs(count: number): { output: string; expected: string }[] {
  let seed = 11;
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const words =
    'the dog bit a man, who had not been surprised by what it was: an old “cat” in 1,234 hats.'.split(
      ' ',
    );
  return Array.from({ length: count }, () => {
    const expected = Array.from({ length: 4 + next(20) }, () => words[next(words.length)]!);
    const output = expected.flatMap(
      (word) => [[word], [], [word, words[next(words.length)]!], [word]][next(4)]!,
    );
    return { output: output.join(' '), expected: expected.join(' ') };
  });
}

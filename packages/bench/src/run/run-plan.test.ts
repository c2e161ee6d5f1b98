import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { failCall, type Script, ScriptedSystem } from '../__fixtures__/scripted-system.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import type { BenchmarkConfig } from '../config/benchmark-config.js';
import type { ResultRow } from '../results/result-row.js';
import { listRuns } from '../results/read-run.js';
import { runBenchmark } from './run-plan.js';
import type { RunOptions } from './run-options.js';

interface Answer {
  readonly model: string;
  readonly prompt: string;
}

const echo: Script = ({ model, prompt }: Answer) => ({ text: `${model}:${prompt}`, model });
const exact: Script = ({ output, expected }: { output: string; expected: string }) => ({
  score: output === expected ? 1 : 0,
});
const half: Script = () => ({ score: 0.5, explanation: 'always', metrics: { words: 2 } });

const scripts = {
  echo: ['provider', echo],
  exact: ['evaluator', exact],
  half: ['evaluator', half],
} as const;

interface Setting {
  readonly config: BenchmarkConfig;
  readonly folder: string;
  readonly rows: ResultRow[];
  readonly options: RunOptions & { readonly system: ScriptedSystem };
}

async function setUp(
  more: ConstructorParameters<typeof ScriptedSystem>[0] = {},
  change: Partial<BenchmarkConfig> = {},
  lines: readonly string[] = ['0', '1', '2'].map((n) => `{"input":"${n}","expected":"a:${n}"}`),
): Promise<Setting> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'data.jsonl'), lines.join('\n'));
  const rows: ResultRow[] = [];
  return {
    folder,
    rows,
    config: {
      name: 'test',
      dataset: { path: join(folder, 'data.jsonl') },
      provider: { plugin: '/echo.wasm', models: ['a', 'b'] },
      evaluators: [{ plugin: '/exact.wasm' }, { plugin: '/half.wasm' }],
      outputDir: join(folder, 'out'),
      ...change,
    },
    options: {
      system: new ScriptedSystem({ ...scripts, ...more }),
      onRow: (row) => void rows.push(row),
    },
  };
}

const FILES = [
  'config.json',
  'inputs.json',
  'manifest.json',
  'plan.json',
  'segments',
  'summary.json',
];
const head = (model: string, id = '0'): object => {
  return { index: 0, id, line: 1, prompt: 'default', provider: 'echo', model, epoch: 1 };
};

/** The rows of the only run in a folder, as stored on disk. */
async function writtenRows(outputDir: string): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  for (const run of await listRuns(outputDir)) {
    for await (const row of run.rows()) rows.push(row);
  }
  return rows;
}

describe('runBenchmark()', () => {
  it('scores every record with every model and evaluator, in order', async () => {
    const { config, options, rows, folder } = await setUp();
    const summary = await runBenchmark(config, options);
    expect(summary).toMatchObject({ name: 'test', records: 3, models: ['a', 'b'] });
    expect(
      summary.scores.map(({ model, evaluator, n, mean }) => [model, evaluator, n, mean]),
    ).toEqual([
      ['a', 'exact', 3, 1],
      ['a', 'half', 3, 0.5],
      ['b', 'exact', 3, 0],
      ['b', 'half', 3, 0.5],
    ]);
    expect(rows.map(({ index, model }) => [index, model])).toEqual([
      [0, 'a'],
      [0, 'b'],
      [1, 'a'],
      [1, 'b'],
      [2, 'a'],
      [2, 'b'],
    ]);
    expect(rows[1]).toEqual({
      ...head('b'),
      input: '0',
      expected: 'a:0',
      output: 'b:0',
      scores: { exact: 0, half: 0.5 },
      score: 0.25,
      details: { half: { explanation: 'always', metrics: { words: 2 } } },
      fuel: { provider: 10, exact: 10, half: 10 },
    });
    expect(await readdir(join(folder, 'out'))).toEqual([`test-${summary.plan.slice(7, 19)}`]);
    expect((await readdir(summary.run!)).toSorted()).toEqual(FILES);
    expect(await writtenRows(join(folder, 'out'))).toEqual(rows);
    const parsed: unknown = JSON.parse(await readFile(join(summary.run!, 'summary.json'), 'utf8'));
    expect(parsed).toEqual(summary);
  });

  it('does not write over a file that the run reads', async () => {
    const { config, options } = await setUp();
    const { run } = await runBenchmark(config, options);
    const file = join(run!, 'summary.json');
    const before = await readFile(file, 'utf8');
    const inputs = [{ path: file, what: 'the policy' }];
    await expect(runBenchmark(config, { ...options, inputs })).rejects.toMatchObject({
      code: 'BENCH_OUTPUT_FAILED',
      message: expect.stringContaining('it is the policy, which must stay'),
    });
    expect(await readFile(file, 'utf8')).toBe(before);
    expect(options.system.loaded.size).toBe(0);
  });

  it('keeps models, evaluators and fields that are called like parts of every object', async () => {
    const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'];
    const { config, options, rows, folder } = await setUp(
      { broken: ['evaluator', () => failCall('CALL_TRAPPED')] },
      {
        provider: { plugin: '/echo.wasm', models: names },
        evaluators: names.map((name) => ({
          plugin: name === 'toString' ? '/broken.wasm' : '/half.wasm',
          name,
        })),
      },
      ['{"__proto__":{"input":"no"},"constructor":1,"input":"0"}'],
    );
    const summary = await runBenchmark(config, options);
    for (const { evaluator, n, mean, errors } of summary.scores) {
      const isBroken = evaluator === 'toString';
      expect([evaluator, n, mean, errors]).toEqual([
        evaluator,
        isBroken ? 0 : 1,
        isBroken ? null : 0.5,
        isBroken ? 1 : 0,
      ]);
    }
    const written = await writtenRows(join(folder, 'out'));
    expect(written).toHaveLength(names.length);
    expect(Object.keys(written[0]!.scores)).toEqual(names.filter((name) => name !== 'toString'));
    expect(Object.keys(rows[0]?.details ?? {})).toContain('__proto__');
    expect(({} as { score?: unknown }).score).toBeUndefined();
  });

  it('counts what each plugin used, and unloads all of them', async () => {
    const { config, options } = await setUp();
    const summary = await runBenchmark(config, options);
    expect(summary.plugins[0]).toEqual({
      stage: 'providers[0]',
      type: 'provider',
      name: 'echo',
      version: '1.0.0',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      calls: 6,
      failedCalls: 0,
      fuelUsed: 60,
    });
    expect(summary.measured.timeMs).toEqual({ 'providers[0]': 12, exact: 12, half: 12 });
    expect(options.system.unloaded).toEqual([
      'test/evaluators[1]',
      'test/evaluators[0]',
      'test/providers[0]',
    ]);
  });

  it('hands model, prompt, record and parameters to the provider', async () => {
    const seen: unknown[] = [];
    const spy: Script = (data: Answer) => {
      seen.push(data);
      return { text: 'x', model: data.model };
    };
    const { config, options } = await setUp(
      { spy: ['provider', spy] },
      { provider: { plugin: '/spy.wasm', models: ['a'], parameters: { temperature: 0 } } },
      ['{"input":"q","more":[1]}'],
    );
    await runBenchmark(config, options);
    expect(seen).toEqual([
      { temperature: 0, model: 'a', prompt: 'q', record: { input: 'q', more: [1] } },
    ]);
  });

  it('sends answers through the transforms, and keeps the original', async () => {
    const cut: Script = ({ text }: { text: string }) => ({ text: text.slice(2) });
    const { config, options, rows } = await setUp(
      { cut: ['transform', cut] },
      { transforms: [{ plugin: '/cut.wasm' }] },
    );
    await runBenchmark(config, options);
    expect(rows[0]).toMatchObject({ answer: 'a:0', output: '0' });
  });

  it('counts a failed call for its evaluator only, and goes on', async () => {
    const flaky: Script = ({ input }: { input: string }) =>
      input === '1' ? failCall('CALL_TRAPPED', 'Cannot call: it trapped') : { score: 1 };
    const { config, options, rows } = await setUp(
      { flaky: ['evaluator', flaky] },
      { evaluators: [{ plugin: '/exact.wasm' }, { plugin: '/flaky.wasm' }] },
    );
    const { scores, plugins } = await runBenchmark(config, options);
    expect(scores[0]).toMatchObject({ evaluator: 'exact', n: 3, errors: 0 });
    expect(scores[1]).toMatchObject({
      evaluator: 'flaky',
      n: 2,
      errors: 1,
      errorCodes: { CALL_TRAPPED: { count: 1, first: { index: 1, line: 2 } } },
    });
    expect(rows[2]?.errors).toEqual({
      flaky: { code: 'CALL_TRAPPED', message: 'Cannot call: it trapped', retryable: false },
    });
    expect(plugins[2]).toMatchObject({ calls: 6, failedCalls: 2, fuelUsed: 40 });
  });

  it('counts a failure of the provider or a transform for every evaluator', async () => {
    const broken: Script = ({ prompt, model }: Answer) =>
      prompt === '0' ? failCall('CALL_PLUGIN_FAILED') : { text: 'x', model };
    const odd: Script = ({ record }: { record: { input: string } }) =>
      record.input === '1' ? { words: 'x' } : { text: 'y' };
    const { config, options, rows } = await setUp(
      { broken: ['provider', broken], odd: ['transform', odd] },
      {
        provider: { plugin: '/broken.wasm', models: ['a'] },
        transforms: [{ plugin: '/odd.wasm' }],
      },
    );
    const { scores } = await runBenchmark(config, options);
    expect(rows.map(({ failure }) => failure && [failure.stage, failure.code])).toEqual([
      ['provider', 'CALL_PLUGIN_FAILED'],
      ['transforms[0]', 'CALL_INVALID_OUTPUT'],
      undefined,
    ]);
    for (const score of scores) expect(score).toMatchObject({ n: 1, errors: 2 });
  });

  it('leaves out of the scores what the filter drops', async () => {
    const keepB: Script = ({ items }: { items: { model: string }[] }) => ({
      items: items.filter(({ model }) => model === 'b'),
      dropped: [{ index: 0, reason: 'not b' }],
    });
    const { config, options, rows } = await setUp(
      { keepB: ['filter', keepB] },
      { filter: { plugin: '/keepB.wasm' } },
    );
    const { scores, dropped } = await runBenchmark(config, options);
    expect(scores[0]).toMatchObject({ model: 'a', n: 0, dropped: 3, errors: 0 });
    expect(scores[2]).toMatchObject({ model: 'b', n: 3, dropped: 0 });
    expect(rows[0]).toEqual({
      ...head('a'),
      scores: { exact: 1, half: 0.5 },
      score: 0.75,
      details: { half: { metrics: { words: 2 } } },
      dropped: { reason: 'not b' },
      fuel: { provider: 10, exact: 10, half: 10, 'filters[0]': 10 },
    });
    expect(rows[1]?.dropped).toBeUndefined();
    expect(dropped).toEqual([
      { model: 'a', reason: 'not b', count: 3, first: { index: 0, line: 1 } },
    ]);
  });

  it.each([
    { name: 'made up', items: [{ model: 'c' }] },
    { name: 'doubled', items: [{ model: 'a' }, { model: 'a' }] },
    { name: 'nameless', items: [null] },
  ])('counts a filter that gives back $name items as failed', async ({ items }) => {
    const { config, options } = await setUp(
      { odd: ['filter', () => ({ items })] },
      { filter: { plugin: '/odd.wasm' } },
    );
    const { scores } = await runBenchmark(config, options);
    expect(scores[0]).toMatchObject({ n: 0, errors: 3, dropped: 0 });
    expect(scores[0]?.errorCodes).toHaveProperty('CALL_INVALID_OUTPUT');
  });

  it('shows the filter what a row holds, and takes back what it rewrites', async () => {
    const seen: unknown[] = [];
    const mask = (value: string): string => value.replaceAll('a', '*');
    const masking: Script = ({ items }: { items: Record<string, string>[] }) => {
      seen.push(...items);
      return {
        items: items.map((item) => ({
          ...item,
          input: mask(item['input']!),
          output: mask(item['output']!),
          expected: [mask(item['expected']!)],
          details: { half: { explanation: 'masked' } },
          scores: { exact: 7 },
        })),
      };
    };
    const { config, options, rows } = await setUp(
      { masking: ['filter', masking] },
      {
        filter: { plugin: '/masking.wasm' },
        provider: { plugin: '/echo.wasm', models: ['a'] },
      },
      ['{"id":"r7","input":"banana","expected":"a:banana"}'],
    );
    const { scores } = await runBenchmark(config, options);
    expect(seen).toEqual([
      {
        index: 0,
        id: 'r7',
        prompt: 'default',
        provider: 'echo',
        model: 'a',
        epoch: 1,
        input: 'banana',
        expected: 'a:banana',
        output: 'a:banana',
        scores: { exact: 1, half: 0.5 },
        score: 0.75,
        details: { half: { explanation: 'always', metrics: { words: 2 } } },
      },
    ]);
    expect(rows[0]).toEqual({
      ...head('a', 'r7'),
      input: 'b*n*n*',
      expected: ['*:b*n*n*'],
      output: '*:b*n*n*',
      scores: { exact: 1, half: 0.5 },
      score: 0.75,
      details: { half: { explanation: 'masked', metrics: { words: 2 } } },
      fuel: { provider: 10, exact: 10, half: 10, 'filters[0]': 10 },
    });
    expect(scores[0]?.mean).toBe(1);
  });

  it('leaves out what would give a rewritten answer away', async () => {
    const cut: Script = ({ text }: { text: string }) => ({ text: text.slice(2) });
    const rewrite: Script = ({ items }: { items: object[] }) => ({
      items: items.map((item) => ({ ...item, output: '-' })),
    });
    const { config, options, rows } = await setUp(
      { cut: ['transform', cut], rewrite: ['filter', rewrite] },
      { transforms: [{ plugin: '/cut.wasm' }], filter: { plugin: '/rewrite.wasm' } },
    );
    await runBenchmark(config, options);
    expect(rows[0]).not.toHaveProperty('answer');
    expect(rows[0]).toMatchObject({ output: '-', details: { half: { metrics: { words: 2 } } } });
    expect(rows[0]?.details?.['half']).not.toHaveProperty('explanation');
  });

  it('keeps the texts of a filter that gives back models only', async () => {
    const names: Script = ({ items }: { items: { model: string }[] }) => ({
      items: items.map(({ model }) => ({ model })),
    });
    const { config, options, rows } = await setUp(
      { names: ['filter', names] },
      { filter: { plugin: '/names.wasm' } },
    );
    await runBenchmark(config, options);
    expect(rows[1]).toMatchObject({ input: '0', output: 'b:0', expected: 'a:0' });
  });

  it('counts a filter that gives back a text that is none as failed', async () => {
    const odd: Script = ({ items }: { items: object[] }) => ({
      items: items.map((item) => ({ ...item, output: 7 })),
    });
    const { config, options, rows } = await setUp(
      { odd: ['filter', odd] },
      { filter: { plugin: '/odd.wasm' } },
    );
    await runBenchmark(config, options);
    expect(rows[0]).toEqual({
      ...head('a'),
      scores: { exact: 1, half: 0.5 },
      details: { half: { metrics: { words: 2 } } },
      fuel: { provider: 10, exact: 10, half: 10 },
      failure: {
        stage: 'filters[0]',
        code: 'CALL_INVALID_OUTPUT',
        message: expect.stringContaining(
          '"data.items" has an item with a "output" that is no text',
        ),
        retryable: false,
      },
    });
  });

  it('hands further fields of the record to the evaluator that is to get them', async () => {
    const seen: unknown[] = [];
    const spy: Script = (data: object) => {
      seen.push(data);
      return { score: 1 };
    };
    const { config, options } = await setUp(
      { spy: ['custom', spy] },
      {
        provider: { plugin: '/echo.wasm', models: ['a'] },
        evaluators: [
          { plugin: '/spy.wasm', fields: { gold: 'meta.right', expected: 'meta' } },
          { plugin: '/half.wasm' },
        ],
      },
      ['{"input":"q","expected":"x","meta":{"right":[1]}}'],
    );
    await runBenchmark(config, options);
    const record = { input: 'q', expected: 'x', meta: { right: [1] } };
    expect(seen).toEqual([
      { input: 'q', output: 'a:q', expected: { right: [1] }, gold: [1], record },
    ]);
  });

  it('asks no provider about a record that lacks such a field', async () => {
    const asked: unknown[] = [];
    const spy: Script = (data: Answer) => {
      asked.push(data);
      return { text: 'x', model: data.model };
    };
    const { config, options } = await setUp(
      { spy: ['provider', spy] },
      {
        provider: { plugin: '/spy.wasm', models: ['a'] },
        evaluators: [{ plugin: '/half.wasm', fields: { gold: 'gold' } }],
      },
    );
    await expect(runBenchmark(config, options)).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      line: 1,
      message: expect.stringContaining(
        'expected a field "gold" (evaluators[0].fields.gold), the record has: input, expected',
      ),
    });
    expect(asked).toEqual([]);
  });

  it.each([{ words: 3 }, { score: 2 }, 'text', null])(
    'counts a custom plugin that gives %j for a score as failed',
    async (result) => {
      const { config, options } = await setUp(
        { odd: ['custom', () => result] },
        { evaluators: [{ plugin: '/odd.wasm' }] },
      );
      const { scores } = await runBenchmark(config, options);
      expect(scores[0]).toMatchObject({ n: 0, errors: 3 });
      expect(scores[0]?.errorCodes).toHaveProperty('CALL_INVALID_OUTPUT');
    },
  );

  it('takes a bare text from a transform', async () => {
    const bare: Script = ({ text }: { text: string }) => text.slice(2);
    const { config, options, rows } = await setUp(
      { bare: ['transform', bare] },
      { transforms: [{ plugin: '/bare.wasm' }] },
    );
    await runBenchmark(config, options);
    expect(rows[0]).toMatchObject({ answer: 'a:0', output: '0' });
  });

  it('stops at the first failure with failFast, naming the cause, and keeps no row of it', async () => {
    const { config, options, folder } = await setUp(
      { bad: ['evaluator', () => failCall('CALL_FUEL_EXHAUSTED')] },
      { evaluators: [{ name: 'strict', plugin: '/bad.wasm' }], failFast: true },
    );
    await expect(runBenchmark(config, options)).rejects.toMatchObject({
      code: 'BENCH_CALL_FAILED',
      line: 1,
      message: expect.stringContaining('strict failed with CALL_FUEL_EXHAUSTED'),
    });
    expect(await writtenRows(join(folder, 'out'))).toEqual([]);
    expect(options.system.loaded.size).toBe(0);
  });

  it('reports the failure itself, not the calls that were stopped for it', async () => {
    const third = Promise.withResolvers<void>();
    const slowFirst: Script = async ({ prompt, model }: Answer) => {
      if (prompt === '2') {
        third.resolve();
        failCall('CALL_TRAPPED');
      }
      await third.promise;
      // The run has dealt with the third record's failure by then.
      await new Promise((resolve) => setImmediate(resolve));
      return prompt === '0' ? failCall('CALL_CANCELLED') : { text: 'x', model };
    };
    const { config, options } = await setUp(
      { slowFirst: ['provider', slowFirst] },
      { provider: { plugin: '/slowFirst.wasm', models: ['a'] }, failFast: true },
    );
    // Calls of a plugin that waits run concurrently; in a batch the first would finish first.
    const { system } = options;
    const load = system.loadPlugin.bind(system);
    system.loadPlugin = async (path, given) => {
      const { info } = await load(path, given);
      return { info: { ...info, metadata: { ...info.metadata, capabilities: ['network'] } } };
    };
    await expect(runBenchmark(config, options)).rejects.toMatchObject({
      code: 'BENCH_CALL_FAILED',
      message: expect.stringContaining('CALL_TRAPPED'),
    });
  });

  it('leaves the results of an earlier run alone when the dataset has a bad line', async () => {
    const { config, options, folder } = await setUp();
    await runBenchmark(config, options);
    const before = await writtenRows(join(folder, 'out'));
    await writeFile(join(folder, 'data.jsonl'), '{"input":"9"}\nnot json\n');
    await expect(runBenchmark(config, options)).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      line: 2,
    });
    expect(await writtenRows(join(folder, 'out'))).toEqual(before);
    expect(before).toHaveLength(6);
  });

  it.each([0, 3])('stops when cancelled after %d rows, and keeps whole records', async (after) => {
    const { config, options, rows, folder } = await setUp();
    const controller = new AbortController();
    if (after === 0) controller.abort();
    const run = runBenchmark(config, {
      ...options,
      signal: controller.signal,
      onRow: (row) => {
        if (rows.push(row) === after) controller.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: 'BENCH_CANCELLED' });
    expect(rows.length).toBeLessThan(6);
    expect(await writtenRows(join(folder, 'out'))).toEqual(rows.slice(0, 4));
    expect(options.system.loaded.size).toBe(0);
    // The same plan continues from there.
    const again: ResultRow[] = [];
    const { measured } = await runBenchmark(config, {
      ...options,
      onRow: (row) => void again.push(row),
    });
    expect(again).toHaveLength(6);
    expect(measured.resumedRecords).toBe(after === 0 ? 0 : 2);
  });

  it('gives the same rows in shards as in one run', async () => {
    const lines = Array.from({ length: 10 }, (_, n) => `{"input":"${n}","expected":"a:${n}"}`);
    const whole = await setUp({}, {}, lines);
    await runBenchmark(whole.config, whole.options);
    const sharded: ResultRow[] = [];
    for (const offset of [0, 4, 8]) {
      const { config, options } = whole;
      await runBenchmark(
        { ...config, dataset: { ...config.dataset, offset, limit: 4 } },
        { ...options, onRow: (row) => void sharded.push(row) },
      );
    }
    expect(sharded).toEqual(whole.rows);
  });

  it('tells how far it is', async () => {
    const { config, options } = await setUp();
    const seen: [number, number][] = [];
    await runBenchmark(config, {
      ...options,
      onProgress: ({ records, fraction }) => seen.push([records, fraction]),
    });
    expect(seen.map(([records]) => records)).toEqual([1, 2, 3]);
    expect(seen[0]?.[1]).toBeCloseTo(1 / 3, 1);
    expect(seen[2]?.[1]).toBe(1);
  });

  it('rejects a plugin of the wrong type for its place', async () => {
    const { config, options } = await setUp(
      {},
      { provider: { plugin: '/half.wasm', models: ['a'] } },
    );
    await expect(runBenchmark(config, options)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      path: 'providers[0].plugin',
      message: expect.stringContaining('expected plugin type "provider", found "evaluator"'),
    });
    expect(options.system.loaded.size).toBe(0);
  });

  it('unloads what it loaded when a later plugin does not load', async () => {
    const { config, options } = await setUp({}, { filter: { plugin: '/missing.wasm' } });
    await expect(runBenchmark(config, options)).rejects.toMatchObject({ code: 'LOAD_NOT_FOUND' });
    expect(options.system.loaded.size).toBe(0);
  });

  it('rejects a missing dataset before it loads anything', async () => {
    const { config, options } = await setUp({}, { dataset: { path: '/nonexistent.jsonl' } });
    await expect(runBenchmark(config, options)).rejects.toMatchObject({
      code: 'BENCH_DATASET_UNREADABLE',
    });
    expect(options.system.unloaded).toEqual([]);
  });

  it('says so if the results cannot be written', async () => {
    const { config, options, folder } = await setUp();
    const output = join(folder, 'data.jsonl');
    await expect(runBenchmark({ ...config, outputDir: output }, options)).rejects.toMatchObject({
      code: 'BENCH_OUTPUT_FAILED',
      message: expect.stringContaining('data.jsonl'),
    });
    // Detected before anything is loaded.
    expect(options.system.unloaded).toEqual([]);
  });

  it('does not count an error that is no failed call', async () => {
    const bug: Script = () => {
      throw new TypeError('a bug');
    };
    const { config, options } = await setUp(
      { bug: ['evaluator', bug] },
      { evaluators: [{ plugin: '/bug.wasm' }] },
    );
    await expect(runBenchmark(config, options)).rejects.toThrow(TypeError);
  });
});

describe('tool calls of an answer', () => {
  const calls = [{ id: 'c1', name: 'search', arguments: '{"q":"x"}' }];
  const calling: Script = ({ model }: Answer) => ({ text: '', model, tool_calls: calls });
  const looking: Script = (data: { tool_calls?: unknown }) => {
    return { score: JSON.stringify(data.tool_calls) === JSON.stringify(calls) ? 1 : 0 };
  };
  const change = { evaluators: [{ plugin: '/exact.wasm' }] };

  it('stand in the row, and evaluators get them', async () => {
    const scripted = { echo: ['provider', calling], exact: ['evaluator', looking] } as const;
    const { config, options, rows } = await setUp(scripted, change, ['{"input":"0"}']);
    await runBenchmark(config, options);
    expect(rows.map(({ output, toolCalls, score }) => [output, toolCalls, score])).toEqual([
      ['', calls, 1],
      ['', calls, 1],
    ]);
  });

  it('fail the case if they are none', async () => {
    const wrong: Script = ({ model }: Answer) => ({ text: '', model, tool_calls: [{ name: 1 }] });
    const { config, options, rows } = await setUp({ echo: ['provider', wrong] }, change, [
      '{"input":"0"}',
    ]);
    await runBenchmark({ ...config, maxErrors: 2 }, options);
    expect(rows[0]?.failure).toMatchObject({ stage: 'provider', code: 'CALL_INVALID_OUTPUT' });
  });

  it('and replies of judges leave a row whose answer a filter rewrites', async () => {
    const judging: Script = () => ({
      score: 1,
      judgements: [{ judge: 'j', score: 1, reason: 'names Ana', reply: 'Ana {"score": 1}' }],
    });
    const failing: Script = () => failCall('CALL_PLUGIN_FAILED');
    const redacting: Script = ({ items }: { items: object[] }) => ({
      items: items.map((item) => ({ ...item, output: '[redacted]' })),
    });
    const scripted = {
      echo: ['provider', calling],
      exact: ['evaluator', judging],
      half: ['evaluator', failing],
      redact: ['filter', redacting],
    } as const;
    const { config, options, rows } = await setUp(
      scripted,
      { filter: { plugin: '/redact.wasm' }, maxErrors: 9 },
      ['{"input":"0"}'],
    );
    await runBenchmark(config, options);
    expect(rows[0]).toMatchObject({
      output: '[redacted]',
      details: { exact: { judgements: [{ judge: 'j', score: 1 }] } },
    });
    expect(rows[0]).not.toHaveProperty('toolCalls');
    expect(JSON.stringify(rows)).not.toContain('Ana');
  });
});

import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { failCall, type Script, ScriptedSystem } from '../__fixtures__/scripted-system.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import type { BenchmarkConfig, ProviderConfig } from '../config/benchmark-config.js';
import { parseBenchmarkConfig } from '../config/parse-benchmark-config.js';
import { canonicalRow } from '../results/canonical-row.js';
import { readRun } from '../results/read-run.js';
import type { ResultRow } from '../results/result-row.js';
import { runPlan } from '../run/run-plan.js';
import { RowPlaces } from './row-places.js';

const RECORDS = Array.from({ length: 6 }, (_, n) => ({
  id: `r${n}`,
  input: `${n}`,
  expected: `a:${n}`,
}));

/** A run of two providers, two prompts and two epochs, in which the third record fails with model b. */
async function setUp() {
  const folder = await temporaryFolder();
  const data = join(folder, 'data.jsonl');
  await writeFile(data, RECORDS.map((record) => JSON.stringify(record)).join('\n'));
  let asked = 0;
  const echo: Script = ({ model, prompt }: { model: string; prompt: string }) => {
    asked += 1;
    if (model === 'b' && prompt.startsWith('2')) failCall('CALL_PLUGIN_FAILED', 'Cannot call: no');
    const usage = { prompt_tokens: 3, completion_tokens: asked };
    return { text: `${model}:${prompt} `, model, finish_reason: 'stop', usage };
  };
  const exact: Script = ({ output, expected }: { output: string; expected: string }) => ({
    score: output === expected ? 1 : 0,
  });
  const trim: Script = ({ text }: { text: string }) => ({ text: text.trim() });
  const system = new ScriptedSystem({
    echo: ['provider', echo],
    exact: ['evaluator', exact],
    trim: ['transform', trim],
  });
  const config: BenchmarkConfig = {
    name: 'test',
    dataset: { path: data },
    prompts: ['{{input}}', { name: 'loud', template: '{{input}}!' }],
    providers: [
      { plugin: '/echo.wasm', name: 'one', models: ['a', 'b'] },
      { plugin: '/echo.wasm', name: 'two', models: ['a'] },
    ],
    transforms: [{ plugin: '/trim.wasm' }],
    evaluators: [{ plugin: '/exact.wasm' }],
    epochs: 2,
    outputDir: join(folder, 'out'),
  };
  const rows = async (given: BenchmarkConfig): Promise<{ rows: ResultRow[]; folder: string }> => {
    const { summary } = await runPlan(given, { system });
    const made: ResultRow[] = [];
    for await (const row of (await readRun(summary.run!)).rows()) made.push(row);
    return { rows: made, folder: summary.run! };
  };
  const first = await rows(config);
  const calls = asked;
  const replay = (change: Partial<ProviderConfig> = {}, more: Partial<BenchmarkConfig> = {}) =>
    rows({
      ...config,
      name: 'again',
      providers: [{ plugin: 'replay', from: first.folder, ...change }],
      ...more,
    });
  return { config, data, first, replay, newCalls: () => asked - calls };
}

describe('a provider that replays a run', () => {
  it('gives the same canonical rows, failures too, and calls nothing', async () => {
    const { first, replay, newCalls } = await setUp();
    const again = await replay();
    expect(first.rows).toHaveLength(6 * 2 * 3 * 2);
    expect(first.rows.filter(({ failure }) => failure !== undefined)).toHaveLength(4);
    expect(again.rows.map(canonicalRow)).toEqual(first.rows.map(canonicalRow));
    expect(newCalls()).toBe(0);
  });

  it('finds records by their ids, in any order and number, and takes one provider and model', async () => {
    const { first, replay, data } = await setUp();
    const some = [RECORDS[4]!, RECORDS[1]!].map((record) => JSON.stringify(record));
    await writeFile(data, some.join('\n'));
    const { rows } = await replay({ name: 'one', models: ['a'] });
    const before = first.rows.filter(
      ({ id = '', provider, model }) =>
        ['r4', 'r1'].includes(id) && provider === 'one' && model === 'a',
    );
    const facts = ({ id, prompt, epoch, output, scores, usage }: ResultRow): string =>
      JSON.stringify([id, prompt, epoch, output, scores, usage]);
    expect(new Set(rows.map(facts))).toEqual(new Set(before.map(facts)));
    expect(rows).toHaveLength(8);
  });

  it('fails the cases that the run has not, or that it was asked otherwise', async () => {
    const { replay, data } = await setUp();
    await appendFile(data, '\n{"id":"new","input":"9"}');
    const { rows } = await replay(
      {},
      { prompts: ['{{input}}', { name: 'loud', template: '{{input}}?' }] },
    );
    const states = rows
      .filter(({ provider }) => provider === 'two')
      .map(
        ({ id, prompt, failure }) =>
          `${id} ${prompt} ${failure?.message.replace(/^.*: /, '') ?? 'ok'}`,
      );
    expect([...new Set(states)].slice(0, 2)).toEqual([
      'r0 prompt-1 ok',
      'r0 loud it was asked something else',
    ]);
    expect(states.at(-1)).toBe('new loud there is no such case');
    expect(rows.at(-1)?.failure).toMatchObject({
      code: 'CALL_INVALID_INPUT',
      stage: 'provider',
      message: expect.stringContaining(
        'Cannot replay record "new", prompt "loud", provider "two", model "a", epoch 2 from "test-',
      ),
    });
  });

  it('has one plan for one run, and another when the run has other rows', async () => {
    const { replay, first } = await setUp();
    const again = await replay();
    expect((await replay()).folder).toBe(again.folder);
    const config = JSON.parse(
      await readFile(join(again.folder, 'config.json'), 'utf8'),
    ) as BenchmarkConfig;
    expect(config.providers?.map(({ name, from, models }) => [name, from, models?.length])).toEqual(
      [
        ['one', first.folder, 2],
        ['two', first.folder, 1],
      ],
    );
    const [segment] = await readdir(join(first.folder, 'segments'));
    await appendFile(join(first.folder, 'segments', segment!), ' ');
    await expect(replay()).rejects.toMatchObject({ code: 'BENCH_RUN_DAMAGED' });
  });

  it('says which providers and models the run has, and when there is no run', async () => {
    const { replay } = await setUp();
    await expect(replay({ name: 'three' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      path: 'providers[0].name',
      message: expect.stringContaining('it has: one, two'),
    });
    await expect(replay({ name: 'two', models: ['b'] })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('no model "b"; it has: a'),
    });
    await expect(replay({ from: '/nowhere' })).rejects.toMatchObject({
      code: 'BENCH_RUN_UNREADABLE',
    });
  });

  it.each([
    [{ plugin: './echo.wasm', from: 'run' }, 'only the plugin "replay"'],
    [{ plugin: 'replay', from: 'run', config: {} }, '"config" has no effect together with "from"'],
    [{ plugin: 'replay' }, '"models" is missing'],
  ])('is refused as %j', (provider, message) => {
    const config = { name: 'x', dataset: { path: 'd' }, provider, evaluators: [{ plugin: 'e' }] };
    expect(() => parseBenchmarkConfig(config)).toThrow(message);
  });
});

describe('RowPlaces', () => {
  it('finds each of many records, in several segments', () => {
    const places = new RowPlaces();
    for (let segment = 0; segment < 3; segment += 1) {
      for (let n = 0; n < 1000; n += 1) places.add(`${segment}/${n}`, segment, n * 10);
      places.endSegment(10_000);
    }
    places.finish();
    expect([...places.find('2/999')]).toEqual([{ segment: 2, offset: 9990, length: 10 }]);
    expect([...places.find('0/0')]).toEqual([{ segment: 0, offset: 0, length: 10 }]);
    expect([...places.find('none')]).toEqual([]);
  });
});

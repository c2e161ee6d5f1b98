import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { failCall, ScriptedSystem } from '../__fixtures__/scripted-system.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import type { BenchmarkConfig } from '../config/benchmark-config.js';
import { listRuns } from '../results/read-run.js';
import { runPlan } from '../run/run-plan.js';
import { analysePlugins } from './analyse-plugins.js';

const system = new ScriptedSystem({
  echo: ['provider', ({ prompt }: { prompt: string }) => ({ text: prompt })],
  picky: [
    'provider',
    ({ prompt }: { prompt: string }) =>
      prompt === '1' ? failCall('CALL_TRAPPED') : { text: prompt },
  ],
  exact: [
    'evaluator',
    ({ output }: { output: string }) =>
      output === '2' ? failCall('CALL_FUEL_EXHAUSTED') : { score: 1 },
  ],
});

async function runOf(change: Partial<BenchmarkConfig>, outputDir?: string): Promise<string> {
  const folder = outputDir ?? (await temporaryFolder());
  const dataset = join(folder, 'data.jsonl');
  await writeFile(dataset, ['0', '1', '2'].map((input) => JSON.stringify({ input })).join('\n'));
  await runPlan(
    {
      name: 'test',
      dataset: { path: dataset },
      ...(change.providers === undefined && {
        provider: { plugin: '/echo.wasm', models: ['a'] },
      }),
      evaluators: [{ plugin: '/exact.wasm' }],
      outputDir: join(folder, 'out'),
      ...change,
    },
    { system },
  );
  return folder;
}

const byName = (name: string) => (plugin: { readonly name: string }) => plugin.name === name;

describe('analysePlugins()', () => {
  it('adds up calls, errors, fuel, time and memory by plugin over runs', async () => {
    const folder = await runOf({});
    await runOf({ name: 'other' }, folder);
    const runs = await listRuns(join(folder, 'out'));
    const plugins = await analysePlugins({ runs });
    expect(plugins.find(byName('exact'))).toMatchObject({
      version: '1.0.0',
      type: 'evaluator',
      calls: 6,
      failedCalls: 2,
      errors: { CALL_FUEL_EXHAUSTED: 2 },
      fuelUsed: 40,
      timeMs: 10,
      peakMemoryBytes: 65_536,
      sources: [
        { kind: 'run', name: runs[0]!.run, calls: 3, places: ['exact'] },
        { kind: 'run', name: runs[1]!.run, calls: 3, places: ['exact'] },
      ],
    });
  });

  const two: Partial<BenchmarkConfig> = {
    providers: [
      { plugin: '/echo.wasm', name: 'one', models: ['a'] },
      { plugin: '/picky.wasm', name: 'two', models: ['a'] },
    ],
  };

  it('says of two providers which of them failed', async () => {
    const folder = await runOf(two);
    const plugins = await analysePlugins({ runs: await listRuns(join(folder, 'out')) });
    expect(plugins.find(byName('echo'))).toMatchObject({ calls: 3, failedCalls: 0, errors: {} });
    expect(plugins.find(byName('picky'))).toMatchObject({
      calls: 3,
      errors: { CALL_TRAPPED: 1 },
      sources: [{ places: ['providers[1]'] }],
    });
  });

  it('reads the rows of a run that is not finished, which says nothing of time', async () => {
    const folder = await runOf({});
    const runs = await listRuns(join(folder, 'out'));
    const unfinished = runs.map((run) => ({ ...run, summary: undefined }));
    const [whole] = await analysePlugins({ runs }, { plugin: 'exact' });
    const [part] = await analysePlugins({ runs: unfinished }, { plugin: 'exact' });
    const { timeMs: _time, peakMemoryBytes: _memory, sources: _sources, ...figures } = whole!;
    expect(part).toMatchObject(figures);
    expect(part!.timeMs).toBeUndefined();
  });

  it('keeps to one plugin by name or digest, and to what was written since', async () => {
    const folder = await runOf({});
    const runs = await listRuns(join(folder, 'out'));
    const all = await analysePlugins({ runs });
    const { digest } = all.find(byName('echo'))!;
    expect(await analysePlugins({ runs }, { plugin: 'echo' })).toEqual(all.filter(byName('echo')));
    expect(await analysePlugins({ runs }, { plugin: digest.slice(0, 20) })).toEqual(
      all.filter(byName('echo')),
    );
    const since = new Date(runs[0]!.writtenAt.getTime() + 1);
    expect(await analysePlugins({ runs }, { since })).toEqual([]);
  });

  it('keeps at most 100 codes apart, were they called as parts of objects', async () => {
    const folder = await runOf({});
    const [run] = await listRuns(join(folder, 'out'));
    const failure = (code: string): object => ({
      stage: 'exact',
      code,
      cause: '',
      count: 1,
      retryable: false,
      first: {},
    });
    const codes = ['__proto__', ...Array.from({ length: 150 }, (_, n) => `C${n}`)];
    const summary = { ...run!.summary!, failures: codes.map(failure) as never };
    const [exact] = await analysePlugins({ runs: [{ ...run!, summary }] }, { plugin: 'exact' });
    expect(Object.keys(exact!.errors)).toHaveLength(101);
    expect(Object.hasOwn(exact!.errors, '__proto__')).toBe(true);
    expect(exact!.errors['other']).toBe(51);
  });

  it('refuses a date that is none', async () => {
    await expect(analysePlugins({}, { since: new Date('x') })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});

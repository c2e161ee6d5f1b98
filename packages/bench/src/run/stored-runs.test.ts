import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { failCall, type Script, ScriptedSystem } from '../__fixtures__/scripted-system.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import type { BenchmarkConfig } from '../config/benchmark-config.js';
import { canonicalRow } from '../results/canonical-row.js';
import { exportRun } from '../results/export-run.js';
import { listFailures, showCase } from '../results/list-failures.js';
import { listRuns, readRun, type StoredRun } from '../results/read-run.js';
import type { ResultRow } from '../results/result-row.js';
import { summariseRun } from '../summary/summarise-run.js';
import { planRun } from './plan-run.js';
import { resumeRun } from './resume-run.js';
import type { RunOptions } from './run-options.js';
import { runPlan } from './run-plan.js';
import { scoreRun } from './score-run.js';

interface Setting {
  readonly config: BenchmarkConfig;
  readonly folder: string;
  readonly outputDir: string;
  readonly options: RunOptions & { readonly system: ScriptedSystem };
  /** The requests to providers. */
  readonly asked: string[];
  readonly notices: string[];
}

async function setUp(change: Partial<BenchmarkConfig> = {}, records = 5): Promise<Setting> {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: records }, (_, n) => `{"input":"${n}","expected":"a:${n}"}`);
  await writeFile(join(folder, 'data.jsonl'), lines.join('\n'));
  const asked: string[] = [];
  const notices: string[] = [];
  const echo: Script = ({ model, prompt }: { model: string; prompt: string }) => {
    asked.push(`${model}:${prompt}`);
    return { text: `${model}:${prompt}`, model };
  };
  const exact: Script = ({ output, expected }: { output: string; expected: string }) => ({
    score: output === expected ? 1 : 0,
  });
  return {
    folder,
    outputDir: join(folder, 'out'),
    asked,
    notices,
    config: {
      name: 'test',
      dataset: { path: join(folder, 'data.jsonl') },
      provider: { plugin: '/echo.wasm', models: ['a'] },
      evaluators: [{ plugin: '/exact.wasm' }],
      outputDir: join(folder, 'out'),
      ...change,
    },
    options: {
      system: new ScriptedSystem({
        echo: ['provider', echo],
        exact: ['evaluator', exact],
        half: ['evaluator', () => ({ score: 0.5, explanation: 'always' })],
      }),
      onNotice: (message) => void notices.push(message),
    },
  };
}

async function rowsOf(run: Pick<StoredRun, 'rows'>): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  for await (const row of run.rows()) rows.push(row);
  return rows;
}

const canonical = (rows: readonly ResultRow[]): string[] => rows.map(canonicalRow);

describe('planRun()', () => {
  it('names the same plan the same, however it is run', async () => {
    const { config, options } = await setUp();
    const plan = await planRun(config, options);
    expect(plan.run).toBe(`test-${plan.digest.slice(7, 19)}`);
    const other = await planRun({ ...config, concurrency: 3, isolation: 'process' }, options);
    expect(other.digest).toBe(plan.digest);
    const changed = await planRun({ ...config, seed: 1 }, options);
    expect(changed.digest).not.toBe(plan.digest);
  });

  it('refuses to run a plan that is not the same any more', async () => {
    const { config, options, folder, outputDir } = await setUp();
    const plan = await planRun(config, options);
    await writeFile(join(folder, 'data.jsonl'), '{"input":"x"}');
    await expect(runPlan(plan, options)).rejects.toMatchObject({
      code: 'BENCH_PLAN_CHANGED',
      message: expect.stringContaining('dataset.digest was'),
    });
    expect(await readdir(outputDir).catch(() => [])).toEqual([]);
  });
});

describe('runPlan()', () => {
  it('says, and keeps saying, that there are fewer records than a sample should have', async () => {
    const { config, options, folder, notices } = await setUp({}, 3);
    const dataset = { path: join(folder, 'data.jsonl'), sample: { n: 9 } };
    const { summary } = await runPlan({ ...config, dataset }, options);
    expect(notices).toEqual([
      'a sample of 9 records is asked for, and the data set has 3: all of them are taken',
    ]);
    const { notes } = await summariseRun(await readRun(summary.run!));
    expect(notes).toEqual([
      { code: 'SAMPLE_SHORT', message: 'A sample of 9 records was asked for, and the run has 3' },
    ]);
  });

  it('asks each record with every prompt, provider, model and epoch, in that order', async () => {
    const { config, options, outputDir } = await setUp({}, 2);
    const { provider: _provider, ...rest } = config;
    const matrix: BenchmarkConfig = {
      ...rest,
      prompts: [
        { name: 'bare', template: '{{input}}' },
        { name: 'loud', template: '{{input}}!' },
      ],
      providers: [
        { plugin: '/echo.wasm', name: 'one', models: ['a', 'b'] },
        { plugin: '/echo.wasm', name: 'two', models: ['a'] },
      ],
      epochs: { count: 2, reducer: 'pass@1' },
    };
    const { summary, ok } = await runPlan(matrix, options);
    const [run] = await listRuns(outputDir);
    const rows = await rowsOf(run!);
    expect(rows).toHaveLength(2 * 2 * 3 * 2);
    const name = (row: ResultRow): string =>
      [row.index, row.prompt, row.provider, row.model, row.epoch].join(' ');
    expect(rows.slice(0, 8).map(name)).toEqual([
      '0 bare one a 1',
      '0 bare one a 2',
      '0 bare one b 1',
      '0 bare one b 2',
      '0 bare two a 1',
      '0 bare two a 2',
      '0 loud one a 1',
      '0 loud one a 2',
    ]);
    expect(rows[6]).toMatchObject({ input: '0!', output: 'a:0!' });
    expect(ok).toBe(true);
    expect(summary).toMatchObject({ records: 2, cases: 24, failedCases: 0 });
    expect(summary.scores.map(({ n, mean }) => [n, mean])).toEqual([
      [2, 1],
      [2, 0],
      [2, 1],
      [2, 0],
      [2, 0],
      [2, 0],
    ]);
  });

  it('takes over rows when models, epochs and records are added, and says so', async () => {
    const { config, options, asked, notices, outputDir } = await setUp({
      dataset: { path: '', limit: 3 },
    });
    const dataset = { path: join(outputDir, '..', 'data.jsonl') };
    await runPlan({ ...config, dataset: { ...dataset, limit: 3 } }, options);
    asked.splice(0);
    const provider = { plugin: '/echo.wasm', models: ['a', 'b'] };
    const larger = { ...config, dataset, provider, epochs: 2 };
    const { summary } = await runPlan(larger, options);
    expect(summary.cases).toBe(5 * 2 * 2);
    // Three of the twenty already existed.
    expect(asked).toHaveLength(17);
    expect(notices.join('\n')).toMatch(/are taken over/);
    const [run] = await listRuns(outputDir);
    const whole = await setUp();
    await runPlan({ ...larger, outputDir: whole.outputDir }, whole.options);
    const [other] = await listRuns(whole.outputDir);
    expect(canonical(await rowsOf(run!))).toEqual(canonical(await rowsOf(other!)));
  });

  it('says what changed, and starts a new run', async () => {
    const { config, options, asked, notices, outputDir } = await setUp();
    await runPlan(config, options);
    asked.splice(0);
    await runPlan({ ...config, evaluators: [{ plugin: '/exact.wasm', threshold: 1 }] }, options);
    expect(notices.join('\n')).toMatch(
      /the plan differs from that of "test-[0-9a-f]{12}": evaluators\[0\]\.threshold is new \(1\); a new run is started/,
    );
    expect(asked).toHaveLength(5);
    expect(await listRuns(outputDir)).toHaveLength(2);
  });

  it('runs failed cases again, and nothing else', async () => {
    const { config, options, asked, notices, outputDir } = await setUp();
    const { scripts } = options.system;
    let isDown = true;
    const [, echo] = scripts['echo']!;
    const flaky: Script = (data: { prompt: string }) => {
      if (isDown && data.prompt === '2') failCall('CALL_PLUGIN_FAILED');
      return (echo as (value: unknown) => unknown)(data);
    };
    const failing = {
      ...options,
      system: new ScriptedSystem({ ...scripts, echo: ['provider', flaky] }),
    };
    const first = await runPlan(config, failing);
    expect(first.ok).toBe(false);
    expect(first.summary.failures).toMatchObject([
      { stage: 'provider', code: 'CALL_PLUGIN_FAILED', count: 1, first: { index: 2 } },
    ]);
    const [before] = await listRuns(outputDir);
    const failures = [];
    for await (const row of listFailures(before!)) failures.push(row.index);
    expect(failures).toEqual([2]);
    isDown = false;
    asked.splice(0);
    const second = await runPlan(config, failing);
    expect(second.ok).toBe(true);
    expect(notices).toContain('1 case that lacks a score is run again');
    expect(second.summary.scores[0]).toMatchObject({ n: 5, mean: 1 });
  });

  it('allows as many failed cases as maxErrors says', async () => {
    const { config, options } = await setUp({
      maxErrors: 5,
      provider: { plugin: '/none.wasm', models: ['a'] },
    });
    const system = new ScriptedSystem({
      ...options.system.scripts,
      none: [
        'provider',
        () => {
          failCall('CALL_PLUGIN_FAILED');
        },
      ],
    });
    expect((await runPlan(config, { ...options, system })).ok).toBe(true);
    expect((await runPlan({ ...config, maxErrors: 4 }, { ...options, system })).ok).toBe(false);
  });
});

describe('resumeRun()', () => {
  it('goes on behind the last complete record, with the same rows as an undisturbed run', async () => {
    const { config, options, asked, outputDir } = await setUp({}, 50);
    const controller = new AbortController();
    let seen = 0;
    const cut = runPlan(config, {
      ...options,
      signal: controller.signal,
      onRow: () => {
        seen += 1;
        if (seen === 20) controller.abort();
      },
    });
    await expect(cut).rejects.toMatchObject({ code: 'BENCH_CANCELLED' });
    const [run] = await listRuns(outputDir);
    expect(run).toMatchObject({ isComplete: false, records: 20, summary: undefined });
    asked.splice(0);
    const { summary } = await resumeRun(run!.path, options);
    expect(asked).toHaveLength(30);
    expect(summary.measured.resumedRecords).toBe(20);
    const whole = await setUp({}, 50);
    await runPlan(whole.config, whole.options);
    const [other] = await listRuns(whole.outputDir);
    const resumed = await readRun(run!.path);
    expect(resumed.isComplete).toBe(true);
    expect(canonical(await rowsOf(resumed))).toEqual(canonical(await rowsOf(other!)));
  });

  it('keeps what was measured if nothing was left to do', async () => {
    const { config, options, outputDir } = await setUp();
    const { summary } = await runPlan(config, options);
    const path = join(summary.run!, 'summary.json');
    const measured = {
      ...summary.measured,
      durationMs: 123_456,
      startedAt: '2026-01-02T03:04:05.000Z',
    };
    await writeFile(path, JSON.stringify({ ...summary, measured }));
    expect((await resumeRun(summary.run!, options)).summary.measured).toEqual(measured);
    const [stored] = await listRuns(outputDir);
    expect(stored?.summary?.measured.durationMs).toBe(123_456);
  });

  it('refuses what is not what it was, and says what', async () => {
    const { config, options, folder } = await setUp();
    const { summary } = await runPlan(config, options);
    await writeFile(join(folder, 'data.jsonl'), '{"input":"x","expected":"y"}');
    await expect(resumeRun(summary.run!, options)).rejects.toMatchObject({
      code: 'BENCH_PLAN_CHANGED',
      message: expect.stringMatching(
        /dataset\.digest was "sha256:.*dataset\.records was 5 and is 1/,
      ),
    });
    await expect(resumeRun(folder, options)).rejects.toMatchObject({
      code: 'BENCH_RUN_UNREADABLE',
    });
  });

  it('tells a damaged segment before anything is run, and what to do', async () => {
    const { config, options, asked } = await setUp();
    const { summary } = await runPlan(config, options);
    const file = join(summary.run!, 'segments/0-5.jsonl');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('a:3', 'a:4'));
    asked.splice(0);
    await expect(resumeRun(summary.run!, options)).rejects.toMatchObject({
      code: 'BENCH_RUN_DAMAGED',
      file,
    });
    expect(asked).toEqual([]);
    await rm(file);
    const { ok } = await resumeRun(summary.run!, options);
    expect(ok).toBe(true);
    expect(asked).toHaveLength(5);
    expect(canonical(await rowsOf(await readRun(summary.run!)))).toHaveLength(5);
  });

  it.each([
    { change: () => '{}', says: '"formatVersion": expected a whole number' },
    { change: (plan: string) => plan.replace('"seed":0', '"seed":1'), says: 'has the digest' },
    { change: (plan: string) => plan.replace('"seed":0', '"sed":0'), says: 'did you mean "seed"?' },
  ])('tells a plan.json that says $says', async ({ change, says }) => {
    const { config, options } = await setUp();
    const { summary } = await runPlan(config, options);
    const file = join(summary.run!, 'plan.json');
    await writeFile(file, change(await readFile(file, 'utf8')));
    await expect(runPlan(config, options)).rejects.toMatchObject({
      code: 'BENCH_RUN_DAMAGED',
      message: expect.stringContaining(says),
    });
  });
});

describe('scoreRun()', () => {
  it('leaves the rows of a run alone that has these scores, failed cases among them', async () => {
    const { config, options, outputDir } = await setUp({
      provider: { plugin: '/flaky.wasm', models: ['a'] },
    });
    const flaky: Script = ({ prompt }: { prompt: string }) =>
      prompt === '1' ? failCall('CALL_PLUGIN_FAILED') : { text: prompt };
    const system = new ScriptedSystem({ ...options.system.scripts, flaky: ['provider', flaky] });
    const { summary } = await runPlan(config, { ...options, system });
    const before = await rowsOf(await readRun(summary.run!));
    const again = await scoreRun(
      summary.run!,
      { evaluators: [{ plugin: '/exact.wasm' }] },
      { ...options, system },
    );
    expect(again).toMatchObject({ ok: false, summary: { run: summary.run, failedCases: 1 } });
    expect(await rowsOf(await readRun(summary.run!))).toEqual(before);
    expect(await listRuns(outputDir)).toHaveLength(1);
  });

  it.each([
    { mode: 'append', evaluators: ['exact', 'half'], score: 0.75 },
    { mode: 'replace', evaluators: ['half'], score: 0.5 },
  ] as const)(
    'scores stored answers ($mode) and asks nobody',
    async ({ mode, evaluators, score }) => {
      const { config, options, asked } = await setUp();
      const { summary } = await runPlan(config, options);
      asked.splice(0);
      const scoring = { evaluators: [{ plugin: '/half.wasm' }], mode };
      const scored = await scoreRun(summary.run!, scoring, options);
      expect(asked).toEqual([]);
      expect(scored.summary.evaluators).toEqual(evaluators);
      expect(scored.summary.run).not.toBe(summary.run);
      const rows = await rowsOf(await readRun(scored.summary.run!));
      expect(rows[0]).toMatchObject({
        output: 'a:0',
        score,
        details: { half: { explanation: 'always' } },
      });
      // The same plan as a run that asks and scores at once.
      const both = {
        ...config,
        evaluators: evaluators.map((name) => ({ plugin: `/${name}.wasm` })),
      };
      expect((await planRun(both, options)).digest).toBe(scored.plan.digest);
      const other = await setUp();
      await runPlan({ ...both, outputDir: other.outputDir }, options);
      const [whole] = await listRuns(other.outputDir);
      expect(canonical(rows)).toEqual(canonical(await rowsOf(whole!)));
    },
  );
});

describe('exportRun()', () => {
  it('writes rows as lines, as one object, and as a table', async () => {
    const { config, options, folder } = await setUp({}, 2);
    const { summary } = await runPlan(config, options);
    const run = await readRun(summary.run!);
    const rows = await rowsOf(run);
    const write = async (format: 'jsonl' | 'json' | 'csv'): Promise<string> => {
      const file = join(folder, `rows.${format}`);
      expect(await exportRun(run, file, { format })).toBe(2);
      return await readFile(file, 'utf8');
    };
    const lines = (await write('jsonl')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(rows);
    expect(JSON.parse(await write('json'))).toMatchObject({ digest: run.digest, summary, rows });
    expect((await write('csv')).split('\r\n')).toEqual([
      'index,id,prompt,provider,model,epoch,group,input,expected,output,score,passed,failure,scores.exact',
      '0,0,default,echo,a,1,,0,a:0,a:0,1,,,1',
      '1,1,default,echo,a,1,,1,a:1,a:1,1,,,1',
      '',
    ]);
    const summaryFile = join(folder, 'summary.json');
    await exportRun(run, join(folder, 'rows'), { summaryFile });
    const { digest, plan } = run;
    expect(JSON.parse(await readFile(summaryFile, 'utf8'))).toEqual({ digest, plan, summary });
    await expect(exportRun(run, summaryFile, { summaryFile })).rejects.toMatchObject({
      code: 'BENCH_OUTPUT_FAILED',
      message: expect.stringContaining('the rows') as string,
    });
  });

  it('says that the disk is full', async () => {
    const { config, options } = await setUp();
    const { summary } = await runPlan(config, options);
    const run = await readRun(summary.run!);
    await expect(exportRun(run, '/dev/full')).rejects.toMatchObject({
      code: 'BENCH_OUTPUT_FAILED',
      message: 'Cannot write results to "/dev/full": no space left on the device',
    });
  });
});

describe('showCase()', () => {
  it('gives the rows of one record', async () => {
    const { config, options } = await setUp();
    const { summary } = await runPlan(config, options);
    const found: ResultRow[] = [];
    for await (const row of showCase(await readRun(summary.run!), { id: '3' })) found.push(row);
    expect(found).toMatchObject([{ index: 3, output: 'a:3' }]);
  });
});

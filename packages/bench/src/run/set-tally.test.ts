import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { failCall, type Script, ScriptedSystem } from '../__fixtures__/scripted-system.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { aggregateRun, openSetEvaluators, ROW_CUTS, type SetScore } from '../aggregate/index.js';
import type { BenchmarkConfig } from '../config/benchmark-config.js';
import { readRun } from '../results/read-run.js';
import { resumeRun } from './resume-run.js';
import { summariseRun } from '../summary/summarise-run.js';
import { runPlan } from './run-plan.js';
import { scoreRun } from './score-run.js';

interface Asked {
  readonly aggregate?: { readonly found: number; readonly words: number };
  readonly output: string;
}

/** Fraction of words found: for a set, it differs from the mean of the fractions. */
const coverage: Script = ({ aggregate, output }: Asked) => {
  if (aggregate !== undefined) return { score: aggregate.found / aggregate.words };
  const words = output.length;
  return { score: 1 / words, metrics: { found: 1, words } };
};

async function setUp(scripts: Record<string, Script> = {}, records = 30) {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: records }, (_, index) =>
    JSON.stringify({ input: 'x'.repeat(1 + (index % 7)), group: index % 3 === 0 ? 'a' : 'b' }),
  );
  await writeFile(join(folder, 'data.jsonl'), lines.join('\n'));
  const echo: Script = ({ model, prompt }: { model: string; prompt: string }) => ({
    text: prompt,
    model,
  });
  const system = new ScriptedSystem({
    echo: ['provider', echo],
    coverage: ['evaluator', scripts['coverage'] ?? coverage, 'sums'],
    plain: ['evaluator', () => ({ score: 1, metrics: { found: 1 } })],
  });
  const config: BenchmarkConfig = {
    name: 'test',
    dataset: { path: join(folder, 'data.jsonl'), fields: { input: 'input', group: 'group' } },
    provider: { plugin: '/echo.wasm', models: ['m', 'n'] },
    evaluators: [{ plugin: '/plain.wasm' }, { plugin: '/coverage.wasm' }],
    outputDir: join(folder, 'out'),
  };
  return { system, config };
}

const brief = (sets: readonly SetScore[] | undefined): unknown =>
  sets?.map(({ evaluator, labels: { model, group }, n, score }) => [
    evaluator,
    model,
    group,
    n,
    score?.value,
  ]);

describe('the sets of a run', () => {
  it('stand in its summary: by model with intervals, and by group', async () => {
    const { system, config } = await setUp();
    const { summary } = await runPlan(config, { system });
    // Lengths 1 to 7, over and over: 30 answers have 115 letters.
    expect(brief(summary.sets)).toEqual([
      ['coverage', 'm', undefined, 30, 30 / 115],
      ['coverage', 'n', undefined, 30, 30 / 115],
      ['coverage', 'm', 'a', 10, 10 / 40],
      ['coverage', 'n', 'a', 10, 10 / 40],
      ['coverage', 'm', 'b', 20, 20 / 75],
      ['coverage', 'n', 'b', 20, 20 / 75],
    ]);
    const [set] = summary.sets!;
    expect(set!.bootstrap).toMatchObject({ resamples: 1000, seed: 0, blocks: 30 });
    const { low, high } = set!.score!.interval!;
    expect(low < 30 / 115 && 30 / 115 < high).toBe(true);
    expect(summary.sets![2]!.bootstrap).toBeNull();
  });

  it('are the same digits after the run was interrupted, and from its stored rows', async () => {
    const { system, config } = await setUp();
    const whole = await runPlan({ ...config, name: 'whole' }, { system });
    const stop = new AbortController();
    const onProgress = ({ records }: { records: number }): void => {
      if (records === 7) stop.abort();
    };
    const first = runPlan(config, { system, signal: stop.signal, onProgress });
    await expect(first).rejects.toMatchObject({ code: 'BENCH_CANCELLED' });
    const { summary, plan } = await runPlan(config, { system });
    expect(summary.sets).toEqual(whole.summary.sets);
    const path = join(config.outputDir!, plan.run);
    expect((await resumeRun(path, { system })).summary.sets).toEqual(summary.sets);
    const cuts = [ROW_CUTS.system];
    const stored = await aggregateRun(path, { system, cuts });
    expect(stored).toEqual(summary.sets!.slice(0, 2));
    expect(
      brief(await aggregateRun(await readRun(path), { system, cuts: [ROW_CUTS.all] })),
    ).toEqual([['coverage', undefined, undefined, 60, 60 / 230]]);
  });

  it('stay when answers are scored with another evaluator', async () => {
    const { system, config } = await setUp();
    const { plan, summary } = await runPlan(config, { system });
    const path = join(config.outputDir!, plan.run);
    const again = { plugin: '/coverage.wasm', name: 'again' };
    const scored = await scoreRun(path, { evaluators: [again] }, { system });
    const named = summary.sets!.map((set) => Object.assign({}, set, { evaluator: 'again' }));
    expect(scored.summary.sets).toEqual([...summary.sets!, ...named]);
    const { systems } = await summariseRun(await readRun(join(config.outputDir!, scored.plan.run)));
    expect(systems[0]!.corpus.map(({ metric }) => metric)).toEqual(['coverage', 'again']);
    const evaluators = [{ plugin: '/plain.wasm' }];
    const replaced = await scoreRun(path, { evaluators, mode: 'replace' }, { system });
    expect(replaced.summary).not.toHaveProperty('sets');
    const kept = await scoreRun(path, { evaluators }, { system });
    expect(kept.summary.sets).toEqual(summary.sets);
  });

  it('are made of the rows again when the summary is gone, or said to be left out', async () => {
    const { system, config } = await setUp();
    const { plan, summary } = await runPlan(config, { system });
    const path = join(config.outputDir!, plan.run);
    await rm(join(path, 'summary.json'));
    const evaluators = [{ plugin: '/plain.wasm' }];
    const scored = await scoreRun(path, { evaluators }, { system });
    expect(scored.summary.sets).toEqual(summary.sets);
    const other = new ScriptedSystem(system.scripts);
    const load = other.loadPlugin.bind(other);
    other.loadPlugin = async (file, options) => {
      const { info } = await load(file, options);
      return { info: file === '/coverage.wasm' ? { ...info, digest: 'sha256:0' } : info };
    };
    const notices: string[] = [];
    const onNotice = (text: string): void => void notices.push(text);
    const again = [{ plugin: '/plain.wasm', name: 'third' }];
    const left = await scoreRun(path, { evaluators: again }, { system: other, onNotice });
    expect(left.summary).not.toHaveProperty('sets');
    expect(notices).toContainEqual(expect.stringMatching(/are left out: .*had the digest/));
  });

  it('are asked for without permissions, whatever the folder of a run says', async () => {
    const { system, config } = await setUp();
    const evaluators = config.evaluators.map((use) =>
      Object.assign({}, use, { permissions: { network: true, allowedHosts: ['example.com'] } }),
    );
    const { plan } = await runPlan({ ...config, evaluators }, { system });
    const path = join(config.outputDir!, plan.run);
    const loads: object[] = [];
    const load = system.loadPlugin.bind(system);
    system.loadPlugin = async (file, options) => {
      loads.push(options ?? {});
      return await load(file, options);
    };
    await aggregateRun(path, { system });
    await using opened = await openSetEvaluators(path, { system });
    expect(Object.keys(opened.plugins)).toEqual(['coverage']);
    expect(loads.length).toBeGreaterThan(1);
    for (const options of loads) expect(options).not.toHaveProperty('permissions');
  });

  it('are absent where no evaluator is of sums', async () => {
    const { system, config } = await setUp();
    const evaluators = [{ plugin: '/plain.wasm' }];
    const { summary, plan } = await runPlan({ ...config, evaluators }, { system });
    expect(summary).not.toHaveProperty('sets');
    expect(await aggregateRun(join(config.outputDir!, plan.run), { system })).toEqual([]);
  });

  it.each<[what: string, coverage: Script, code: string]>([
    [
      'an aggregate call that fails',
      (data: Asked) => (data.aggregate ? failCall('CALL_TRAPPED') : coverage(data as never)),
      'CALL_TRAPPED',
    ],
    ['records without metrics', () => ({ score: 1 }), 'BENCH_SUMS_INVALID'],
    [
      'no score',
      (data: Asked) => (data.aggregate ? { score: Number.NaN } : coverage(data as never)),
      'CALL_INVALID_OUTPUT',
    ],
  ])('say what is wrong, and the run goes well: %s', async (_, script, code) => {
    const { system, config } = await setUp({ coverage: script });
    const { summary, ok } = await runPlan(config, { system });
    expect(ok).toBe(true);
    expect(summary.sets![0]).toMatchObject({ score: null, failure: { code } });
  });

  it('are not scored with another plugin than that of the run', async () => {
    const { system, config } = await setUp();
    const { plan } = await runPlan(config, { system });
    const other = new ScriptedSystem(system.scripts);
    const load = system.loadPlugin.bind(system);
    other.loadPlugin = async (path, options) => {
      const { info } = await load(path, options);
      return { info: { ...info, digest: 'sha256:0' } };
    };
    const run = aggregateRun(join(config.outputDir!, plan.run), { system: other });
    await expect(run).rejects.toMatchObject({ code: 'BENCH_PLAN_CHANGED' });
  });
});

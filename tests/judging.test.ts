import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type BenchmarkConfig, type EvaluatorConfig, runPlan, scoreRun } from '@testbench/bench';
import { calibrateJudges, readLabels, withLabels } from '@testbench/bench/judging';
import { readRun, type ResultRow } from '@testbench/bench/results';
import { summariseRun } from '@testbench/bench/statistics';
import { createMemorySecrets, PluginSystem } from '@testbench/core';
import { shippedPlugins } from '@testbench/plugins';
import { type ModelRequest, type ModelServer, serveModels } from '@testbench/test-kit/model-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const pluginsDir = join(shippedPlugins()[0]!.path, '..');

let server: ModelServer;
let system: PluginSystem;
let secrets: ReturnType<typeof createMemorySecrets>;
let folder: string;
/** What judges say about the answer; `{{mark}}` stands for the mark. */
let say: (answer: string) => string;
/** True while answers wait for `server.release()`. */
let isHeld = false;

const answerOf = (request: ModelRequest): string => {
  const [, data] = request.body['messages'] as { content: string }[];
  return (JSON.parse(data!.content.replace(/^DATA /, '')) as { answer: string }).answer;
};

beforeAll(async () => {
  server = await serveModels({
    answer: (request) => {
      const [rules] = request.body['messages'] as { content: string }[];
      const mark = /the mark ([0-9a-f]{32}) /.exec(rules!.content)?.[1];
      // A question to one of the tested models.
      if (mark === undefined) return 'Paris';
      return say(answerOf(request)).replaceAll('{{mark}}', mark);
    },
    isHeld: () => isHeld,
  });
  const { host } = new URL(server.origin);
  secrets = createMemorySecrets({ JUDGE_API_KEY: { value: 'sk-test-0123456789', hosts: [host] } });
  system = new PluginSystem({ secrets, maxLoadedPlugins: 20 });
  folder = await mkdtemp(join(tmpdir(), 'judging-'));
});
afterAll(async () => {
  await system.close();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const judge = (settings: object = {}, rest: Partial<EvaluatorConfig> = {}): EvaluatorConfig => ({
  plugin: 'llm-judge',
  name: 'judge',
  config: {
    rubric: 'Right is 5, wrong is 1.',
    model: 'gpt-4o',
    base_url: `${server.origin}/v1`,
    ...settings,
  },
  permissions: { network: true, allowedHosts: [new URL(server.origin).host] },
  calls: { concurrency: 4, retries: 0 },
  ...rest,
});

function benchmark(name: string, change: Partial<BenchmarkConfig> = {}): BenchmarkConfig {
  const records = ['Paris', 'Lyon', 'nowhere'].map((answer) => ({
    input: 'Capital of France?',
    expected: 'Paris',
    answers: { a: answer },
  }));
  return {
    name,
    pluginsDir,
    dataset: { records },
    provider: { plugin: 'replay', models: ['a'] },
    evaluators: [judge()],
    outputDir: folder,
    maxErrors: 3,
    ...change,
  };
}

async function run(config: BenchmarkConfig, at = system) {
  const rows: ResultRow[] = [];
  const result = await runPlan(config, { system: at, onRow: (row) => void rows.push(row) });
  return { ...result, rows };
}

const fair = (answer: string): string =>
  answer === 'nowhere'
    ? `I do not judge "${answer}".`
    : `Well: ${answer}.\n{{mark}} {"score": ${answer === 'Paris' ? 5 : 2}, "reason": "by the reference"}`;

describe('a run with a judge', () => {
  it('keeps each reply in its row, and with the error that it led to', async () => {
    say = fair;
    const { rows, summary } = await run(benchmark('replies'));
    expect(rows.map(({ scores }) => scores)).toEqual([{ judge: 1 }, { judge: 0.25 }, {}]);
    const reply = expect.stringMatching(/^Well: Lyon\.\n[0-9a-f]{32} \{"score": 2/);
    expect(rows[1]?.details).toMatchObject({
      judge: {
        metrics: { grade: 2 },
        explanation: 'by the reference',
        judgements: [{ judge: 'gpt-4o', sample: 1, score: 0.25, grade: 2, reply }],
      },
    });
    expect(rows[1]?.details?.['judge']).not.toHaveProperty('selfJudged');
    // An error is not a zero.
    expect(summary).toMatchObject({ failedCases: 1, scores: [{ n: 2, mean: 0.625, errors: 1 }] });
    expect(rows[2]?.errors).toMatchObject({
      judge: { details: { judgements: [{ reply: 'I do not judge "nowhere".' }] } },
    });
    expect(summary).not.toHaveProperty('selfJudged');
  });

  it('is compared with people, by a file of labels and in the summary', async () => {
    say = fair;
    const { summary } = await run(benchmark('labelled'));
    const path = join(folder, 'labels.jsonl');
    const said = [1, 1, 0].map((label, id) => JSON.stringify({ id, label, who: 'ana' }));
    await writeFile(path, said.join('\n'));
    const labels = await readLabels(path);
    const stored = await readRun(summary.run!);
    const threshold = 0.5;
    const found = await calibrateJudges(stored.rows(), labels, { threshold });
    // The third case has no score.
    expect(found).toMatchObject({ cases: 2, unmatched: 1, judges: [{ n: 2, observed: 0.5 }] });
    const { systems } = await summariseRun(withLabels(stored, labels, 'judge'), {
      labels: { judge: 'label' },
    });
    expect(systems[0]?.agreement).toMatchObject([{ evaluator: 'judge', labels: 'label', n: 2 }]);
  });

  it('is not paid for twice, although each request has a mark of its own', async () => {
    say = fair;
    const config = (name: string) =>
      benchmark(name, {
        evaluators: [judge({ samples: 3, panel: ['x', 'y'], model: '', quorum: 1 })],
        dataset: { records: [{ input: 'q', expected: 'Paris', answers: { a: 'Paris' } }] },
      });
    const first = await run(config('once'));
    const asked = server.requests.length;
    const second = await run(config('twice'));
    expect(server.requests.length).toBe(asked);
    const unmeasured = ({ rows }: { rows: ResultRow[] }): object[] =>
      rows.map((row) => ({ ...row, measured: undefined }));
    expect(unmeasured(second)).toEqual(unmeasured(first));
    expect(first.rows[0]?.details?.['judge']?.judgements).toHaveLength(6);
    expect(second.rows[0]?.measured?.judges?.['judge']).toMatchObject({ cached: true });
  });

  it.each<[string, object, string, string[]]>([
    ['model', { model: 'gpt-4o' }, 'config.model', ['gpt-4o']],
    ['model with a date', { model: 'gpt-4o-2024-08-06' }, 'config.model', ['small', 'gpt-4o']],
    ['model of another server', { model: 'GPT-4o' }, 'config.model', ['openai/gpt-4o']],
    ['panel', { model: '', panel: ['x', { model: 'gpt-4o' }] }, 'config.panel[1]', ['gpt-4o']],
  ])('refuses a %s that is tested itself', async (_what, settings, place, models) => {
    const asked = server.requests.length;
    const config = benchmark('self', {
      provider: { plugin: 'replay', models },
      evaluators: [{ plugin: 'exact-match' }, judge(settings)],
    });
    await expect(run(config)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      path: `evaluators[1].${place}`,
      message: expect.stringContaining('"evaluators[1].allowSelfJudging: true"'),
    });
    expect(server.requests.length).toBe(asked);
  });

  it('asks a provider of the configuration', async () => {
    say = fair;
    const host = new URL(server.origin).host;
    const before = server.requests.length;
    const config = benchmark('via', {
      dataset: { records: [{ input: 'Capital of France?', expected: 'Paris' }] },
      provider: {
        plugin: 'openai',
        name: 'gateway',
        models: ['small'],
        config: { base_url: `${server.origin}/v1`, api_key_secret: 'JUDGE_API_KEY' },
        permissions: { network: true, allowedHosts: [host] },
      },
      evaluators: [judge({ via: 'gateway', model: 'large', base_url: '' })],
    });
    const { rows } = await run(config);
    expect(rows[0]).toMatchObject({ output: 'Paris', scores: { judge: 1 } });
    const asked = server.requests.slice(before).map(({ body }) => body['model']);
    expect(asked).toEqual(['small', 'large']);
    expect(rows[0]?.measured?.judges?.['judge']?.usage?.completionTokens).toBeGreaterThan(0);
    // No gateway has this name: this is reported, and no other one is asked.
    const other = { ...config, name: 'via-none', evaluators: [judge({ via: 'none', model: 'x' })] };
    const failed = await run(other);
    expect(failed.rows[0]?.errors?.['judge']?.message).toContain('not');
    const itself = { ...config, evaluators: [judge({ via: 'gateway', model: 'small' })] };
    await expect(run(itself)).rejects.toThrow('would judge itself');
  });

  it.each(['inline', 'thread', 'process'] as const)(
    'has 200 judgements in flight, %s',
    async (isolation) => {
      await using own = new PluginSystem({ isolation, secrets });
      say = fair;
      isHeld = true;
      const records = Array.from({ length: 200 }, (_, index) => ({
        input: `Question ${index}?`,
        expected: 'Paris',
        answers: { a: 'Paris' },
      }));
      const config = benchmark(`many-${isolation}`, {
        cache: 'off',
        dataset: { records },
        evaluators: [judge({}, { calls: { concurrency: 200, retries: 0 } })],
      });
      const done = run(config, own);
      await expect.poll(() => server.inFlight).toBe(200);
      isHeld = false;
      server.release();
      const { rows } = await done;
      expect(rows.filter(({ scores }) => scores['judge'] === 1)).toHaveLength(200);
    },
  );

  it('says so in rows and summary where that is allowed, also when it scores again', async () => {
    say = fair;
    const own = judge({ model: 'a' }, { allowSelfJudging: true });
    const records = [{ input: 'q', expected: 'Paris', answers: { a: 'Paris', b: 'Paris' } }];
    const config = benchmark('allowed', {
      dataset: { records },
      provider: { plugin: 'replay', models: ['a', 'b'] },
      evaluators: [own, { plugin: 'exact-match' }],
    });
    const { rows, summary } = await run(config);
    expect(summary.selfJudged).toEqual(['judge']);
    expect(rows.map(({ details }) => details?.['judge']?.selfJudged)).toEqual([true, undefined]);
    const again = judge({ model: 'b' }, { name: 'other' });
    await expect(scoreRun(summary.run!, { evaluators: [again] }, { system })).rejects.toThrow(
      'the judge "b" would judge itself',
    );
  });
});

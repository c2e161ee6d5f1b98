import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { type ModelServer, serveModels } from '@testbench/test-kit/model-server';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

import { type BenchmarkEvent, watchBenchmark } from './watch-benchmark.js';

let root: string;
let server: ModelServer;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'testbench-watch-bench-'));
  vi.stubEnv('XDG_CACHE_HOME', join(root, 'cache'));
  vi.stubEnv('KEY', 'sk-test-of-a-key');
  server = await serveModels({ answer: () => 'four words are here' });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

type Done = Extract<BenchmarkEvent, { readonly type: 'done' }>;
type Failed = Extract<BenchmarkEvent, { readonly type: 'failed' }>;

const write = (name: string, text: string): Promise<void> => writeFile(join(root, name), text);

function configuration(template: string): string {
  return JSON.stringify({
    name: 'watched',
    dataset: { path: 'data.jsonl' },
    prompts: [{ name: 'ask', file: 'ask.txt' }],
    provider: {
      plugin: resolve(import.meta.dirname, '../../../../example-plugins/openai/build/openai.wasm'),
      config: { base_url: `${server.origin}/v1` },
      permissions: { network: true, allowedHosts: [server.origin] },
      models: ['small'],
    },
    evaluators: [{ script: './metric.js' }, { inline: template }],
    policy: 'policy.json',
    outputDir: 'out',
  });
}

describe('watchBenchmark()', () => {
  it('runs again for scripts, prompts, data and configuration, and pays for no answer twice', async () => {
    const secrets = { OPENAI_API_KEY: { env: 'KEY', hosts: [server.origin] } };
    await write('policy.json', JSON.stringify({ secrets }));
    await write('data.jsonl', '{"input":"Say 1"}\n{"input":"Say 2"}\n');
    await write('ask.txt', 'Please: {{input}}\n');
    await write('metric.js', 'export const evaluate = ({ output }) => output.length > 100;\n');
    await write('bench.json', configuration('output.length < 50'));
    const events: BenchmarkEvent[] = [];
    const controller = new AbortController();
    const running = watchBenchmark({
      config: join(root, 'bench.json'),
      signal: controller.signal,
      onEvent: (event) => void events.push(event),
    });
    onTestFinished(async () => {
      controller.abort();
      await running;
    });
    const ends = (): (Done | Failed)[] =>
      events.filter((event) => event.type === 'done' || event.type === 'failed');
    const next = async (change: () => Promise<unknown>): Promise<Done | Failed> => {
      const before = ends().length;
      await change();
      await vi.waitFor(() => expect(ends().length).toBeGreaterThan(before), { timeout: 60_000 });
      return ends().at(-1)!;
    };
    const done = async (change: () => Promise<unknown>): Promise<Done> => {
      const event = await next(change);
      expect(event).toMatchObject({ type: 'done' });
      return event as Done;
    };
    const means = ({ result }: Done): Record<string, number | null | undefined> =>
      Object.fromEntries(result.summary.scores.map(({ evaluator, mean }) => [evaluator, mean]));

    const first = await done(async () => {});
    expect(means(first)).toEqual({ metric: 0, 'output.length < 50': 1 });
    expect(first.before).toBeUndefined();
    expect(server.requests.length).toBe(2);

    // A script, saved as editors do: no model is called.
    const scored = await done(async () => {
      await write('metric.js.new', 'export const evaluate = ({ output }) => output.length > 10;\n');
      await rename(join(root, 'metric.js.new'), join(root, 'metric.js'));
    });
    expect(means(scored)).toMatchObject({ metric: 1 });
    expect(scored.before).toBe(first.result.summary);
    expect(server.requests.length).toBe(2);

    const failed = await next(() => write('metric.js', "import { least } from './least.js';\n"));
    expect((failed as Failed).error).toMatchObject({ code: 'CONFIG_INVALID' });
    await next(() => write('least.js', 'export const least = 100;\n'));
    const mended = await done(() =>
      write(
        'metric.js',
        "import { least } from './least.js';\nexport const evaluate = ({ output }) => output.length > least;\n",
      ),
    );
    expect(means(mended)).toMatchObject({ metric: 0 });
    const imported = await done(() => write('least.js', 'export const least = 1;\n'));
    expect(means(imported)).toMatchObject({ metric: 1 });
    expect(server.requests.length).toBe(2);

    const configured = await done(() => write('bench.json', configuration('output.length > 50')));
    expect(means(configured)).toMatchObject({ 'output.length > 50': 0 });
    expect(server.requests.length).toBe(2);

    // One additional record is one additional question; another prompt asks all of them.
    await done(() =>
      write('data.jsonl', '{"input":"Say 1"}\n{"input":"Say 2"}\n{"input":"Say 3"}\n'),
    );
    expect(server.requests.length).toBe(3);
    await done(() => write('ask.txt', 'Now: {{input}}\n'));
    expect(server.requests.length).toBe(6);
  }, 300_000);
});

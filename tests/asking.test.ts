import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type BenchmarkConfig, runPlan } from '@testbench/bench';
import type { ResultRow } from '@testbench/bench/results';
import {
  type ModelServer,
  type ModelServerOptions,
  serveModels,
} from '@testbench/test-kit/model-server';
import { describe, expect, it, onTestFinished } from 'vitest';

const plugin = (name: string): string =>
  join(import.meta.dirname, `../example-plugins/${name}/build/${name}.wasm`);
const built = existsSync(plugin('openai')) && existsSync(plugin('anthropic'));
const CALLS = 200;
const BASE_PATHS: Readonly<Record<string, string>> = { openai: '/v1', gemini: '/v1beta' };

interface Setting {
  readonly server: ModelServer;
  readonly config: BenchmarkConfig;
}

/** A benchmark of a provider that asks a server on loopback. */
async function setUp(
  api: string,
  records: number,
  serving: ModelServerOptions,
  change: Partial<BenchmarkConfig> = {},
): Promise<Setting> {
  const server = await serveModels(serving);
  const folder = await mkdtemp(join(tmpdir(), 'asking-'));
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });
  process.env['ASKING_TEST_KEY'] = 'sk-test-of-a-key';
  const policy = join(folder, 'policy.json');
  const secret = { env: 'ASKING_TEST_KEY', hosts: [server.origin] };
  await writeFile(
    policy,
    JSON.stringify({ secrets: { [`${api.toUpperCase()}_API_KEY`]: secret } }),
  );
  const config: BenchmarkConfig = {
    name: 'asking',
    dataset: {
      records: Array.from({ length: records }, (_, n) => ({
        input: `Say ${n}`,
        expected: `Say ${n}`,
      })),
    },
    provider: {
      plugin: plugin(api),
      config: { base_url: server.origin + (BASE_PATHS[api] ?? '') },
      permissions: { network: true, allowedHosts: [server.origin] },
      models: [
        { name: 'small', parameters: { max_tokens: 20 }, price: { input: 100, output: 100 } },
      ],
    },
    evaluators: [{ plugin: plugin('exact-match') }],
    policy,
    outputDir: join(folder, 'runs'),
    ...change,
  };
  return { server, config };
}

describe.skipIf(!built)('a run whose provider asks (needs `npm run build`)', () => {
  it.each([
    { api: 'openai', isolation: 'thread' },
    { api: 'anthropic', isolation: 'process' },
  ] as const)(
    'has 200 requests in flight from one process, $api, $isolation',
    async ({ api, isolation }) => {
      const change = { isolation, concurrency: CALLS };
      const { server, config } = await setUp(api, CALLS, { isHeld: true }, change);
      const run = runPlan(config);
      await expect.poll(() => server.inFlight, { timeout: 60_000, interval: 20 }).toBe(CALLS);
      server.release();
      const { summary } = await run;
      expect(summary).toMatchObject({ failedCases: 0, scores: [{ n: CALLS, mean: 1 }] });
      expect(server.requests).toHaveLength(CALLS);
    },
    90_000,
  );

  it('asks nobody when it is run again, with the same rows', async () => {
    const { server, config } = await setUp('openai', 20, {});
    const rows: unknown[][] = [];
    for (const name of ['first', 'second']) {
      const seen: unknown[] = [];
      await runPlan(
        { ...config, name },
        { onRow: ({ measured, ...row }) => void seen.push([row, measured?.fuel?.['provider']]) },
      );
      rows.push(seen);
    }
    expect(server.requests).toHaveLength(20);
    expect(rows[1]).toEqual(rows[0]);
  });

  it('asks models of Gemini, and knows what they cost', async () => {
    const { server, config } = await setUp('gemini', 5, { prices: { input: 100, output: 100 } });
    let cost = 0;
    const onRow = ({ measured }: ResultRow): void => void (cost += measured?.cost ?? 0);
    const { summary } = await runPlan(config, { onRow });
    expect(summary).toMatchObject({ failedCases: 0, scores: [{ n: 5, mean: 1 }] });
    expect(server.bill.money).toBeGreaterThan(0);
    expect(cost).toBeCloseTo(server.bill.money, 9);
  });

  it('lets the server bill no more than its budget, with 64 in flight', async () => {
    const fault: ModelServerOptions['fault'] = ({ number }) => {
      if (number % 10 === 3) return 'cut';
      return number % 10 === 7 ? { status: 500 } : undefined;
    };
    const serving = { fault, prices: { input: 100, output: 100 }, latencyMs: 5 };
    const { server, config } = await setUp('openai', 400, serving, {
      concurrency: 64,
      budgets: { money: 1 },
    });
    await expect(runPlan(config)).rejects.toMatchObject({ code: 'BENCH_BUDGET_SPENT' });
    expect(server.bill.money).toBeGreaterThan(0);
    expect(server.bill.money).toBeLessThanOrEqual(1);
  }, 60_000);
});

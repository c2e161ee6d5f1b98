import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type BenchmarkConfig, runPlan } from '@testbench/bench';
import type { ResultRow } from '@testbench/bench/results';
import { createTestHost } from '@testbench/sdk';
import { serveHttp } from '@testbench/test-kit/loopback';
import { type AskAnswer, isEmbeddingAsk } from '@testbench/types/asking';
import { describe, expect, it, onTestFinished } from 'vitest';

const plugin = (name: string): string =>
  join(import.meta.dirname, `../example-plugins/${name}/build/${name}.wasm`);
const built = existsSync(plugin('semantic-similarity')) && existsSync(plugin('openai'));

/** Directions of a plane: their cosines can be computed by hand. */
const VECTORS: Readonly<Record<string, readonly number[]>> = {
  Paris: [1, 0],
  'The city of Paris': [3, 4],
  Rome: [0, 2],
  'Not Paris': [-1, 0],
};

describe.skipIf(!built)('plugin semantic-similarity (needs `npm run build`)', () => {
  const score = async (data: object, config: object = {}, answer?: AskAnswer): Promise<object> => {
    await using host = await createTestHost(plugin('semantic-similarity'), {
      isolation: 'inline',
      config: { provider: 'e', model: 'm', ...config },
      permissions: { network: true, allowedHosts: ['a.test'] },
      answers: (ask) => {
        if (!isEmbeddingAsk(ask)) return undefined;
        return answer ?? { output: { embeddings: ask.embed.input.map((text) => VECTORS[text]) } };
      },
    });
    const { data: result, asks } = await host.call<object>(data);
    return { ...result, asks: asks.length };
  };

  it.each([
    ['The city of Paris', 'Paris', {}, 0.6, 0.6],
    ['The city of Paris', ['Rome', 'Paris'], {}, 0.8, 0.8],
    ['Rome', 'Paris', {}, 0, 0],
    ['Not Paris', 'Paris', {}, 0, -1],
    ['Not Paris', 'Paris', { expected_min: -1 }, 0, -1],
    ['The city of Paris', 'Paris', { expected_min: 0.2 }, 0.5, 0.6],
  ])('scores %j against %j with %j', async (output, expected, config, value, cosine) => {
    const found = await score({ output, expected }, config);
    expect(found).toMatchObject({ score: expect.closeTo(value, 12), asks: 1 });
    expect(found).toMatchObject({ metrics: { cosine: expect.closeTo(cosine, 12) } });
  });

  it('asks nothing about equal texts, nor about a blank answer', async () => {
    expect(await score({ output: 'x', expected: ['y', 'x'] })).toMatchObject({ score: 1, asks: 0 });
    expect(await score({ output: ' \n', expected: 'y' })).toMatchObject({ score: 0, asks: 0 });
  });

  it.each([
    [{ error: { code: -1, message: 'there is no provider "e"' } }, 'there is no provider "e"'],
    [{ output: { text: 'Paris' } }, 'gave no embeddings'],
    [
      {
        output: {
          embeddings: [
            [0, 0],
            [1, 0],
          ],
        },
      },
      'is zero, too large',
    ],
    [{ output: { embeddings: [[1], [1, 0]] } }, 'of another length'],
    [
      {
        output: {
          embeddings: [
            [1e300, 1],
            [1e300, 0],
          ],
        },
      },
      'too large',
    ],
  ] as const)('fails the case for the answer %j', async (answer, message) => {
    const scoring = score({ output: 'Rome', expected: 'Paris' }, {}, answer);
    await expect(scoring).rejects.toMatchObject({
      pluginMessage: expect.stringContaining(message),
    });
  });

  it.each([
    [{ provider: '' }, 'setting "provider" is missing'],
    [{ model: '' }, 'setting "model" is missing'],
  ])('cannot be configured with %j', async (config, message) => {
    await expect(score({ output: 'a', expected: 'b' }, config)).rejects.toThrow(message);
  });
});

describe.skipIf(!built)('a run that asks a provider for embeddings (needs `npm run build`)', () => {
  async function setUp() {
    const seen: { readonly path: string; readonly input: readonly string[] }[] = [];
    const server = await serveHttp((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { input } = JSON.parse(Buffer.concat(parts).toString()) as {
          readonly input: string[];
        };
        seen.push({ path: request.url ?? '', input });
        // In the opposite order, as a server may.
        const data = input.map((text, index) => ({ index, embedding: VECTORS[text] })).toReversed();
        const usage = { prompt_tokens: input.length, total_tokens: input.length };
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ data, model: 'e-1', usage }));
      });
    });
    const folder = await mkdtemp(join(tmpdir(), 'similarity-'));
    onTestFinished(async () => {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });
    process.env['SIMILARITY_TEST_KEY'] = 'sk-test-of-a-key';
    const policy = join(folder, 'policy.json');
    const secret = { env: 'SIMILARITY_TEST_KEY', hosts: [server.origin] };
    await writeFile(policy, JSON.stringify({ secrets: { OPENAI_API_KEY: secret } }));
    const permissions = { network: true, allowedHosts: [server.origin] };
    const config: BenchmarkConfig = {
      name: 'similarity',
      dataset: {
        records: [
          { input: 'The city of Paris', expected: 'Paris' },
          { input: 'Rome', expected: 'Paris' },
          { input: 'Paris', expected: 'Paris' },
        ],
      },
      providers: [
        { plugin: plugin('echo'), models: ['parrot'] },
        {
          plugin: plugin('openai'),
          name: 'embedder',
          asked: true,
          config: { base_url: `${server.origin}/v1` },
          permissions,
          prices: { e: { input: 1e6, output: 0 } },
        },
      ],
      evaluators: [
        {
          plugin: plugin('semantic-similarity'),
          config: { provider: 'embedder', model: 'e' },
          permissions,
        },
      ],
      policy,
      outputDir: join(folder, 'runs'),
    };
    return { seen, config };
  }

  it('pays each text once, and asks nobody when it is run again', async () => {
    const { seen, config } = await setUp();
    const rows: ResultRow[] = [];
    const { summary } = await runPlan(config, { onRow: (row) => void rows.push(row) });
    expect(rows.map(({ scores }) => scores['semantic-similarity'])).toEqual([
      expect.closeTo(0.6, 12),
      0,
      1,
    ]);
    // The provider that is asked is not tested.
    expect(summary.scores).toMatchObject([{ provider: 'echo', model: 'parrot', n: 3 }]);
    // The requests are made at the same time.
    expect(seen.toSorted((a, b) => (a.input[0]! < b.input[0]! ? 1 : -1))).toEqual([
      { path: '/v1/embeddings', input: ['The city of Paris', 'Paris'] },
      { path: '/v1/embeddings', input: ['Rome', 'Paris'] },
    ]);
    // Four tokens, each at the price of one.
    expect(rows.map(({ measured }) => measured?.judges?.['semantic-similarity']?.cost)).toEqual([
      2,
      2,
      undefined,
    ]);
    await runPlan({ ...config, name: 'again' });
    expect(seen).toHaveLength(2);
  }, 60_000);

  it('names the provider that is missing, or that gives no embeddings', async () => {
    const { seen, config } = await setUp();
    for (const [provider, message] of [
      ['embeder', 'there is no provider "embeder"; the providers: echo, embedder'],
      ['echo', 'the provider gave no embeddings'],
    ]) {
      const [evaluator] = config.evaluators;
      const evaluators = [{ ...evaluator!, config: { provider, model: 'e' } }];
      const rows: ResultRow[] = [];
      await runPlan(
        { ...config, evaluators },
        {
          onRow: (row) => void rows.push(row),
        },
      );
      expect(JSON.stringify(rows[0])).toContain(JSON.stringify(message).slice(1, -1));
      expect(rows[0]?.scores).not.toHaveProperty('semantic-similarity');
      // Equal texts need no embeddings.
      expect(rows[2]?.scores).toMatchObject({ 'semantic-similarity': 1 });
    }
    expect(seen).toEqual([]);
  }, 60_000);
});

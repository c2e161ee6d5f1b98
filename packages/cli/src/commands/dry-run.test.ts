import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveModels } from '@testbench/test-kit/model-server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

async function setUp(origin = 'https://models.invalid') {
  const cwd = await temporaryFolder();
  const records = ['one', 'two', 'three'].map((input) =>
    JSON.stringify({ input, expected: input }),
  );
  await writeFile(join(cwd, 'data.jsonl'), records.join('\n'));
  const config = {
    name: 'paid',
    dataset: { path: 'data.jsonl' },
    provider: {
      plugin: examplePlugin('openai'),
      config: { base_url: `${origin}/v1` },
      permissions: { network: true, allowedHosts: [origin] },
      models: [
        { name: 'small', parameters: { max_tokens: 100 }, price: { input: 1, output: 10 } },
        'large',
      ],
    },
    evaluators: [{ plugin: examplePlugin('exact-match') }],
    policy: 'policy.json',
  };
  const policy = { secrets: { OPENAI_API_KEY: { env: 'KEY', hosts: [origin] } } };
  await writeFile(join(cwd, 'policy.json'), JSON.stringify(policy));
  await writeFile(join(cwd, 'bench.json'), JSON.stringify(config));
  return async (...args: string[]) => {
    const captured = captureIo({ cwd });
    const code = await main(['run', 'bench.json', ...args], captured.io);
    return { cwd, code, out: captured.stdout(), err: captured.stderr(), files: await readdir(cwd) };
  };
}

describe('testbench run --dry-run', () => {
  it('shows calls, tokens and money by model, and what is not known; writes nothing', async () => {
    const run = await setUp();
    const { code, out, err, files } = await run('--dry-run');
    expect({ code, err, files }).toEqual({
      code: 0,
      err: '',
      files: ['bench.json', 'data.jsonl', 'policy.json'],
    });
    expect(out).toMatch(/^paid-[0-9a-f]{12} · 3 records · 6 cases\n/);
    const lines = out.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(lines[3]).toEqual([
      'openai',
      'small',
      '3',
      '0',
      '0',
      '3',
      '4',
      '300',
      '0.0030',
      '0.0061',
    ]);
    expect(lines[4]).toEqual(['openai', 'large', '3', '0', '0', '3', '4', '?', '?', '?']);
    expect(lines[5]).toEqual(['exact-match', '6', '0', '0', '6', 'free']);
    expect(out).toContain('6 paid calls would be made, for an unknown sum.');
    expect(out).toContain('note: no price is known of large: add it under "prices"');
  });

  it('prints the same as JSON', async () => {
    const run = await setUp();
    const { code, out } = await run('--dry-run', '--json', '--limit', '2');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      records: 2,
      unpriced: ['large'],
      total: { toMake: 4 },
    });
  });

  it('knows the answers that are in the cache, though the plugin asks in rounds', async () => {
    await using server = await serveModels();
    vi.stubEnv('KEY', 'sk-test-of-a-key');
    onTestFinished(() => void vi.unstubAllEnvs());
    const run = await setUp(server.origin);
    const { code, cwd } = await run();
    expect(code).toBe(0);
    const requests = server.requests.length;
    expect(requests).toBe(6);
    for (const name of await readdir(join(cwd, 'runs'))) {
      if (name !== '.cache') await rm(join(cwd, 'runs', name), { recursive: true });
    }
    const { out } = await run('--dry-run', '--json', '--set', 'epochs=2');
    const { calls } = JSON.parse(out) as {
      calls: { cached: number; toMake: number; tokens: object }[];
    };
    expect(calls.slice(0, 2).map(({ cached, toMake }) => [cached, toMake])).toEqual([
      [3, 3],
      [3, 3],
    ]);
    expect(calls[0]!.tokens).toMatchObject({ outputFrom: 'answers' });
    expect(server.requests).toHaveLength(requests);
  });
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { type CapturedIo, captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

const TOKEN = 'a-token-of-the-test';

/** Runs the command until `use` is done, then interrupts it. */
async function serving(
  args: readonly string[],
  use: (url: string, token: string, captured: CapturedIo) => Promise<void>,
  env: Record<string, string> = {},
): Promise<number> {
  const stopping = new AbortController();
  const captured = captureIo({ cwd: await temporaryFolder(), env, signal: stopping.signal });
  const ended = main(['serve', ...args], captured.io);
  await expect.poll(() => captured.stdout()).toMatch(/^http.*\n/);
  const [url = '', token = ''] = captured.stdout().split('\n');
  await use(url, token.replace('token ', ''), captured).finally(() => stopping.abort());
  return await ended;
}

async function ask(url: string, token: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  });
  return await response.json();
}

describe('testbench serve', () => {
  it('serves plugins by path and by name until it is interrupted, with a token that it prints', async () => {
    const code = await serving(
      [examplePlugin('exact-match'), 'token-f1'],
      async (url, token, { stderr }) => {
        expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
        expect(stderr()).toBe('plugins: exact-match, token-f1\n');
        const body = { plugin: 'token-f1', data: { output: 'x b', expected: 'x c' } };
        expect(await ask(url, token, '/v1/execute', body)).toMatchObject({ data: { score: 0.5 } });
        expect(await ask(url, 'another', '/v1/plugins')).toMatchObject({ code: 'SERVE_NO_TOKEN' });
      },
    );
    expect(code).toBe(0);
  });

  it('serves the evaluators of a configuration, and its providers as models', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'data.jsonl'), '{"input":"1","expected":"1"}\n');
    const replay = { plugin: examplePlugin('replay'), models: ['one', 'two'] };
    const config = {
      name: 'served',
      dataset: { path: 'data.jsonl' },
      providers: [
        { ...replay, name: 'a' },
        { ...replay, name: 'b', models: ['two'] },
      ],
      evaluators: [{ plugin: examplePlugin('exact-match'), name: 'strict' }],
    };
    await writeFile(join(folder, 'bench.json'), JSON.stringify(config));
    const args = ['--config', join(folder, 'bench.json'), '--json'];
    const stopping = new AbortController();
    const env = { TESTBENCH_SERVE_TOKEN: TOKEN };
    const captured = captureIo({ cwd: folder, env, signal: stopping.signal });
    const ended = main(['serve', ...args], captured.io);
    await expect.poll(() => captured.stdout()).toMatch(/\}\n$/);
    const { url, ...shown } = JSON.parse(captured.stdout()) as { url: string };
    expect(shown).toEqual({ plugins: ['strict', 'a', 'b'], models: ['one', 'a/two', 'b/two'] });
    const body = { plugin: 'strict', data: { output: 'a', expected: 'a' } };
    expect(await ask(url, TOKEN, '/v1/execute', body)).toMatchObject({ data: { score: 1 } });
    stopping.abort();
    expect(await ended).toBe(0);
  });

  it.each([
    [[], 2, 'expected plugins, or --config'],
    [['none'], 1, 'Cannot find the plugin "none"'],
    [['exact-match', '--model', 'exact-match/m'], 1, 'of type "evaluator", expected "provider"'],
    [
      ['exact-match', '--model', 'other/m'],
      2,
      '--model is "other/m", expected a plugin and its model',
    ],
    [['exact-match', '--host', '0.0.0.0'], 1, '"allowedHosts" must name the hosts'],
    [['exact-match', '--token-file', 'none'], 2, '--token-file cannot be read'],
  ])('refuses %j', async (args, code, message) => {
    const captured = captureIo({ cwd: await temporaryFolder() });
    expect(await main(['serve', ...args], captured.io)).toBe(code);
    expect(captured.stderr()).toContain(message);
  });
});

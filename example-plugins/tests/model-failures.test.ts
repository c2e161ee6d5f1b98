import { CallError, PluginSystem } from '@testbench/core';
import { describe, expect, it } from 'vitest';

import { type ModelBench, openModelBench, type Reply } from './fake-model-server.js';
import { pluginPath } from './open-plugin.js';

const MODELS = [
  {
    plugin: 'openai',
    open: (config: object) => openModelBench('openai', 'OPENAI_API_KEY', config, '/v1'),
    data: { model: 'm', prompt: 'x' },
  },
  {
    plugin: 'anthropic',
    open: (config: object) => openModelBench('anthropic', 'ANTHROPIC_API_KEY', config),
    data: { model: 'm', prompt: 'x' },
  },
  {
    plugin: 'llm-judge',
    open: (config: object) =>
      openModelBench(
        'llm-judge',
        'JUDGE_API_KEY',
        { rubric: 'Right is 5.', model: 'm', ...config },
        '/v1',
      ),
    data: { output: 'x' },
  },
] as const;

async function failureOf(bench: ModelBench, data: object, reply: Reply): Promise<CallError> {
  bench.replies.push(reply);
  const error = await bench.system
    .executePlugin(bench.id, { data })
    .catch((thrown: unknown) => thrown);
  if (error instanceof CallError) return error;
  throw error;
}

const said = ({ retryable, retryAfterMs, pluginDetails }: CallError): unknown => [
  (pluginDetails as { status?: number } | undefined)?.status,
  retryable,
  retryAfterMs,
];

describe.each(MODELS)('what $plugin says of a failure', ({ open, data }) => {
  const body = { error: { message: 'no' } };

  it.each([
    { status: 429, headers: {}, expected: [429, true, undefined] },
    { status: 429, headers: { 'retry-after': '20' }, expected: [429, true, 20_000] },
    { status: 503, headers: { 'retry-after': '1.5' }, expected: [503, true, 1500] },
    // More precise, and sent together with the other.
    {
      status: 429,
      headers: { 'retry-after': '1', 'retry-after-ms': '350.4' },
      expected: [429, true, 351],
    },
    // Relative to the server's own clock.
    {
      status: 503,
      headers: {
        date: 'Sun, 06 Nov 1994 08:49:30 GMT',
        'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT',
      },
      expected: [503, true, 7000],
    },
    {
      status: 503,
      headers: {
        date: 'Sun, 06 Nov 1994 08:49:30 GMT',
        'retry-after': 'Sun, 06 Nov 1994 08:49:20 GMT',
      },
      expected: [503, true, 0],
    },
    { status: 429, headers: { 'retry-after': 'soon' }, expected: [429, true, undefined] },
    { status: 429, headers: { 'retry-after': '-5' }, expected: [429, true, undefined] },
    { status: 500, headers: { 'x-should-retry': 'false' }, expected: [500, false, undefined] },
    { status: 400, headers: { 'x-should-retry': 'true' }, expected: [400, true, undefined] },
    { status: 408, headers: {}, expected: [408, true, undefined] },
    { status: 409, headers: {}, expected: [409, true, undefined] },
    { status: 401, headers: { 'retry-after': '5' }, expected: [401, false, undefined] },
    { status: 404, headers: {}, expected: [404, false, undefined] },
    { status: 429, headers: { 'retry-after': '1e300' }, expected: [429, true, 86_400_000] },
  ])('after $status with $headers', async ({ status, headers, expected }) => {
    await using bench = await open({ retries: 0 });
    expect(said(await failureOf(bench, data, { status, headers, body }))).toEqual(expected);
  });

  it('does not ask again for a quota that is used up', async () => {
    await using bench = await open({ retries: 0 });
    const used = { error: { message: 'no', code: 'insufficient_quota' } };
    expect(said(await failureOf(bench, data, { status: 429, body: used }))).toEqual([
      429,
      false,
      undefined,
    ]);
  });

  it('may be asked again after a connection that broke', async () => {
    await using bench = await open({ retries: 0 });
    const error = await failureOf(bench, data, {
      headers: { 'content-length': '1000' },
      body: '{',
      cut: true,
    });
    expect(error).toMatchObject({ pluginCode: -24, retryable: true });
  });
});

it('may be asked again where nobody listens', async () => {
  await using system = new PluginSystem();
  await system.loadPlugin(pluginPath('openai'), {
    config: { base_url: 'http://127.0.0.1:1', api_key_secret: '', retries: 0 },
    permissions: { network: true, allowedHosts: ['127.0.0.1:1'] },
  });
  await expect(
    system.executePlugin('openai', { data: { model: 'm', prompt: 'x' } }),
  ).rejects.toMatchObject({ code: 'CALL_PLUGIN_FAILED', pluginCode: -24, retryable: true });
});

it('may be asked again after its own time for an attempt was over', async () => {
  await using bench = await openModelBench(
    'openai',
    'OPENAI_API_KEY',
    { retries: 0, timeout_ms: 200 },
    '/v1',
  );
  // The body never arrives.
  const never: Reply = { headers: { 'content-length': '10' }, body: '' };
  expect(await failureOf(bench, { model: 'm', prompt: 'x' }, never)).toMatchObject({
    pluginCode: -27,
    retryable: true,
  });
});

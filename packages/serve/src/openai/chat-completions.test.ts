import type { PluginSystem } from '@testbench/core';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { askServer } from '../__fixtures__/ask-server.js';
import { openServed } from '../__fixtures__/served-system.js';
import { type PluginServer, startPluginServer } from '../start-plugin-server.js';

let system: PluginSystem;
let server: PluginServer;
let client: OpenAI;

beforeAll(async () => {
  ({ system } = await openServed());
  const plugin = 'speaker';
  const models = [
    { id: 'speaker/small', plugin, model: 'small', parameters: { max_tokens: 1 } },
    ...['whole', 'silent', 'breaking'].map((id) => ({ id, plugin })),
  ];
  server = await startPluginServer({ system, models });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: server.token });
});
afterAll(async () => {
  await server.close();
  await system.close();
});

const messages = [{ role: 'user' as const, content: 'hi' }];
const model = 'speaker/small';

describe('the OpenAI-compatible front, by the official client', () => {
  it('answers, with usage', async () => {
    expect(await client.chat.completions.create({ model, messages, max_tokens: 5 })).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-[0-9a-f]{32}$/),
      object: 'chat.completion',
      model,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'small: hi é😀' },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    });
  });

  it('hands over the parameters of the configuration, below those of the request', async () => {
    const { choices } = await client.chat.completions.create({ model, messages });
    expect(choices[0]!.finish_reason).toBe('length');
  });

  it.each([
    ['a provider that streams', model, 5],
    ['a provider that does not', 'whole', 1],
  ])('streams %s', async (_, id, parts) => {
    const stream = client.chat.completions.stream({
      model: id,
      messages,
      stream_options: { include_usage: true },
    });
    const pieces: string[] = [];
    stream.on('content', (piece) => void pieces.push(piece));
    const { choices, usage } = await stream.finalChatCompletion();
    expect(choices[0]!.message.content).toBe(`${id === model ? 'small' : id}: hi é😀`);
    expect(pieces).toHaveLength(parts);
    expect(usage).toMatchObject({ total_tokens: 7 });
  });

  it.each([false, true])('passes tools on, and their calls back (stream: %s)', async (isStream) => {
    const tools = [{ type: 'function' as const, function: { name: 'now' } }];
    const body = { model: 'whole', messages, tools };
    const { choices } = isStream
      ? await client.chat.completions.stream(body).finalChatCompletion()
      : await client.chat.completions.create(body);
    expect(choices[0]).toMatchObject({
      message: { tool_calls: [{ id: 'c1', function: { name: 'now', arguments: '{}' } }] },
      finish_reason: 'tool_calls',
    });
  });

  it('lists its models, and shows one whose name has a slash', async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual([model, 'whole', 'silent', 'breaking']);
    expect(await client.models.retrieve(model)).toMatchObject({ id: model, owned_by: 'speaker' });
  });

  it.each([
    ['a wrong key', { apiKey: 'wrong' }, {}, OpenAI.AuthenticationError, 'invalid_api_key'],
    ['another model', {}, { model: 'none' }, OpenAI.NotFoundError, 'model_not_found'],
    ['two answers', {}, { n: 2 }, OpenAI.BadRequestError, 'unsupported_parameter'],
    ['audio', {}, { modalities: ['audio'] }, OpenAI.BadRequestError, 'unsupported_parameter'],
    ['no messages', {}, { messages: [] }, OpenAI.BadRequestError, 'CONFIG_INVALID'],
    [
      'a provider that fails',
      {},
      { model: 'silent' },
      OpenAI.InternalServerError,
      'CALL_PLUGIN_FAILED',
    ],
  ])('refuses %s as the client expects', async (_, options, more, kind, code) => {
    const asked = client
      .withOptions(options)
      .chat.completions.create({ model, messages, ...more } as never);
    const error = await asked.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ code, type: expect.stringMatching(/_error$/) });
  });

  it('says within a stream that it broke', async () => {
    const stream = client.chat.completions.stream({ model: 'breaking', messages });
    await expect(stream.finalChatCompletion()).rejects.toMatchObject({
      code: 'CALL_PLUGIN_FAILED',
    });
  });

  it('names the field that is wrong', async () => {
    const body = { model, messages, max_tokens: 'many' };
    expect(await askServer(server, '/v1/chat/completions', { body })).toMatchObject({
      status: 400,
      headers: { 'x-should-retry': 'false' },
      json: { error: { param: 'max_tokens', type: 'invalid_request_error' } },
    });
  });
});

import { describe, expect, it } from 'vitest';

import { KEY, type ModelBench, openModelBench, streamCall } from './fake-model-server.js';

const open = (config: object = {}): Promise<ModelBench> =>
  openModelBench('openai', 'OPENAI_API_KEY', config, '/v1');

const answer = (message: object, more: object = {}): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_700_000_000,
  model: 'small-2026-01-01',
  choices: [
    { index: 0, message: { role: 'assistant', ...message }, logprobs: null, finish_reason: 'stop' },
  ],
  usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 },
  ...more,
});

const chunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    model: 'small-2026-01-01',
    choices: [{ index: 0, delta, finish_reason: finish }],
    usage: null,
  })}\n\n`;
const USAGE = `data: ${JSON.stringify({
  id: 'chatcmpl-1',
  model: 'small-2026-01-01',
  choices: [],
  usage: { prompt_tokens: 4, completion_tokens: 3, total_tokens: 7 },
})}\n\n`;
const DONE = 'data: [DONE]\n\n';

const call = async (bench: ModelBench, data: object): Promise<unknown> =>
  (await bench.system.executePlugin(bench.id, { data })).data;

describe('plugin openai', () => {
  it('asks with the key that it does not have, and gives text, model, usage and reason', async () => {
    await using bench = await open({ extra: { user: 'u1' } });
    bench.replies.push({ body: answer({ content: 'Paris é😀', refusal: null }) });
    const data = {
      model: 'small',
      prompt: 'Capital of France?',
      max_tokens: 5,
      temperature: 0.5,
      stop: ['\n'],
    };
    expect(await call(bench, data)).toEqual({
      text: 'Paris é😀',
      model: 'small-2026-01-01',
      usage: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 },
      finish_reason: 'stop',
    });
    expect(bench.seen[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: {
        model: 'small',
        messages: [{ role: 'user', content: 'Capital of France?' }],
        max_tokens: 5,
        temperature: 0.5,
        stop: ['\n'],
        user: 'u1',
      },
    });
  });

  it('passes conversations and tools on, and gives the calls of tools', async () => {
    await using bench = await open();
    const called = { name: 'weather', arguments: '{"city":"Paris"}' };
    const calls = [{ id: 'call_1', type: 'function', function: called }];
    bench.replies.push({
      body: answer(
        { content: null, tool_calls: calls },
        {
          choices: [
            {
              index: 0,
              message: { content: null, tool_calls: calls },
              finish_reason: 'tool_calls',
            },
          ],
        },
      ),
    });
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
    ];
    const tools = [{ type: 'function', function: { name: 'weather', parameters: {} } }];
    expect(await call(bench, { model: 'm', messages, tools, tool_choice: 'auto' })).toMatchObject({
      text: '',
      finish_reason: 'tool_calls',
      tool_calls: [{ id: 'call_1', name: 'weather', arguments: '{"city":"Paris"}' }],
    });
    expect(bench.seen[0]?.body).toEqual({ model: 'm', messages, tools, tool_choice: 'auto' });
  });

  it('speaks completions without a key to servers of that kind', async () => {
    await using bench = await open({ api: 'completions', api_key_secret: '' });
    bench.replies.push({
      body: { model: 'local', choices: [{ text: ' there', index: 0, finish_reason: 'length' }] },
    });
    expect(await call(bench, { model: 'local', prompt: 'Hello' })).toEqual({
      text: ' there',
      model: 'local',
      finish_reason: 'length',
    });
    expect(bench.seen[0]?.path).toBe('/v1/completions');
    expect(bench.seen[0]?.headers.authorization).toBe(undefined);
    expect(bench.seen[0]?.body).toEqual({ model: 'local', prompt: 'Hello' });
  });

  it.each([1, 7, 1000])('streams, whatever the pieces: %i bytes', async (pieceBytes) => {
    await using bench = await open();
    const body =
      ': ping\n\n' +
      chunk({ role: 'assistant', content: '', refusal: '' }) +
      chunk({ content: 'Zwölf ' }) +
      chunk({ content: '😀' }) +
      chunk({ content: '\n\ndata: x' }) +
      chunk({}, 'stop') +
      USAGE +
      DONE;
    bench.replies.push({ body, pieceBytes });
    expect(await streamCall(bench, { model: 'small', prompt: 'x', stream: true })).toEqual({
      chunks: ['Zwölf ', '😀', '\n\ndata: x'],
      data: {
        text: 'Zwölf 😀\n\ndata: x',
        model: 'small-2026-01-01',
        usage: { prompt_tokens: 4, completion_tokens: 3, total_tokens: 7 },
        finish_reason: 'stop',
      },
    });
    expect(bench.seen[0]?.body).toMatchObject({
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('writes each field once: its own, then those of the request, then those of "extra"', async () => {
    const extra = { model: 'other', stream: true, temperature: 1, seed: 7, user: 'u' };
    await using bench = await open({ extra });
    bench.replies.push({ body: answer({ content: 'ok', refusal: '' }) });
    const data = await call(bench, { model: 'm', prompt: 'x', temperature: 0.5 });
    // An empty refusal, as some servers send it, does not count.
    expect(data).toMatchObject({ text: 'ok', finish_reason: 'stop' });
    const { body, text } = bench.seen[0]!;
    expect(body).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'x' }],
      temperature: 0.5,
      seed: 7,
      user: 'u',
    });
    // A name that occurred twice would be lost here.
    expect(text).toBe(JSON.stringify(body));
  });

  it('gives a refusal as the text, with the reason, whole and streamed', async () => {
    await using bench = await open();
    bench.replies.push({ body: answer({ content: null, refusal: 'I cannot.' }) });
    const refused = { text: 'I cannot.', finish_reason: 'refusal' };
    expect(await call(bench, { model: 'm', prompt: 'x' })).toMatchObject(refused);
    const body =
      chunk({ role: 'assistant', content: '', refusal: null }) +
      chunk({ refusal: 'I ' }) +
      chunk({ refusal: 'cannot.' }) +
      chunk({}, 'stop') +
      USAGE +
      DONE;
    bench.replies.push({ body });
    const streamed = await streamCall(bench, { model: 'm', prompt: 'x', stream: true });
    expect(streamed).toMatchObject({ chunks: ['I ', 'cannot.'], data: refused });
  });

  it('holds 50 kB of arguments that come in pieces of 10 characters', async () => {
    await using bench = await open();
    const piece = (called: object): string =>
      chunk({ tool_calls: [{ index: 0, id: 'call_a', function: called }] });
    const part = '"ü45678",\n';
    const body = piece({ name: 'f', arguments: '[' }) + piece({ arguments: part }).repeat(5000);
    bench.replies.push({
      body: body + piece({ arguments: '0]' }) + chunk({}, 'tool_calls') + DONE,
    });
    const { data } = await streamCall(bench, { model: 'm', prompt: 'x', stream: true });
    expect(data).toMatchObject({
      tool_calls: [{ id: 'call_a', name: 'f', arguments: `[${part.repeat(5000)}0]` }],
    });
  });

  it('puts streamed calls of tools together', async () => {
    await using bench = await open();
    const piece = (index: number, rest: object): string =>
      chunk({ tool_calls: [{ index, ...rest }] });
    const body =
      piece(0, { id: 'call_a', type: 'function', function: { name: 'f', arguments: '' } }) +
      piece(0, { id: 'call_a', function: { name: 'f', arguments: '{"a"' } }) +
      piece(0, { function: { arguments: ':1}' } }) +
      piece(1, { id: 'call_b', function: { name: 'g', arguments: '{}' } }) +
      piece(9, { id: 'lost', function: { name: 'h', arguments: '{}' } }) +
      chunk({}, 'tool_calls') +
      DONE;
    bench.replies.push({ body });
    const { data } = await streamCall(bench, { model: 'small', prompt: 'x', stream: true });
    expect(data).toMatchObject({
      finish_reason: 'tool_calls',
      tool_calls: [
        { id: 'call_a', name: 'f', arguments: '{"a":1}' },
        { id: 'call_b', name: 'g', arguments: '{}' },
      ],
    });
  });

  it.each([
    [401, -20, 'Incorrect API key provided'],
    [403, -20, 'no'],
    [404, -22, 'The model does not exist'],
    [400, -22, 'x'.repeat(1000)],
    [503, -23, 'Overloaded'],
  ])(
    'fails for status %i with code %i and the words of the server',
    async (status, code, words) => {
      await using bench = await open({ retries: 0 });
      bench.replies.push({ status, body: { error: { message: words, type: 'e', code: null } } });
      const error = await call(bench, { model: 'm', prompt: 'x' }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ code: 'CALL_PLUGIN_FAILED', pluginCode: code });
      const { pluginMessage } = error as { pluginMessage: string };
      const shown = words.length > 300 ? `${words.slice(0, 300)}…` : words;
      expect(pluginMessage).toBe(`Cannot complete: the server answered ${status}: ${shown}`);
      expect(bench.seen).toHaveLength(1);
    },
  );

  it('tries again at once what may work at once, so often and no more', async () => {
    await using bench = await open({ retries: 2 });
    const overloaded = { status: 503, body: { error: { message: 'Overloaded' } } };
    const limited = { status: 429, headers: { 'retry-after': '0' }, body: {} };
    bench.replies.push(overloaded, limited, { body: answer({ content: 'ok' }) });
    expect(await call(bench, { model: 'm', prompt: 'x' })).toMatchObject({ text: 'ok' });
    bench.replies.push(overloaded, overloaded, overloaded);
    await expect(call(bench, { model: 'm', prompt: 'x' })).rejects.toMatchObject({
      pluginCode: -23,
      pluginMessage: 'Cannot complete: the server answered 503 (attempt 3): Overloaded',
    });
    expect(bench.seen).toHaveLength(6);
  });

  it('does not press a server that wants to be left alone', async () => {
    await using bench = await open({ retries: 5 });
    const body = { error: { message: 'Rate limit reached' } };
    bench.replies.push({ status: 429, headers: { 'retry-after': '20' }, body });
    await expect(call(bench, { model: 'm', prompt: 'x' })).rejects.toMatchObject({
      pluginCode: -21,
      pluginMessage:
        'Cannot complete: the server answered 429: Rate limit reached; it wants to be asked again in 20 s',
    });
    expect(bench.seen).toHaveLength(1);
  });

  it.each([
    ['is not JSON', { body: 'oops' }, {}],
    ['has no choice', { body: { choices: [] } }, {}],
    ['ends before its end', { body: chunk({ content: 'half' }) }, { stream: true }],
    ['has an event that is not JSON', { body: 'data: {"choices"\n\n' }, { stream: true }],
  ])('says that an answer %s', async (problem, reply, more) => {
    await using bench = await open();
    bench.replies.push(reply);
    await expect(call(bench, { model: 'm', prompt: 'x', ...more })).rejects.toMatchObject({
      pluginCode: -25,
      pluginMessage: `Cannot complete: the server's answer ${problem}`,
    });
  });

  it('says that a stream was cut, or ended with an error', async () => {
    await using bench = await open();
    bench.replies.push({ body: chunk({ content: 'half' }), cut: true });
    await expect(call(bench, { model: 'm', prompt: 'x', stream: true })).rejects.toMatchObject({
      pluginCode: -24,
    });
    bench.replies.push({ body: 'data: {"error":{"message":"The server had an error"}}\n\n' });
    await expect(call(bench, { model: 'm', prompt: 'x', stream: true })).rejects.toMatchObject({
      pluginCode: -23,
      pluginMessage: 'Cannot complete: the server broke off: The server had an error',
    });
  });

  it('tells a limit of the host from a time-out', async () => {
    await using bench = await open({ retries: 0 });
    const redirect = { status: 307, headers: { location: '/v1/round' }, body: {} };
    for (let hop = 0; hop < 20; hop += 1) bench.replies.push(redirect);
    await expect(call(bench, { model: 'm', prompt: 'x' })).rejects.toMatchObject({
      pluginCode: -27,
    });
    await using slow = await open({ retries: 0 });
    slow.replies.push({ status: 408, body: {} });
    await expect(call(slow, { model: 'm', prompt: 'x' })).rejects.toMatchObject({ pluginCode: -3 });
  });

  it('says that it was not let out', async () => {
    await using bench = await open({ base_url: 'https://api.example.com/v1' });
    await expect(call(bench, { model: 'm', prompt: 'x' })).rejects.toMatchObject({
      pluginCode: -26,
    });
    await using other = await open({ api_key_secret: 'OTHER' });
    await expect(call(other, { model: 'm', prompt: 'x' })).rejects.toMatchObject({
      pluginCode: -26,
    });
    expect(other.seen).toEqual([]);
  });

  it('turns texts into embeddings, in whatever order they come', async () => {
    await using bench = await open();
    const item = (index: number, embedding: unknown): object => ({
      object: 'embedding',
      index,
      embedding,
    });
    const usage = { prompt_tokens: 2, total_tokens: 2 };
    bench.replies.push({
      body: { data: [item(1, [0, 2]), item(0, [0.25, -1])], model: 'e-1', usage },
    });
    expect(await call(bench, { model: 'e', embed: ['a', 'b'], dimensions: 2 })).toEqual({
      text: '',
      model: 'e-1',
      usage: { prompt_tokens: 2, completion_tokens: 0, total_tokens: 2 },
      embeddings: [
        [0.25, -1],
        [0, 2],
      ],
    });
    expect(bench.seen[0]).toMatchObject({
      path: '/v1/embeddings',
      headers: { authorization: `Bearer ${KEY}` },
      body: { model: 'e', input: ['a', 'b'], encoding_format: 'float', dimensions: 2 },
    });
  });

  it.each([
    ['has 1 embeddings for 2 texts', { data: [{ index: 0, embedding: [1] }] }],
    [
      'has a wrong embedding at 1',
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 0, embedding: [1] },
        ],
      },
    ],
    [
      'has a wrong embedding at 0',
      {
        data: [
          { index: 0, embedding: 'AAAA' },
          { index: 1, embedding: [1] },
        ],
      },
    ],
    ['is not JSON', 'oops'],
  ])('says that an answer with embeddings %s', async (problem, body) => {
    await using bench = await open();
    bench.replies.push({ body });
    await expect(call(bench, { model: 'e', embed: ['a', 'b'] })).rejects.toMatchObject({
      pluginCode: -25,
      pluginMessage: `Cannot complete: the server's answer ${problem}`,
    });
  });

  it.each([
    ['of two lengths', [[1], [1, 2]]],
    ['that are empty', [[], []]],
    ['that are no numbers', [[null], ['1']]],
  ])('is not believed when it gives vectors %s', async (_what, vectors) => {
    await using bench = await open();
    bench.replies.push({ body: { data: vectors.map((embedding) => ({ embedding })) } });
    await expect(call(bench, { model: 'e', embed: ['a', 'b'] })).rejects.toMatchObject({
      code: 'CALL_INVALID_OUTPUT',
    });
  });
});

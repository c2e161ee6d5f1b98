import { describe, expect, it } from 'vitest';

import { KEY, type ModelBench, openModelBench, streamCall } from './fake-model-server.js';

const open = (config: object = {}): Promise<ModelBench> =>
  openModelBench('anthropic', 'ANTHROPIC_API_KEY', config);

const answer = (content: readonly object[], stop = 'end_turn'): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'model-1',
  content,
  stop_reason: stop,
  stop_sequence: null,
  usage: {
    input_tokens: 10,
    cache_creation_input_tokens: 2,
    cache_read_input_tokens: 3,
    output_tokens: 6,
  },
});

const event = (data: { readonly type: string } & Record<string, unknown>): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const START = event({
  type: 'message_start',
  message: {
    id: 'msg_1',
    model: 'model-1',
    content: [],
    usage: { input_tokens: 25, output_tokens: 1 },
  },
});
const block = (index: number, content: object): string =>
  event({ type: 'content_block_start', index, content_block: content });
const delta = (index: number, change: object): string =>
  event({ type: 'content_block_delta', index, delta: change });
const END = (reason: string): string =>
  event({
    type: 'message_delta',
    delta: { stop_reason: reason, stop_sequence: null },
    usage: { output_tokens: 15 },
  }) + event({ type: 'message_stop' });

const call = async (bench: ModelBench, data: object): Promise<unknown> =>
  (await bench.system.executePlugin(bench.id, { data })).data;

describe('plugin anthropic', () => {
  it('asks with the key that it does not have, and gives text, model, usage and reason', async () => {
    await using bench = await open();
    bench.replies.push({
      body: answer([
        { type: 'thinking', thinking: 'hm', signature: 's' },
        { type: 'text', text: 'Hello' },
        { type: 'text', text: ' é😀' },
      ]),
    });
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
    ];
    expect(await call(bench, { model: 'm', messages, stop: ['END'], top_p: 0.9 })).toEqual({
      text: 'Hello é😀',
      model: 'model-1',
      usage: { prompt_tokens: 15, completion_tokens: 6, total_tokens: 21 },
      finish_reason: 'stop',
    });
    expect(bench.seen[0]).toMatchObject({
      path: '/v1/messages',
      headers: { 'x-api-key': KEY, 'anthropic-version': '2023-06-01' },
    });
    expect(bench.seen[0]?.body).toEqual({
      model: 'm',
      max_tokens: 1024,
      messages: [{ role: 'user', content: 'Hi' }],
      system: 'Be brief.',
      stop_sequences: ['END'],
      top_p: 0.9,
    });
  });

  it('turns tools, their calls and results from the form of chat completions into its own', async () => {
    await using bench = await open();
    bench.replies.push({
      body: answer(
        [
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 'toolu_2', name: 'weather', input: { city: 'Rome' } },
        ],
        'tool_use',
      ),
    });
    const schema = { type: 'object', properties: { city: { type: 'string' } } };
    const data = {
      model: 'm',
      max_tokens: 99,
      messages: [
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: 'One moment.',
          tool_calls: [
            {
              id: 'toolu_1',
              type: 'function',
              function: { name: 'weather', arguments: '{"city":"Oslo"}' },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'toolu_1', content: 'rain' },
      ],
      tools: [
        { type: 'function', function: { name: 'weather', description: 'd', parameters: schema } },
        { name: 'own', input_schema: schema },
      ],
      tool_choice: 'required',
    };
    expect(await call(bench, data)).toMatchObject({
      text: 'I look.',
      finish_reason: 'tool_calls',
      tool_calls: [{ id: 'toolu_2', name: 'weather', arguments: '{"city":"Rome"}' }],
    });
    expect(bench.seen[0]?.body).toEqual({
      model: 'm',
      max_tokens: 99,
      messages: [
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'One moment.' },
            { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Oslo' } },
          ],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'rain' }],
        },
      ],
      tools: [
        { name: 'weather', description: 'd', input_schema: schema },
        { name: 'own', input_schema: schema },
      ],
      tool_choice: { type: 'any' },
    });
  });

  it('puts the results of one step into one message, and leaves empty answers out', async () => {
    await using bench = await open();
    bench.replies.push({ body: answer([{ type: 'text', text: 'Both.' }]) });
    const called = (id: string): object => ({
      id,
      type: 'function',
      function: { name: 'f', arguments: '{"a":1' },
    });
    const result = (id: string): object => ({ role: 'tool', tool_call_id: id, content: id });
    await call(bench, {
      model: 'm',
      messages: [
        { role: 'user', content: 'Go.' },
        { role: 'assistant', content: null, tool_calls: [called('c1'), called('c2')] },
        result('c1'),
        result('c2'),
        { role: 'assistant', content: '' },
        { role: 'user', content: 'And?' },
        { role: 'assistant', content: null, tool_calls: [called('c3')] },
        result('c3'),
      ],
    });
    const used = (id: string): object => ({ type: 'tool_use', id, name: 'f', input: {} });
    const told = (id: string): object => ({ type: 'tool_result', tool_use_id: id, content: id });
    expect(bench.seen[0]?.body.messages).toEqual([
      { role: 'user', content: 'Go.' },
      { role: 'assistant', content: [used('c1'), used('c2')] },
      { role: 'user', content: [told('c1'), told('c2')] },
      { role: 'user', content: 'And?' },
      { role: 'assistant', content: [used('c3')] },
      { role: 'user', content: [told('c3')] },
    ]);
  });

  it('writes each field once: its own, then those of the request, then those of "extra"', async () => {
    const tool = { name: 'own', input_schema: {} };
    const taken = { model: 'o', max_tokens: 1, messages: [], stream: true, system: 'o', top_p: 1 };
    const more = { stop_sequences: ['o'], tools: [], tool_choice: {}, top_k: 3 };
    await using bench = await open({ extra: { ...taken, ...more } });
    const request = { model: 'm', prompt: 'x' };
    const own = { system: 's', stop: ['END'], top_p: 0.5, tools: [tool], tool_choice: 'auto' };
    bench.replies.push({ body: answer([]) }, { body: answer([]) });
    await call(bench, { ...request, ...own });
    await call(bench, request);
    const head = { model: 'm', max_tokens: 1024, messages: [{ role: 'user', content: 'x' }] };
    const [full, bare] = bench.seen;
    expect(full?.body).toEqual({
      ...head,
      system: 's',
      stop_sequences: ['END'],
      top_p: 0.5,
      tools: [tool],
      tool_choice: { type: 'auto' },
      top_k: 3,
    });
    expect(bare?.body).toEqual({ ...head, system: 'o', top_p: 1, ...more });
    // A name that occurred twice would be lost here.
    for (const { body, text } of bench.seen) expect(text).toBe(JSON.stringify(body));
  });

  it('holds 50 kB of arguments that come in pieces of 10 characters', async () => {
    await using bench = await open();
    const part = '"ü45678",\n';
    const piece = (text: string): string =>
      delta(0, { type: 'input_json_delta', partial_json: text });
    const body =
      START +
      block(0, { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }) +
      piece('[') +
      piece(part).repeat(5000) +
      piece('0]') +
      END('tool_use');
    bench.replies.push({ body });
    const { data } = await streamCall(bench, { model: 'm', prompt: 'x', stream: true });
    expect(data).toMatchObject({
      tool_calls: [{ id: 'toolu_1', name: 'f', arguments: `[${part.repeat(5000)}0]` }],
    });
  });

  it.each([1, 11, 1000])('streams, whatever the pieces: %i bytes', async (pieceBytes) => {
    await using bench = await open();
    const body =
      START +
      event({ type: 'ping' }) +
      block(0, { type: 'text', text: '' }) +
      delta(0, { type: 'text_delta', text: 'Schön' }) +
      delta(0, { type: 'text_delta', text: ' 😀' }) +
      event({ type: 'content_block_stop', index: 0 }) +
      block(1, { type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }) +
      delta(1, { type: 'input_json_delta', partial_json: '' }) +
      delta(1, { type: 'input_json_delta', partial_json: '{"a": "ö' }) +
      delta(1, { type: 'input_json_delta', partial_json: '"}' }) +
      event({ type: 'content_block_stop', index: 1 }) +
      block(2, { type: 'tool_use', id: 'toolu_2', name: 'g', input: {} }) +
      event({ type: 'content_block_stop', index: 2 }) +
      END('tool_use');
    bench.replies.push({ body, pieceBytes });
    expect(await streamCall(bench, { model: 'm', prompt: 'x', stream: true })).toEqual({
      chunks: ['Schön', ' 😀'],
      data: {
        text: 'Schön 😀',
        model: 'model-1',
        usage: { prompt_tokens: 25, completion_tokens: 15, total_tokens: 40 },
        finish_reason: 'tool_calls',
        tool_calls: [
          { id: 'toolu_1', name: 'f', arguments: '{"a": "ö"}' },
          { id: 'toolu_2', name: 'g', arguments: '{}' },
        ],
      },
    });
  });

  it.each([
    [401, -20, 'invalid x-api-key'],
    [413, -22, 'Request exceeds the maximum size'],
    [429, -21, 'rate limited'],
    [529, -23, 'Overloaded'],
  ])('fails for status %i with code %i', async (status, code, message) => {
    await using bench = await open({ retries: 0 });
    bench.replies.push({ status, body: { type: 'error', error: { type: 'e', message } } });
    await expect(call(bench, { model: 'm', prompt: 'x' })).rejects.toMatchObject({
      pluginCode: code,
      pluginMessage: `Cannot complete: the server answered ${status}: ${message}`,
    });
  });

  it('says that a stream was cut, ended early, or with an error', async () => {
    await using bench = await open();
    const half = START + delta(0, { type: 'text_delta', text: 'half' });
    const data = { model: 'm', prompt: 'x', stream: true };
    bench.replies.push({ body: half, cut: true });
    await expect(call(bench, data)).rejects.toMatchObject({ pluginCode: -24 });
    bench.replies.push({ body: half });
    await expect(call(bench, data)).rejects.toMatchObject({ pluginCode: -25 });
    const error = { type: 'overloaded_error', message: 'Overloaded' };
    bench.replies.push({ body: half + event({ type: 'error', error }) });
    await expect(call(bench, data)).rejects.toMatchObject({
      pluginCode: -23,
      pluginMessage: 'Cannot complete: the server broke off: Overloaded',
    });
  });

  it('asks for JSON by a schema, and says that it has no other JSON, and no embeddings', async () => {
    await using bench = await open({ extra: { output_config: { effort: 'low' } } });
    bench.replies.push({ body: answer([{ type: 'text', text: '{}' }]) });
    const schema = { type: 'object', additionalProperties: false };
    const response_format = { type: 'json_schema', json_schema: { name: 'n', schema } };
    await call(bench, { model: 'm', prompt: 'x', response_format });
    expect(bench.seen[0]?.body.output_config).toEqual({ format: { type: 'json_schema', schema } });
    for (const more of [{ response_format: { type: 'json_object' } }, { embed: ['a'] }]) {
      await expect(call(bench, { model: 'm', prompt: 'x', ...more })).rejects.toMatchObject({
        pluginCode: -2,
      });
    }
    expect(bench.seen).toHaveLength(1);
  });
});

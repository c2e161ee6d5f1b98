import { describe, expect, it } from 'vitest';

import { KEY, type ModelBench, openModelBench, streamCall } from './fake-model-server.js';

const open = (config: object = {}): Promise<ModelBench> =>
  openModelBench('gemini', 'GEMINI_API_KEY', config, '/v1beta');

const USAGE = {
  promptTokenCount: 9,
  candidatesTokenCount: 4,
  thoughtsTokenCount: 3,
  totalTokenCount: 16,
};

const answer = (parts: readonly object[], finishReason = 'STOP', more: object = {}): object => ({
  candidates: [{ content: { role: 'model', parts }, finishReason, index: 0, ...more }],
  usageMetadata: USAGE,
  modelVersion: 'gemini-2.5-flash-001',
  responseId: 'r1',
});

const chunk = (body: object): string => `data: ${JSON.stringify(body)}\r\n\r\n`;

const call = async (bench: ModelBench, data: object): Promise<unknown> =>
  (await bench.system.executePlugin(bench.id, { data })).data;

describe('plugin gemini', () => {
  it('asks with the key that it does not have, and gives text, model, usage and reason', async () => {
    await using bench = await open({
      extra: { cachedContent: 'c', generationConfig: { topK: 3, temperature: 2 } },
    });
    bench.replies.push({
      body: answer([{ text: 'hm', thought: true }, { text: 'Paris' }, { text: ' é😀' }]),
    });
    const data = {
      model: 'flash',
      prompt: 'Capital?',
      max_tokens: 5,
      temperature: 0,
      stop: ['\n'],
      seed: 7,
    };
    expect(await call(bench, data)).toEqual({
      text: 'Paris é😀',
      model: 'gemini-2.5-flash-001',
      usage: { prompt_tokens: 9, completion_tokens: 7, total_tokens: 16 },
      finish_reason: 'stop',
    });
    expect(bench.seen[0]).toMatchObject({
      path: '/v1beta/models/flash:generateContent',
      headers: { 'x-goog-api-key': KEY, 'content-type': 'application/json' },
    });
    expect(bench.seen[0]?.body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Capital?' }] }],
      generationConfig: {
        maxOutputTokens: 5,
        stopSequences: ['\n'],
        temperature: 0,
        seed: 7,
        topK: 3,
      },
      cachedContent: 'c',
    });
  });

  it('turns conversations, images, tools and their results into its form', async () => {
    await using bench = await open();
    bench.replies.push({
      body: answer([{ functionCall: { name: 'weather', args: { city: 'Rome' } } }]),
    });
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    const messages = [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: 'c1',
            type: 'function',
            function: { name: 'weather', arguments: '{"city":"Paris"}' },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'c1', content: '21' },
    ];
    const tools = [
      { type: 'function', function: { name: 'weather', description: 'd', parameters } },
    ];
    const data = { model: 'tunedModels/m', messages, tools, tool_choice: 'required' };
    expect(await call(bench, data)).toMatchObject({
      text: '',
      finish_reason: 'tool_calls',
      tool_calls: [{ id: 'call_0', name: 'weather', arguments: '{"city":"Rome"}' }],
    });
    expect(bench.seen[0]).toMatchObject({
      path: '/v1beta/tunedModels/m:generateContent',
      body: {
        contents: [
          {
            role: 'user',
            parts: [{ text: 'Look' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }],
          },
          {
            role: 'model',
            parts: [{ functionCall: { name: 'weather', args: { city: 'Paris' } } }],
          },
          {
            role: 'user',
            parts: [{ functionResponse: { name: 'weather', response: { result: '21' } } }],
          },
        ],
        systemInstruction: { parts: [{ text: 'Be brief.' }] },
        tools: [
          {
            functionDeclarations: [
              { name: 'weather', description: 'd', parametersJsonSchema: parameters },
            ],
          },
        ],
        toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      },
    });
  });

  it('asks for JSON by a schema, or for any', async () => {
    await using bench = await open({
      extra: { generationConfig: { responseSchema: { type: 'STRING' } } },
    });
    const schema = { type: 'object', required: ['a'] };
    const format = { type: 'json_schema', json_schema: { name: 'n', schema } };
    for (const response_format of [format, { type: 'json_object' }, { type: 'text' }]) {
      bench.replies.push({ body: answer([{ text: '{}' }]) });
      await call(bench, { model: 'm', prompt: 'x', response_format });
    }
    expect(bench.seen.map(({ body }) => body.generationConfig)).toEqual([
      { responseMimeType: 'application/json', responseJsonSchema: schema },
      { responseMimeType: 'application/json', responseSchema: { type: 'STRING' } },
      { responseSchema: { type: 'STRING' } },
    ]);
  });

  it.each([1, 1000])('streams, whatever the pieces: %i bytes', async (pieceBytes) => {
    await using bench = await open();
    const piece = (text: string): string =>
      chunk({
        candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0 }],
        modelVersion: 'v',
      });
    const body = piece('Zwölf ') + piece('😀') + chunk(answer([{ text: '!' }]));
    bench.replies.push({ body, pieceBytes });
    expect(await streamCall(bench, { model: 'm', prompt: 'x', stream: true })).toMatchObject({
      chunks: ['Zwölf ', '😀', '!'],
      data: {
        text: 'Zwölf 😀!',
        finish_reason: 'stop',
        usage: { prompt_tokens: 9, completion_tokens: 7 },
      },
    });
    expect(bench.seen[0]?.path).toBe('/v1beta/models/m:streamGenerateContent?alt=sse');
  });

  it('takes the first of several candidates, in whatever order they come', async () => {
    await using bench = await open();
    const one = (index: number): object => ({
      content: { parts: [{ text: `${index}` }] },
      finishReason: 'STOP',
      index,
    });
    bench.replies.push({ body: { candidates: [one(1), one(0)] } });
    expect(await call(bench, { model: 'm', prompt: 'x' })).toMatchObject({ text: '0' });
  });

  it('says why an answer ended, and that a prompt was blocked', async () => {
    await using bench = await open();
    for (const [reason, expected] of [
      ['MAX_TOKENS', 'length'],
      ['SAFETY', 'content_filter'],
      ['LANGUAGE', 'LANGUAGE'],
    ]) {
      bench.replies.push({
        body: {
          candidates: [{ finishReason: reason, index: 0 }],
          usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 },
        },
      });
      expect(await call(bench, { model: 'm', prompt: 'x' })).toMatchObject({
        text: '',
        finish_reason: expected,
        usage: { completion_tokens: 0 },
      });
    }
    bench.replies.push({
      body: {
        promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
        usageMetadata: { promptTokenCount: 3 },
      },
    });
    await expect(call(bench, { model: 'm', prompt: 'x' })).rejects.toMatchObject({
      pluginCode: -22,
      pluginMessage: 'Cannot complete: the server has blocked the prompt: PROHIBITED_CONTENT',
    });
  });

  it.each([
    [400, -22, 'API key not valid'],
    [403, -20, 'no'],
    [429, -21, 'Resource exhausted'],
    [503, -23, 'overloaded'],
  ])(
    'fails for status %i with code %i and the words of the server',
    async (status, code, message) => {
      await using bench = await open({ retries: 0 });
      bench.replies.push({ status, body: { error: { code: status, message, status: 'X' } } });
      await expect(call(bench, { model: 'm', prompt: 'x' })).rejects.toMatchObject({
        pluginCode: code,
        pluginMessage: `Cannot complete: the server answered ${status}: ${message}`,
      });
    },
  );

  it.each([
    ['is not JSON', { body: 'oops' }, {}],
    ['has no candidate', { body: { candidates: [] } }, {}],
    ['has an event that is not JSON', { body: 'data: {"candi\n\n' }, { stream: true }],
    [
      'ends before its end',
      { body: chunk({ candidates: [{ content: { parts: [{ text: 'half' }] } }] }) },
      { stream: true },
    ],
  ])('says that an answer %s', async (problem, reply, more) => {
    await using bench = await open();
    bench.replies.push(reply);
    await expect(call(bench, { model: 'm', prompt: 'x', ...more })).rejects.toMatchObject({
      pluginCode: -25,
      pluginMessage: `Cannot complete: the server's answer ${problem}`,
    });
  });

  it.each(['../../v1/secrets', 'm:countTokens?x=', '/etc', 'a%2e', ''])(
    'sends nothing to the model "%s"',
    async (model) => {
      await using bench = await open();
      await expect(call(bench, { model, prompt: 'x' })).rejects.toMatchObject({ pluginCode: -2 });
      expect(bench.seen).toEqual([]);
    },
  );

  it('refuses an image that nobody would fetch', async () => {
    await using bench = await open();
    const messages = [
      {
        role: 'user',
        content: [{ type: 'image_url', image_url: { url: 'https://a.test/x.png' } }],
      },
    ];
    await expect(call(bench, { model: 'm', messages })).rejects.toMatchObject({ pluginCode: -2 });
    expect(bench.seen).toEqual([]);
  });

  it('turns texts into embeddings', async () => {
    await using bench = await open();
    bench.replies.push({ body: { embeddings: [{ values: [1, 0.5] }, { values: [-1e-7, 2] }] } });
    expect(await call(bench, { model: 'e', embed: ['a', 'b"'], dimensions: 2 })).toEqual({
      text: '',
      model: 'e',
      embeddings: [
        [1, 0.5],
        [-1e-7, 2],
      ],
    });
    const request = (text: string): object => ({
      model: 'models/e',
      content: { parts: [{ text }] },
      outputDimensionality: 2,
    });
    expect(bench.seen[0]).toMatchObject({
      path: '/v1beta/models/e:batchEmbedContents',
      body: { requests: [request('a'), request('b"')] },
    });
  });
});

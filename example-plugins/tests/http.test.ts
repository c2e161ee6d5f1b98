import { createTestHost, type TestHost } from '@testbench/sdk';
import type { RequestAsk } from '@testbench/types/asking';
import { describe, expect, it } from 'vitest';

import { pluginPath } from './open-plugin.js';

const URL_OF = 'https://api.test/v1/{{model}}?q={{prompt}}';
const OK: Reply = { body: '{"text":"Paris"}' };

interface Reply {
  readonly status?: number;
  readonly body?: string;
  readonly body_base64?: string;
}

/** Opens the plugin; its asks are answered one by one with the replies. */
async function open(config: object, ...replies: Reply[]): Promise<TestHost> {
  return await createTestHost(pluginPath('http'), {
    isolation: 'inline',
    config: { answer: '$.text', retries: 0, url: 'https://api.test/', ...config },
    permissions: { network: true, allowedHosts: ['api.test'] },
    answers: () => ({
      status: 200,
      url: 'https://api.test/',
      headers: {},
      ...(replies.shift() ?? OK),
    }),
  });
}

/** The request that a call makes. */
async function requestOf(config: object, data: object = {}): Promise<RequestAsk> {
  await using host = await open(config);
  const { asks } = await host.call({ model: 'm', prompt: 'p', ...data });
  return asks[0] as RequestAsk;
}

/** The body that a call sends. */
const bodyOf = async (body: unknown, data: object = {}, more: object = {}): Promise<string> =>
  (await requestOf({ body, ...more }, data)).body ?? '';

const HOSTILE = '"},"admin":true,"x":"\\\n\u2028é😀';

describe('the requests of plugin http', () => {
  it('are made of templates', async () => {
    const config = {
      url: URL_OF,
      method: 'PUT',
      headers: { 'x-api-key': '${secret:KEY}', 'x-title': 'for {{record.id}}' },
      body: {
        model: '{{model}}',
        text: 'Q: {{prompt}}',
        list: ['{{messages}}', 1, null],
        stop: '{{stop}}',
        seed: '{{seed}}',
      },
      timeout_ms: 5000,
    };
    const request = await requestOf(config, {
      model: 'a/b',
      prompt: 'x & y',
      record: { id: 7 },
      stop: ['\n'],
    });
    expect({ ...request, body: JSON.parse(request.body!) as unknown }).toEqual({
      method: 'PUT',
      url: 'https://api.test/v1/a%2Fb?q=x%20%26%20y',
      headers: {
        'x-api-key': '${secret:KEY}',
        'x-title': 'for 7',
        'content-type': 'application/json',
      },
      body: {
        model: 'a/b',
        text: 'Q: x & y',
        list: [[{ role: 'user', content: 'x & y' }], 1, null],
        stop: ['\n'],
      },
      timeout_ms: 5000,
    });
  });

  it.each([
    ['of a text between quotes', '{"q":"{{prompt}}!","n":1}', { q: `${HOSTILE}!`, n: 1 }],
    ['of a text without quotes', '{"q":{{prompt}}}', { q: HOSTILE }],
    ['of JSON within JSON', '{"q":{{json messages}}}', { q: [{ role: 'user', content: HOSTILE }] }],
    ['of JSON within a string', '{"q":"{{json prompt}}"}', { q: JSON.stringify(HOSTILE) }],
    [
      'of a value',
      '{"q":{{messages}},"t":{{temperature}}}',
      { q: [{ role: 'user', content: HOSTILE }], t: 0.5 },
    ],
    [
      'of JSON with tags',
      { q: '{{prompt}}', r: '<{{prompt}}>' },
      { q: HOSTILE, r: `<${HOSTILE}>` },
    ],
  ])('hold a hostile value as a value, %s', async (_what, body, expected) => {
    const text = await bodyOf(body, { prompt: HOSTILE, temperature: 0.5 });
    expect(JSON.parse(text)).toEqual(expected);
  });

  it('can be forms and texts', async () => {
    const form = { q: '{{prompt}}', max: '{{max_tokens}}', fixed: 1 };
    expect(await bodyOf(form, { prompt: 'a&b=é' }, { body_type: 'form' })).toBe(
      'q=a%26b%3D%C3%A9&fixed=1',
    );
    expect(await bodyOf('<{{prompt}}>', { prompt: '"' }, { body_type: 'text' })).toBe('<">');
    expect(await requestOf({ method: 'GET', url: URL_OF })).toEqual({
      method: 'GET',
      url: 'https://api.test/v1/m?q=p',
      headers: {},
    });
  });

  it.each([
    [{ headers: { 'x-title': '{{prompt}}' } }, '${secret:OPENAI_API_KEY}', 'it names a secret'],
    [{ headers: { 'x-title': '{{record.a}}{{prompt}}' } }, '{secret:K}', 'it names a secret'],
    [{ headers: { 'x-title': '{{prompt}}' } }, 'a\r\nhost: b', 'it has a control character'],
    [{ headers: { 'x-title': '{{prompt}}' } }, '\u0001KEY}', 'it has a control character'],
    [{ headers: { 'x-title': '{{prompt}}' } }, '日', 'it has a character that no header can have'],
    [{ url: 'https://api.test/a/{{prompt}}/b' }, '..', 'which leads to another path'],
    [{ url: 'https://api.test/a/%2e{{prompt}}/b' }, '.', 'which leads to another path'],
  ])('are not made with %j and the value %j', async (config, prompt, message) => {
    await using host = await open(config);
    await expect(host.call({ model: 'm', prompt, record: { a: '$' } })).rejects.toMatchObject({
      pluginCode: -2,
      pluginMessage: expect.stringContaining(message),
    });
  });

  it.each([
    [
      { body: { q: '{{promt}}' } },
      'there is no "promt" for "body"; the fields: model, prompt, messages',
    ],
    [{ url: 'https://api.test/{{record.id}}' }, 'there is no "record.id" for "url"'],
    [{ body: '{"q": {{prompt}}, }' }, 'the filled "body" is not JSON'],
  ])('are not made of %j, which leaves a gap', async (config, message) => {
    await using host = await open(config);
    await expect(host.call({ model: 'm', prompt: 'p' })).rejects.toMatchObject({
      pluginCode: -2,
      pluginMessage: expect.stringContaining(message),
    });
  });

  it.each([
    [{ url: '' }, '"url" is missing'],
    [{ url: 'ftp://a/' }, 'begins with neither'],
    [{ url: 'https:///x' }, 'names no host'],
    [{ url: 'https://{{model}}.test/' }, 'the host in "url" is a template'],
    [{ url: 'https://a@b.test/' }, 'holds a user or a password'],
    [{ url: 'https://a.test/?k=${secret:K}' }, 'holds a secret'],
    [{ url: 'https://a.test/{{{model}}}' }, 'is not encoded'],
    [{ url: 'https://a.test/{{#if}}' }, 'Cannot read the template of "url"'],
    [{ headers: { a: '${secret:{{model}}}' } }, 'a secret whose name is a template'],
    [{ headers: { a: 1 } }, '"headers.a" is a number'],
    [{ headers: [] }, '"headers" is a list'],
    [{ body: '{"a":"{{{prompt}}}"}' }, 'is not escaped'],
    [{ body: 1, body_type: 'text' }, 'of a text is a string'],
    [{ body: [], body_type: 'form' }, 'of a form is an object'],
    [{ body: {}, method: 'GET' }, 'which has no body'],
    [{ answer: '' }, '"answer" is missing'],
    [{ answer: '$.' }, 'Cannot read the JSON path of "answer"'],
    [{ response: 'text' }, '"response" is "text", but "answer" is set'],
  ])('cannot be configured by %j', async (config, message) => {
    await expect(open(config)).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });
});

describe('the answers to plugin http', () => {
  const answerOf = async (config: object, reply: Reply, data: object = {}): Promise<unknown> => {
    await using host = await open(config, reply);
    return (await host.call({ model: 'm', prompt: 'p', ...data })).data;
  };

  it('are found by JSON paths, whatever the order of their parts', async () => {
    const config = {
      answer: '$.parts[?@.type == "text"].text',
      prompt_tokens: '$.usage.in',
      completion_tokens: '$.usage.out',
      finish_reason: '$.why',
      model: '$.model',
    };
    const parts = [
      { type: 'thought', text: 'hm' },
      { type: 'text', text: 'Par' },
      { text: 'is', type: 'text' },
    ];
    const body = JSON.stringify({ parts, why: 'stop', usage: { in: 3, out: 2 }, model: 'm-1' });
    expect(await answerOf(config, { body })).toEqual({
      text: 'Paris',
      model: 'm-1',
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
      finish_reason: 'stop',
    });
    const bad = { ...config, answer: '$.why' };
    expect(await answerOf(bad, { body: '{"why":{"a":1},"usage":{"in":-1,"out":1.5}}' })).toEqual({
      text: '{"a":1}',
      model: 'm',
      finish_reason: '{"a":1}',
    });
  });

  it('can be text', async () => {
    const config = { response: 'text', answer: '' };
    expect(await answerOf(config, { body: 'Paris\n' })).toEqual({ text: 'Paris\n', model: 'm' });
    await expect(answerOf(config, { body_base64: '/w==' })).rejects.toMatchObject({
      pluginCode: -25,
    });
  });

  it.each([
    [
      {},
      { body: '{"texts":{"a":1},"b":2}' },
      -25,
      'has nothing at "$.text"; its fields: texts.a, b',
    ],
    [{}, { body: '<html>' }, -25, 'is not JSON; for a text set "response" to "text"'],
    [{}, { body_base64: '/w==' }, -25, 'is not JSON'],
    [
      { error: '$.problem' },
      { body: '{"problem":"no credit","text":""}' },
      -22,
      'the server reports an error: no credit',
    ],
    [
      { error: '$.problem' },
      { status: 401, body: '{"problem":"bad key"}' },
      -20,
      'the server answered 401: bad key',
    ],
    [
      {},
      { status: 503, body: '{"error":{"message":"busy"}}' },
      -23,
      'the server answered 503: busy',
    ],
    [{}, { status: 400, body: `{"error":"${'x'.repeat(5000)}"}` }, -22, 'xx…'],
  ])('with %j fail for %j', async (config, reply, code, message) => {
    await expect(answerOf(config, reply)).rejects.toMatchObject({
      pluginCode: code,
      pluginMessage: expect.stringContaining(message),
    });
  });

  it('are asked for again after what may pass', async () => {
    await using host = await open({ retries: 1 }, { status: 503 }, OK);
    const { data, asks } = await host.call({ model: 'm', prompt: 'p' });
    expect(data).toMatchObject({ text: 'Paris' });
    expect(asks).toHaveLength(2);
  });

  it('can be embeddings', async () => {
    const config = { embeddings: '$.data[*].v', body: { input: '{{embed}}' } };
    const data = { prompt: undefined, embed: ['a', 'b'] };
    expect(
      await answerOf(config, { body: '{"data":[{"v":[1,2]},{"v":[3,4]}]}' }, data),
    ).toMatchObject({
      embeddings: [
        [1, 2],
        [3, 4],
      ],
    });
    for (const reply of [{ body: '{"data":[{"v":[1,2]}]}' }, OK]) {
      await expect(answerOf(config, reply, data)).rejects.toMatchObject({ pluginCode: -25 });
    }
    await expect(answerOf({}, OK, data)).rejects.toMatchObject({ pluginCode: -2 });
  });

  it('are no streams', async () => {
    await expect(answerOf({}, OK, { stream: true })).rejects.toMatchObject({ pluginCode: -2 });
  });
});

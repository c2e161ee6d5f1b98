import Anthropic from '@anthropic-ai/sdk';
import { createMemorySecrets, PluginSystem } from '@testbench/core';
import type { ChatMessage, ChatTool, ProviderResult } from '@testbench/types';
import { type ModelRequest, type ModelServer, serveModels } from '@testbench/test-kit/model-server';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const plugins = new URL('../example-plugins/', import.meta.url);
const wasm = (name: string): string => new URL(`${name}/build/${name}.wasm`, plugins).pathname;

const parameters = {
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
} as const;
const TOOLS: readonly ChatTool[] = [
  { type: 'function', function: { name: 'add', description: 'Adds', parameters } },
];
const CALLS = [
  { id: 'call_a', name: 'add', arguments: '{"a":1,"b":2}' },
  { id: 'call_b', name: 'add', arguments: '{"a":3,"b":4}' },
] as const;
/** What the bench sends in the second step. */
const MESSAGES: readonly ChatMessage[] = [
  { role: 'system', content: 'Be exact.' },
  { role: 'user', content: '1+2 and 3+4?' },
  {
    role: 'assistant',
    content: null,
    tool_calls: CALLS.map(({ id, name, arguments: input }) => ({
      id,
      type: 'function',
      function: { name, arguments: input },
    })),
  },
  { role: 'tool', tool_call_id: 'call_a', content: '{"sum":3}' },
  { role: 'tool', tool_call_id: 'call_b', content: '{"error":"no"}' },
];

let server: ModelServer;
let system: PluginSystem;
let openai: OpenAI;
let anthropic: Anthropic;

/** Calls both tools first, and then answers. */
function script({ body }: ModelRequest) {
  const messages = body['messages'] as readonly { readonly role: string }[];
  if (messages.some(({ role }) => role === 'assistant')) return 'They are 3 and unknown.';
  return { text: 'I add.', toolCalls: CALLS };
}

beforeAll(async () => {
  server = await serveModels({ answer: script });
  const host = new URL(server.origin).host;
  const secret = { value: 'sk-test-0123456789', hosts: [host] };
  system = new PluginSystem({
    secrets: createMemorySecrets({ OPENAI_API_KEY: secret, ANTHROPIC_API_KEY: secret }),
  });
  const permissions = { network: true, allowedHosts: [host] };
  for (const [name, path] of [
    ['openai', '/v1'],
    ['anthropic', ''],
  ] as const) {
    const config = { base_url: server.origin + path, retries: 0 };
    await system.loadPlugin(wasm(name), { id: name, config, permissions });
  }
  openai = new OpenAI({
    baseURL: `${server.origin}/v1`,
    apiKey: 'sk-test-0123456789',
    maxRetries: 0,
  });
  anthropic = new Anthropic({
    baseURL: server.origin,
    apiKey: 'sk-test-0123456789',
    maxRetries: 0,
  });
});
afterAll(async () => {
  await system.close();
  await server[Symbol.asyncDispose]();
});

async function ask(
  provider: 'openai' | 'anthropic',
  messages: readonly ChatMessage[],
  stream: boolean,
): Promise<ProviderResult> {
  const data = {
    model: 'm',
    max_tokens: 50,
    messages,
    tools: TOOLS,
    tool_choice: 'auto',
    ...(stream ? { stream } : {}),
  };
  if (!stream) return (await system.executePlugin<ProviderResult>(provider, { data })).data;
  for await (const part of system.executePluginStream(provider, { data })) {
    if (part.type !== 'chunk') return part.output.data as ProviderResult;
  }
  throw new TypeError('the stream has no end');
}

/** The same requests as the official clients write them: their types are checked by the compiler. */
const OPENAI_TOOLS = [
  { type: 'function', function: { name: 'add', description: 'Adds', parameters } },
] satisfies OpenAI.ChatCompletionTool[];
const OPENAI_MESSAGES = [
  { role: 'system', content: 'Be exact.' },
  { role: 'user', content: '1+2 and 3+4?' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [
      { id: 'call_a', type: 'function', function: { name: 'add', arguments: '{"a":1,"b":2}' } },
      { id: 'call_b', type: 'function', function: { name: 'add', arguments: '{"a":3,"b":4}' } },
    ],
  },
  { role: 'tool', tool_call_id: 'call_a', content: '{"sum":3}' },
  { role: 'tool', tool_call_id: 'call_b', content: '{"error":"no"}' },
] satisfies OpenAI.ChatCompletionMessageParam[];
const ANTHROPIC_TOOLS = [
  {
    name: 'add',
    description: 'Adds',
    input_schema: { ...parameters, required: ['a', 'b'] },
  },
] satisfies Anthropic.Tool[];
const ANTHROPIC_MESSAGES = [
  { role: 'user', content: '1+2 and 3+4?' },
  {
    role: 'assistant',
    content: [
      { type: 'tool_use', id: 'call_a', name: 'add', input: { a: 1, b: 2 } },
      { type: 'tool_use', id: 'call_b', name: 'add', input: { a: 3, b: 4 } },
    ],
  },
  {
    role: 'user',
    content: [
      { type: 'tool_result', tool_use_id: 'call_a', content: '{"sum":3}' },
      { type: 'tool_result', tool_use_id: 'call_b', content: '{"error":"no"}' },
    ],
  },
] satisfies Anthropic.MessageParam[];

const seen = (): unknown => server.requests.at(-1)!.body;

describe.each([false, true])('tools in the shapes of the vendors, streamed: %j', (stream) => {
  it('openai: requests are those of the official client', async () => {
    await ask('openai', MESSAGES, stream);
    const ours = seen();
    const params = {
      model: 'm',
      max_tokens: 50,
      messages: OPENAI_MESSAGES,
      tools: OPENAI_TOOLS,
      tool_choice: 'auto',
    } satisfies OpenAI.ChatCompletionCreateParams;
    if (stream) {
      const options = { ...params, stream: true, stream_options: { include_usage: true } } as const;
      for await (const _ of await openai.chat.completions.create(options)) void _;
    } else await openai.chat.completions.create(params);
    expect(ours).toEqual(seen());
  });

  it('openai: calls are those that the official client reads', async () => {
    const answer = await ask('openai', MESSAGES.slice(0, 2), stream);
    const params = { model: 'm', messages: OPENAI_MESSAGES.slice(0, 2), tools: OPENAI_TOOLS };
    const completion = stream
      ? await openai.chat.completions.stream(params).finalChatCompletion()
      : await openai.chat.completions.create(params);
    const { message, finish_reason: reason } = completion.choices[0]!;
    expect(answer).toMatchObject({ text: message.content, finish_reason: reason });
    expect(answer.tool_calls).toEqual(
      message.tool_calls?.map((call) => {
        if (call.type !== 'function') throw new TypeError('not a function');
        return { id: call.id, name: call.function.name, arguments: call.function.arguments };
      }),
    );
    expect(answer.tool_calls).toEqual(CALLS);
  });

  it('anthropic: requests are those of the official client', async () => {
    await ask('anthropic', MESSAGES, stream);
    const ours = seen();
    const params = {
      model: 'm',
      max_tokens: 50,
      system: 'Be exact.',
      messages: ANTHROPIC_MESSAGES,
      tools: ANTHROPIC_TOOLS,
      tool_choice: { type: 'auto' },
    } satisfies Anthropic.MessageCreateParams;
    if (stream) await anthropic.messages.stream(params).finalMessage();
    else await anthropic.messages.create(params);
    expect(ours).toEqual(seen());
  });

  it('anthropic: calls are those that the official client reads', async () => {
    const answer = await ask('anthropic', MESSAGES.slice(0, 2), stream);
    const params = {
      model: 'm',
      max_tokens: 50,
      messages: ANTHROPIC_MESSAGES.slice(0, 1),
      tools: ANTHROPIC_TOOLS,
    };
    const message = stream
      ? await anthropic.messages.stream(params).finalMessage()
      : await anthropic.messages.create(params);
    const used = message.content.filter((block) => block.type === 'tool_use');
    expect(answer.tool_calls).toEqual(
      used.map(({ id, name, input }) => ({ id, name, arguments: JSON.stringify(input) })),
    );
    expect(answer.tool_calls).toEqual(CALLS);
    expect(message.stop_reason).toBe('tool_use');
    expect(answer.finish_reason).toBe('tool_calls');
  });
});

describe('the model server', () => {
  it.each([
    [
      'a result without a call',
      [
        { role: 'user', content: 'x' },
        { role: 'tool', tool_call_id: 'c', content: '1' },
      ],
    ],
    ['a call without a result', MESSAGES.slice(1, 4)],
  ])('refuses %s, as both vendors do', async (_what, messages) => {
    for (const provider of ['openai', 'anthropic'] as const) {
      await expect(ask(provider, messages, false)).rejects.toMatchObject({
        code: 'CALL_PLUGIN_FAILED',
        message: expect.stringContaining('the server answered 400'),
      });
    }
  });
});

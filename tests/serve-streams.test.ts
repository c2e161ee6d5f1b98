import { createMemorySecrets, PluginSystem } from '@testbench/core';
import { startPluginServer } from '@testbench/serve';
import { type LoopbackServer, serveHttp } from '@testbench/test-kit/loopback';
import OpenAI from 'openai';
import { afterAll, describe, expect, it } from 'vitest';

const plugins = new URL('../example-plugins/', import.meta.url);
const wasm = (name: string): string => new URL(`${name}/build/${name}.wasm`, plugins).pathname;

const PIECES = ['One', ' piece', ' at a time.'];
const WIRES = {
  openai: {
    path: '/v1',
    start: [],
    piece: (content: string) => ({ choices: [{ index: 0, delta: { content } }] }),
    end: [{ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, '[DONE]'],
  },
  anthropic: {
    path: '',
    start: [
      {
        type: 'message_start',
        message: { model: 'm', usage: { input_tokens: 1, output_tokens: 0 } },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ],
    piece: (text: string) => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text },
    }),
    end: [
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { output_tokens: 5 },
      },
      { type: 'message_stop' },
    ],
  },
} as const;

/** An upstream that sends its next piece only when it is told that the one before has arrived. */
async function openUpstream(
  name: keyof typeof WIRES,
): Promise<{ readonly server: LoopbackServer; readonly next: () => void }> {
  const { start, piece, end } = WIRES[name];
  let go = (): void => {};
  const server = await serveHttp(async (request, response) => {
    for await (const _ of request);
    const send = (event: unknown): void => {
      const text = typeof event === 'string' ? event : JSON.stringify(event);
      const type = (event as { readonly type?: string }).type;
      response.write(`${type === undefined ? '' : `event: ${type}\n`}data: ${text}\n\n`);
    };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of start) send(event);
    for (const text of PIECES) {
      const arrived = new Promise<void>((resolve) => (go = resolve));
      send(piece(text));
      await arrived;
    }
    for (const event of end) send(event);
    response.end();
  });
  return { server, next: () => go() };
}

const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

describe.each(['thread', 'process', 'inline'] as const)(
  'streams of providers through the OpenAI-compatible front, isolation: %s',
  (isolation) => {
    it.each(['openai', 'anthropic'] as const)(
      'passes on each piece of %s before the next one is there',
      async (name) => {
        const { server: upstream, next } = await openUpstream(name);
        closers.push(async () => await upstream[Symbol.asyncDispose]());
        const host = new URL(upstream.origin).host;
        const secret = { value: 'sk-test-0123456789', hosts: [host] };
        const system = new PluginSystem({
          isolation,
          secrets: createMemorySecrets({ OPENAI_API_KEY: secret, ANTHROPIC_API_KEY: secret }),
        });
        closers.push(async () => await system.close());
        await system.loadPlugin(wasm(name), {
          id: name,
          config: { base_url: upstream.origin + WIRES[name].path, retries: 0 },
          permissions: { network: true, allowedHosts: [host] },
        });
        const server = await startPluginServer({ system, models: [{ id: 'm', plugin: name }] });
        closers.push(async () => await server.close());
        const client = new OpenAI({
          baseURL: `${server.url}/v1`,
          apiKey: server.token,
          maxRetries: 0,
        });
        const stream = await client.chat.completions.create({
          model: 'm',
          messages: [{ role: 'user', content: 'hi' }],
          max_tokens: 50,
          stream: true,
        });
        const pieces: string[] = [];
        for await (const { choices } of stream) {
          const content = choices[0]?.delta.content ?? '';
          if (content === '') continue;
          pieces.push(content);
          next();
        }
        expect(pieces).toEqual(PIECES);
      },
    );
  },
);

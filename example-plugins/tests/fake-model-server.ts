import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { createMemorySecrets, type LoadPluginOptions, PluginSystem } from '@testbench/core';
import { type LoopbackServer, serveHttp } from '@testbench/test-kit/loopback';

import { pluginPath } from './open-plugin.js';

/** A request as it arrived. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: ReturnType<typeof JSON.parse>;
  /** The body as written. */
  readonly text: string;
}

/** One answer of the fake server. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or the text of an event stream. */
  readonly body: unknown;
  /** Bytes per piece, for a stream. @default all at once */
  readonly pieceBytes?: number;
  /** Cuts the connection after the body. */
  readonly cut?: boolean;
}

/** A server on loopback that answers as instructed, and a plugin that may send requests only to it. */
export interface ModelBench extends AsyncDisposable {
  readonly system: PluginSystem;
  readonly id: string;
  readonly seen: SeenRequest[];
  /** The replies to the next requests, in this order; a function creates its reply from the request. */
  readonly replies: (Reply | ((request: SeenRequest) => Reply))[];
}

/** The key that the plugins never see. */
export const KEY = 'sk-test-0123456789abcdef';

/** Loads a plugin with `base_url` set to a fake server. */
export async function openModelBench(
  name: string,
  secret: string,
  config: object = {},
  path = '',
): Promise<ModelBench> {
  const seen: SeenRequest[] = [];
  const replies: ModelBench['replies'] = [];
  const server: LoopbackServer = await serveHttp((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString();
      const body: unknown = JSON.parse(text);
      const arrived = { path: request.url ?? '', headers: request.headers, body, text };
      seen.push(arrived);
      const next = replies.shift() ?? {
        status: 500,
        body: { error: { message: 'no reply left' } },
      };
      void send(response, typeof next === 'function' ? next(arrived) : next);
    });
  });
  const host = new URL(server.origin).host;
  const system = new PluginSystem({
    secrets: createMemorySecrets({ [secret]: { value: KEY, hosts: [host] } }),
  });
  const options: LoadPluginOptions = {
    config: { base_url: server.origin + path, ...config },
    permissions: { network: true, allowedHosts: [host] },
  };
  const close = async (): Promise<void> => {
    await system.close();
    await server[Symbol.asyncDispose]();
  };
  try {
    const { id } = await system.loadPlugin(pluginPath(name), options);
    return { system, id, seen, replies, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  const stream = typeof reply.body === 'string';
  const bytes = Buffer.from(
    typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body),
  );
  response.writeHead(reply.status ?? 200, {
    'content-type': stream ? 'text/event-stream' : 'application/json',
    ...reply.headers,
  });
  const step = reply.pieceBytes ?? Math.max(1, bytes.length);
  for (let at = 0; at < bytes.length; at += step) {
    response.write(bytes.subarray(at, at + step));
    await nextTurn();
  }
  if (reply.cut === true) response.socket?.destroy();
  else response.end();
}

/** Runs one call; returns the streamed pieces and the result. */
export async function streamCall(
  bench: ModelBench,
  data: object,
): Promise<{ chunks: string[]; data: unknown }> {
  const chunks: string[] = [];
  let result: unknown;
  for await (const part of bench.system.executePluginStream(bench.id, { data })) {
    if (part.type === 'chunk') chunks.push(new TextDecoder().decode(part.bytes));
    else result = part.output.data;
  }
  return { chunks, data: result };
}

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { HttpTransport, HttpTransportResponse } from '@testbench/types';

import { describeRequest, inChunks, type TestRequest } from './http-handler.js';
import { readJsonLines, wantsUpdate } from './json-lines.js';
import { TestHostError } from './test-host-error.js';

/** Requests of a plugin that were recorded, or are being recorded. */
export interface HttpRecording {
  readonly transport: HttpTransport;
  /** Writes what was recorded; the test host does that when it is closed. */
  save(): Promise<void>;
}

/** How {@link recordedHttp} works. */
export interface RecordedHttpOptions {
  /** Sends the requests and records them anew. @default true if `TESTBENCH_UPDATE` is set */
  readonly update?: boolean;
}

/** What is told apart by: headers may hold credentials, and are never written. */
type RecordedRequest = Pick<TestRequest, 'method' | 'url' | 'body'>;
type Chunk = { readonly text: string } | { readonly base64: string };

interface Exchange {
  readonly request: RecordedRequest;
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly chunks: Chunk[];
  };
}

/** Headers of answers that plugins act on; others are dates and identifiers, or secrets. */
const KEPT_HEADERS = ['content-type', 'location', 'retry-after', 'etag'];

/**
 * Answers a plugin's requests from a file of JSON lines; with `TESTBENCH_UPDATE=1` it sends them and writes the file.
 *
 * A request is known by method, URL and body. Equal ones get their answers in the order of the file, further ones the last.
 * Chunks arrive as they did. No header of a request is written, and of answers only the content type and a few more.
 *
 * @param path Where the recordings are.
 *
 * @example
 * ```ts no-run
 * import { createTestHost, recordedHttp } from '@testbench/sdk';
 *
 * await using host = await createTestHost('build/chat.wasm', {
 *   permissions: { network: true, allowedHosts: ['api.example.com'] },
 *   http: recordedHttp('chat.http.jsonl'),
 * });
 * const { data, requests } = await host.call({ model: 'm', prompt: 'Hi' });
 * requests.length; // => 1
 * ```
 */
export function recordedHttp(path: string, options: RecordedHttpOptions = {}): HttpRecording {
  return (options.update ?? wantsUpdate()) ? recorder(path) : player(path);
}

function recorder(path: string): HttpRecording {
  const exchanges: Exchange[] = [];
  return {
    async transport(request, send) {
      // As it is, so that the file can be read.
      const headers = { ...request.headers, 'accept-encoding': 'identity' };
      const answer = await send({ ...request, headers });
      const chunks: Chunk[] = [];
      const { method, url, body } = describeRequest(request);
      exchanges.push({
        request: { method, url, body },
        response: { status: answer.statusCode, headers: keptHeaders(answer), chunks },
      });
      return { ...answer, body: recordChunks(answer.body, chunks) };
    },
    async save() {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, exchanges.map((exchange) => `${JSON.stringify(exchange)}\n`).join(''));
    },
  };
}

async function* recordChunks(
  body: AsyncIterable<Uint8Array>,
  chunks: Chunk[],
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of body) {
    chunks.push(describeChunk(chunk));
    yield chunk;
  }
}

function describeChunk(chunk: Uint8Array): Chunk {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(chunk) };
  } catch {
    return { base64: Buffer.from(chunk).toString('base64') };
  }
}

function keptHeaders({ headers }: HttpTransportResponse): Record<string, string> {
  return Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}

function player(path: string): HttpRecording {
  let answers: Promise<Map<string, Exchange['response'][]>> | undefined;
  return {
    async transport(request) {
      answers ??= readAnswers(path);
      const { method, url, body } = describeRequest(request);
      const queue = (await answers).get(keyOf({ method, url, body }));
      const [next] = queue ?? [];
      if (queue === undefined || next === undefined) {
        throw new TestHostError(
          'TEST_NO_RECORDING',
          `Cannot answer ${method} ${url}: "${path}" has no such request; record it with TESTBENCH_UPDATE=1`,
        );
      }
      if (queue.length > 1) queue.shift();
      const { status, headers, chunks } = next;
      const parts = chunks.map((chunk) =>
        'text' in chunk ? chunk.text : Buffer.from(chunk.base64, 'base64'),
      );
      return { statusCode: status, headers, body: inChunks(parts) };
    },
    save: () => Promise.resolve(),
  };
}

async function readAnswers(path: string): Promise<Map<string, Exchange['response'][]>> {
  const answers = new Map<string, Exchange['response'][]>();
  for (const { value, line } of (await readJsonLines(path)) ?? []) {
    if (!isExchange(value)) {
      throw new TestHostError(
        'TEST_BAD_FILE',
        `Cannot read "${path}:${line}": expected a request with method, url and body, and a response with status, headers and chunks`,
      );
    }
    const key = keyOf(value.request);
    answers.set(key, [...(answers.get(key) ?? []), value.response]);
  }
  return answers;
}

function isExchange(value: unknown): value is Exchange {
  const { request, response } = value as Record<
    string,
    Readonly<Record<string, unknown>> | undefined
  >;
  return (
    ['method', 'url', 'body'].every((key) => typeof request?.[key] === 'string') &&
    typeof response?.['status'] === 'number' &&
    typeof response['headers'] === 'object' &&
    Array.isArray(response['chunks'])
  );
}

function keyOf({ method, url, body }: RecordedRequest): string {
  return JSON.stringify([method, url, body]);
}

import { resolve } from 'node:path';

import { writeOutput } from '@testbench/core/files';
import { readOptions } from '@testbench/types/config';
import type { HttpTransport, HttpTransportResponse } from '@testbench/types/stores';

import { inChunks } from './http-handler.js';
import { readJsonLines, wantsUpdate } from './json-lines.js';
import { decodedChunks } from './decoded-chunks.js';
import { maskRequest, type RecordedRequest, RecordingMask } from './mask-recording.js';
import { TestHostError } from './test-host-error.js';

/** Requests of a plugin that were recorded, or are being recorded. */
export interface HttpRecording {
  readonly transport: HttpTransport;
  /** Writes the recordings; the test host does that when it is closed. */
  save(): Promise<void>;
}

/** Options of {@link recordedHttp}. */
export interface RecordedHttpOptions {
  /** Sends the requests and records them again. @default true if `TESTBENCH_UPDATE` is set */
  readonly update?: boolean;
}

type Chunk = { readonly text: string } | { readonly base64: string };

interface Exchange {
  readonly request: RecordedRequest;
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly chunks: Chunk[];
  };
}

/** Response headers that plugins act on; others are dates, identifiers or secrets. */
const KEPT_HEADERS = ['content-type', 'location', 'retry-after', 'etag'];

/**
 * Answers a plugin's requests from a file of JSON lines; with `TESTBENCH_UPDATE=1` it sends them and writes the file.
 *
 * Requests are identified by method, URL and body. Equal ones get their answers in the order of the file, and the last answer after that.
 * Chunks arrive as they were recorded.
 *
 * The file contains: method, URL and body of a request, and status, content type and body of its answer. Headers of requests are
 * not written; their values are masked wherever they occur, whole or in part, in base64 or escaped, except in headers that are known to
 * hold no credentials. Query parameters and fields of a request's body are masked, too, if they are named like keys. Anything else that a
 * server answers is in the file, so read it before you commit it. A test host that recorded nothing does not change the file.
 *
 * @param path Path of the recordings.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
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
export function recordedHttp(path: string, given?: RecordedHttpOptions): HttpRecording {
  const options = readOptions<RecordedHttpOptions>(given, { update: (node) => node.boolean() });
  return (options.update ?? wantsUpdate()) ? recorder(path) : player(path);
}

/** What this process wrote, by file: a second test host adds to the recordings of the first. */
const writtenFiles = new Map<string, string>();

/** An exchange that is being recorded. */
interface Take {
  readonly request: RecordedRequest;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly mask: RecordingMask;
  /** Content coding of the chunks. */
  readonly coding: string;
  readonly chunks: Uint8Array[];
  /** True once the plugin has read what it wanted, and the answer was not cut off. */
  complete: boolean;
}

function recorder(path: string): HttpRecording {
  const takes: Take[] = [];
  return {
    async transport(request, send) {
      // Unchanged, so that the file can be read.
      const headers = { ...request.headers, 'accept-encoding': 'identity' };
      const answer = await send({ ...request, headers });
      const mask = new RecordingMask(request);
      const take: Take = {
        request: maskRequest(request),
        status: answer.statusCode,
        headers: keptHeaders(answer, mask),
        mask,
        coding: String(answer.headers['content-encoding'] ?? ''),
        chunks: [],
        complete: false,
      };
      takes.push(take);
      return { ...answer, body: recordChunks(answer.body, take) };
    },
    async save() {
      const lines = takes
        .filter(({ complete }) => complete)
        .map((take) => `${JSON.stringify(describeTake(take))}\n`);
      // A run that recorded nothing must not delete an existing recording.
      if (lines.length === 0) return;
      const target = resolve(path);
      const text = (writtenFiles.get(target) ?? '') + lines.join('');
      await writeOutput(target, text, { makeFolder: true });
      writtenFiles.set(target, text);
    },
  };
}

function describeTake({ request, status, headers, mask, coding, chunks }: Take): Exchange {
  // A server may compress anyway; a credential would not be found in compressed data.
  const described = mask.chunks(decodedChunks(chunks, coding)).map(describeChunk);
  return { request, response: { status, headers, chunks: described } };
}

async function* recordChunks(
  body: AsyncIterable<Uint8Array>,
  take: Take,
): AsyncGenerator<Uint8Array, void, void> {
  let broken = false;
  try {
    for await (const chunk of body) {
      take.chunks.push(chunk);
      yield chunk;
    }
  } catch (error) {
    broken = true;
    throw error;
  } finally {
    // A plugin may close an answer before its end, for example a stream of events.
    take.complete = !broken;
  }
}

function describeChunk(chunk: Uint8Array): Chunk {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(chunk) };
  } catch {
    return { base64: Buffer.from(chunk).toString('base64') };
  }
}

function keptHeaders(
  { headers }: HttpTransportResponse,
  mask: RecordingMask,
): Record<string, string> {
  return Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, mask.text(String(value))]];
    }),
  );
}

function player(path: string): HttpRecording {
  let answers: Promise<Map<string, Exchange['response'][]>> | undefined;
  return {
    async transport(request) {
      answers ??= readAnswers(path);
      const wanted = maskRequest(request);
      const queue = (await answers).get(keyOf(wanted));
      const [next] = queue ?? [];
      if (queue === undefined || next === undefined) {
        throw new TestHostError(
          'TEST_NO_RECORDING',
          `Cannot answer ${wanted.method} ${wanted.url}: "${path}" has no such request; record it with TESTBENCH_UPDATE=1`,
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

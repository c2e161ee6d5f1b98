import type { HttpTransport, HttpTransportRequest } from '@testbench/types/stores';

/** A request that a plugin sent. */
export interface TestRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes that are not UTF-8 are replaced. */
  readonly body: string;
}

/** The answer to it. */
export interface TestResponse {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A list arrives chunk by chunk, like a stream of events. @default nothing */
  readonly body?: string | Uint8Array | readonly (string | Uint8Array)[];
}

/** Answers a plugin's requests in a test. */
export type HttpHandler = (request: TestRequest) => TestResponse | Promise<TestResponse>;

/** A request from a plugin, as a handler or a recording sees it. */
export function describeRequest({ method, url, headers, body }: HttpTransportRequest): TestRequest {
  return { method, url: url.href, headers, body: new TextDecoder().decode(body) };
}

/** A transport that reaches no network. A handler that is still working when the signal fires is not awaited. */
export function handlerTransport(handler: HttpHandler): HttpTransport {
  return async (request) => {
    const answer = await untilAborted(request.signal, async () =>
      handler(describeRequest(request)),
    );
    const { status = 200, headers = {}, body = [] } = answer;
    const parts = typeof body === 'string' || body instanceof Uint8Array ? [body] : body;
    return {
      statusCode: status,
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      body: inChunks(parts),
    };
  };
}

/** The parts as chunks of bytes; empty parts are dropped, since a stream would take one for its end. */
export async function* inChunks(
  parts: readonly (string | Uint8Array)[],
): AsyncGenerator<Uint8Array, void, void> {
  const encoder = new TextEncoder();
  for (const part of parts) {
    if (part.length > 0) yield typeof part === 'string' ? encoder.encode(part) : part;
  }
}

async function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stop: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

import { ServeError } from '../errors.js';

export const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Sends a value as JSON.
 *
 * @throws {ServeError} `SERVE_TOO_LARGE`.
 */
export function sendJson(response: ServerResponse, value: unknown, maxBytes: number): void {
  const bytes = Buffer.from(JSON.stringify(value));
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  response.writeHead(response.statusCode, {
    'content-type': JSON_TYPE,
    'content-length': bytes.length,
  });
  response.end(bytes);
}

/** @returns The error for an answer that is longer than it may be. */
export function tooLarge(maxBytes: number): ServeError {
  return new ServeError(
    'SERVE_TOO_LARGE',
    `Cannot answer: the answer is larger than ${maxBytes} bytes; ask for fewer at a time, or use the stream`,
  );
}

/**
 * Sends texts as they arrive, no faster than the client reads them.
 *
 * The first one is awaited before the headers are sent, so that a request that fails at once gets a status.
 *
 * @param signal Ends the stream: the client has gone, or its time is over.
 */
export async function sendStream(
  response: ServerResponse,
  type: string,
  texts: AsyncIterable<string>,
  signal: AbortSignal,
): Promise<void> {
  for await (const text of texts) {
    if (signal.aborted) break;
    if (!response.headersSent) {
      // A proxy must not collect it.
      response.writeHead(200, { 'content-type': type, 'x-accel-buffering': 'no' });
    }
    if (!response.write(text)) await once(response, 'drain', { signal }).catch(() => undefined);
  }
  response.end();
}

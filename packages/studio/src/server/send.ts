import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

import { PluginError } from '@testbench/types/errors';

import { StudioError, type StudioErrorCode } from '../errors.js';
import { MAX_STREAMS } from '../limits.js';
import type { Answer } from './route.js';

const STATUS: Readonly<Record<StudioErrorCode, number>> = {
  STUDIO_CANNOT_LISTEN: 500,
  STUDIO_NO_PROJECT: 500,
  STUDIO_NOT_SIGNED_IN: 401,
  STUDIO_FOREIGN_ORIGIN: 403,
  STUDIO_BAD_REQUEST: 400,
  STUDIO_NOT_FOUND: 404,
  STUDIO_OUTSIDE_PROJECT: 403,
  STUDIO_EXISTS: 409,
  STUDIO_TOO_LARGE: 413,
  STUDIO_BUSY: 503,
};

/** Writes the answer of a route. */
export function sendAnswer(
  response: ServerResponse,
  answer: Exclude<Answer, { readonly events: unknown }>,
): void {
  if ('json' in answer) {
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(answer.json));
    return;
  }
  response.setHeader('content-type', answer.type);
  response.end(answer.bytes);
}

/**
 * Writes events as they arrive, until there are no more or the client disconnects.
 *
 * @throws {StudioError} `STUDIO_BUSY` if the maximum number of streams is open.
 */
export async function sendEvents(
  response: ServerResponse,
  events: AsyncIterable<unknown>,
  streams: { count: number },
  signal: AbortSignal,
): Promise<void> {
  if (streams.count >= MAX_STREAMS) {
    throw new StudioError('STUDIO_BUSY', 'Cannot answer: too many pages are watching');
  }
  streams.count += 1;
  try {
    response.setHeader('content-type', 'text/event-stream; charset=utf-8');
    response.flushHeaders();
    for await (const event of events) {
      if (signal.aborted) break;
      // JSON has no line breaks outside its strings, where they are escaped.
      const isSent = response.write(`data: ${JSON.stringify(event)}\n\n`);
      // Do not keep writing to a client that does not read.
      if (!isSent) await once(response, 'drain', { signal }).catch(() => undefined);
    }
    response.end();
  } finally {
    streams.count -= 1;
  }
}

/** Writes why a request failed. Errors that are not ours are not shown: their messages may contain anything. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const isOurs = PluginError.is(error);
  response.statusCode = isOurs ? ((STATUS as Record<string, number>)[error.code] ?? 422) : 500;
  // The rest of the request is not read: the connection is closed.
  if (!response.req.complete) response.setHeader('connection', 'close');
  const { code, message } = isOurs
    ? error
    : { code: 'INTERNAL', message: 'Cannot answer: the studio has a bug' };
  // Plain text for a person who opens the address; JSON for the page.
  const isRead = response.req.headers.accept?.includes('text/html') === true;
  const type = isRead ? 'text/plain' : 'application/json';
  response.setHeader('content-type', `${type}; charset=utf-8`);
  response.end(isRead ? `${code}: ${message}\n` : JSON.stringify({ error: { code, message } }));
}

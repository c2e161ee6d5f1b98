import type { ServerResponse } from 'node:http';

import { PluginError } from '@testbench/types/errors';

import type { StudioErrorCode } from '../errors.js';
import type { Answer } from './route.js';

const STATUS: Readonly<Record<StudioErrorCode, number>> = {
  STUDIO_CANNOT_LISTEN: 500,
  STUDIO_NO_PROJECT: 500,
  STUDIO_NOT_SIGNED_IN: 401,
  STUDIO_FOREIGN_ORIGIN: 403,
  STUDIO_BAD_REQUEST: 400,
  STUDIO_NOT_FOUND: 404,
  STUDIO_OUTSIDE_PROJECT: 403,
  STUDIO_TOO_LARGE: 413,
};

/** Writes what a route answered. */
export async function sendAnswer(
  response: ServerResponse,
  answer: Answer,
  signal: AbortSignal,
): Promise<void> {
  if ('json' in answer) {
    response.setHeader('content-type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(answer.json));
    return;
  }
  if ('bytes' in answer) {
    response.setHeader('content-type', answer.type);
    response.end(answer.bytes);
    return;
  }
  response.setHeader('content-type', 'text/event-stream; charset=utf-8');
  response.flushHeaders();
  for await (const event of answer.events) {
    if (signal.aborted) break;
    // JSON has no line breaks outside of its texts, where they are escaped.
    response.write(`data: ${JSON.stringify(event)}\n\n`);
  }
  response.end();
}

/** Writes why a request failed. What is no error of ours is not told: its message may name anything. */
export function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const isOurs = PluginError.is(error);
  response.statusCode = isOurs ? ((STATUS as Record<string, number>)[error.code] ?? 422) : 500;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  // What is left of the request is not read: the connection ends with it.
  if (!response.req.complete) response.setHeader('connection', 'close');
  response.end(
    JSON.stringify({
      error: isOurs
        ? { code: error.code, message: error.message }
        : { code: 'INTERNAL', message: 'Cannot answer: the studio has a bug' },
    }),
  );
}

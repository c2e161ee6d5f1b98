import type { IncomingMessage } from 'node:http';

import { ConfigNode } from '@testbench/types/config';

import { StudioError } from '../errors.js';

/**
 * Reads the JSON of a body.
 *
 * @throws {StudioError} `STUDIO_TOO_LARGE` beyond `maxBytes`, without reading the rest; `STUDIO_BAD_REQUEST` if it is not JSON in UTF-8, or declares
 *   another type.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<ConfigNode> {
  const { 'content-length': length, 'content-type': type } = request.headers;
  if (Number(length ?? 0) > maxBytes) refuseSize(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  // Stopping early must not close the socket: the answer has not been sent yet.
  const parts = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of parts) {
    size += chunk.length;
    if (size > maxBytes) refuseSize(maxBytes);
    chunks.push(chunk);
  }
  if (size === 0) return new ConfigNode(undefined, 'body');
  // A form on another page can send text/plain without a preflight request.
  if (type?.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    throw new StudioError('STUDIO_BAD_REQUEST', 'Cannot read the body: its type is not JSON');
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    return new ConfigNode(JSON.parse(text), 'body');
  } catch (cause) {
    throw new StudioError('STUDIO_BAD_REQUEST', 'Cannot read the body: it is no JSON', { cause });
  }
}

function refuseSize(maxBytes: number): never {
  throw new StudioError(
    'STUDIO_TOO_LARGE',
    `Cannot read the body: it is larger than ${maxBytes} bytes`,
  );
}

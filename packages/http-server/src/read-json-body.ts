import type { IncomingMessage } from 'node:http';

import { countStructure, parseWireJson } from '@testbench/types';
import { type OptionReaders, readOptions } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';

import { HttpServerError } from './errors.js';

/** What a body may be. */
export interface JsonBodyBounds {
  /** In bytes. */
  readonly maxBytes: number;
  /** Maximum number of commas and opening brackets outside strings: they take time to parse, in addition to the length. @default no maximum */
  readonly maxStructure?: number;
  /** Called with the size of each part as it arrives; it may throw to refuse the rest. @default nothing */
  readonly onBytes?: (bytes: number) => void;
}

const BOUNDS: OptionReaders<JsonBodyBounds> = {
  maxBytes: (node) => node.wholeNumber(0),
  maxStructure: (node) => node.wholeNumber(0),
  onBytes: (node) => node.callback(),
};

/**
 * Reads the JSON of a request's body.
 *
 * It must nest at most 64 levels, and have no unpaired surrogates and no numbers beyond a double.
 *
 * @returns Undefined if there is no body.
 * @throws {ConfigError} For an unknown key or a wrong value among the bounds.
 * @throws {HttpServerError} `HTTP_BODY_TOO_LARGE` without reading the rest; `HTTP_BODY_TYPE` if it does not declare JSON: a form on another page
 *   can send text/plain without a preflight request; `HTTP_BODY_INVALID`.
 *
 * @example
 * ```ts no-run
 * import { createServer } from 'node:http';
 * import { readJsonBody } from '@testbench/http-server';
 *
 * createServer(async (request, response) => {
 *   const body = await readJsonBody(request, { maxBytes: 65_536 });
 *   response.end(JSON.stringify(body));
 * });
 * ```
 */
export async function readJsonBody(
  request: IncomingMessage,
  bounds: JsonBodyBounds,
): Promise<unknown> {
  const { maxBytes, maxStructure, onBytes } = readOptions<JsonBodyBounds>(bounds, BOUNDS, '', [
    'maxBytes',
  ]);
  const { 'content-length': length, 'content-type': type } = request.headers;
  if (Number(length ?? 0) > maxBytes) refuseSize(maxBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  // Stopping early must not close the socket: the answer has not been sent yet.
  const parts = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of parts) {
    size += chunk.length;
    if (size > maxBytes) refuseSize(maxBytes);
    onBytes?.(chunk.length);
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  if (type?.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    throw new HttpServerError('HTTP_BODY_TYPE', 'Cannot read the body: its type is not JSON');
  }
  if (request.headers['content-encoding'] !== undefined) {
    throw new HttpServerError('HTTP_BODY_TYPE', 'Cannot read the body: it is compressed');
  }
  const bytes = Buffer.concat(chunks);
  if (maxStructure !== undefined && countStructure(bytes) > maxStructure) {
    throw new HttpServerError(
      'HTTP_BODY_INVALID',
      `Cannot read the body: it has more than ${maxStructure} values`,
    );
  }
  try {
    return parseWireJson(bytes);
  } catch (cause) {
    if (!PluginError.is(cause)) throw cause;
    throw new HttpServerError('HTTP_BODY_INVALID', `Cannot read the body: ${cause.message}`, {
      cause,
    });
  }
}

function refuseSize(maxBytes: number): never {
  throw new HttpServerError(
    'HTTP_BODY_TOO_LARGE',
    `Cannot read the body: it is larger than ${maxBytes} bytes`,
  );
}

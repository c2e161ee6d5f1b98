import type { IncomingMessage } from 'node:http';

import { HttpServerError, type HttpServerErrorCode, readJsonBody } from '@testbench/http-server';
import { ConfigNode } from '@testbench/types/config';

import { StudioError, type StudioErrorCode } from '../errors.js';

const CODES: Readonly<Partial<Record<HttpServerErrorCode, StudioErrorCode>>> = {
  HTTP_BODY_TOO_LARGE: 'STUDIO_TOO_LARGE',
};

/**
 * Reads the JSON of a body.
 *
 * @throws {StudioError} `STUDIO_TOO_LARGE` beyond `maxBytes`, without reading the rest; `STUDIO_BAD_REQUEST` if it is not JSON in UTF-8, or declares
 *   another type.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<ConfigNode> {
  try {
    return new ConfigNode(await readJsonBody(request, { maxBytes }), 'body');
  } catch (cause) {
    if (!(cause instanceof HttpServerError)) throw cause;
    throw new StudioError(CODES[cause.code] ?? 'STUDIO_BAD_REQUEST', cause.message, { cause });
  }
}

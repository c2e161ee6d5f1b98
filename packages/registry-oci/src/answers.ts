import { parseWireJson } from '@testbench/types';
import { StoreError, type StoreErrorCode } from '@testbench/types/errors';
import type { Dispatcher } from 'undici';

import { MAX_ERROR_BYTES } from './limits.js';

/** A registry's answer; its body has to be read or dropped. */
export interface Answer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: Dispatcher.ResponseData['body'];
  /** URL that it came from, after redirects. */
  readonly url: URL;
}

/** The first value of a header; undefined if it is missing. */
export function headerOf({ headers }: Answer, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The JSON of a body. @throws {StoreError} `STORE_BAD_ANSWER`. */
export function parseAnswer(bytes: Uint8Array, what: string): unknown {
  try {
    return parseWireJson(bytes);
  } catch (cause) {
    throw new StoreError('STORE_BAD_ANSWER', `Cannot ${what}: the answer is not JSON`, { cause });
  }
}

/** Drops the rest of an answer unread. */
export function dropBody(answer: Answer): void {
  // Destroying ends the connection, so that an endless body is not waited for.
  answer.body.on('error', () => {});
  answer.body.destroy();
}

/**
 * Reads a body of at most `maxBytes`.
 *
 * @param what A description, such as `the tags of "exact-match"`.
 * @throws {StoreError} `STORE_TOO_LARGE`; `STORE_UNAVAILABLE` if it is interrupted.
 */
export async function readBody(
  answer: Answer,
  maxBytes: number,
  what: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const said = Number(headerOf(answer, 'content-length') ?? Number.NaN);
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    if (said > maxBytes) throw tooLarge(what, maxBytes);
    for await (const part of answer.body as AsyncIterable<Uint8Array>) {
      length += part.length;
      if (length > maxBytes) throw tooLarge(what, maxBytes);
      parts.push(part);
    }
  } finally {
    dropBody(answer);
  }
  return joinParts(parts, length);
}

export function joinParts(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function tooLarge(what: string, maxBytes: number): StoreError {
  return new StoreError(
    'STORE_TOO_LARGE',
    `Cannot read ${what}: the registry sends more than ${maxBytes} bytes`,
  );
}

/** Makes the error for a rejecting answer; reads the start of its text. */
export async function refusalOf(answer: Answer, what: string): Promise<StoreError> {
  const { status } = answer;
  const words = await readWords(answer);
  const state = `the registry answers ${status}${words === undefined ? '' : ` (${words})`}`;
  return new StoreError(codeOf(status), `Cannot ${what}: ${state}${cureOf(status, answer.url)}`, {
    status,
  });
}

function codeOf(status: number): StoreErrorCode {
  if (status === 401) return 'STORE_UNAUTHORIZED';
  if (status === 403) return 'STORE_FORBIDDEN';
  if (status === 404) return 'STORE_NOT_FOUND';
  if (status === 413) return 'STORE_TOO_LARGE';
  if (status === 429) return 'STORE_RATE_LIMITED';
  return status === 408 || status >= 500 ? 'STORE_UNAVAILABLE' : 'STORE_BAD_ANSWER';
}

function cureOf(status: number, { host }: URL): string {
  return status === 401 ? `; log in to ${host}, such as by docker login` : '';
}

/** @see https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md#error-codes */
async function readWords(answer: Answer): Promise<string | undefined> {
  try {
    const bytes = await readBody(answer, MAX_ERROR_BYTES, 'an error');
    const { errors } = JSON.parse(new TextDecoder().decode(bytes)) as { errors?: unknown };
    const { code, message } = (Array.isArray(errors) ? errors[0] : {}) as Record<string, unknown>;
    const words = [code, message].filter((word) => typeof word === 'string').join(': ');
    return words === '' ? undefined : words.slice(0, 200);
  } catch {
    return undefined;
  }
}

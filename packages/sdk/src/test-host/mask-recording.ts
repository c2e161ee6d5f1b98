import type { HttpTransportRequest } from '@testbench/types';

import { describeRequest } from './http-handler.js';

/** Names of headers and of query parameters that hold credentials. */
const CREDENTIAL = /auth|cookie|key|token|secret|signature|password/i;
/** Shorter values would be found by chance. */
const MIN_SECRET_LENGTH = 8;
const MASK = '***';

/** What a recording tells requests apart by, as it may be written. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

/** The values of a request's credential headers, with and without a scheme such as `Bearer`. */
export function secretsOf({ headers }: HttpTransportRequest): string[] {
  return Object.entries(headers)
    .filter(([name]) => CREDENTIAL.test(name))
    .flatMap(([, value]) => [value, value.slice(value.indexOf(' ') + 1)])
    .filter(({ length }) => length >= MIN_SECRET_LENGTH);
}

/** A request without its headers; credentials in its URL and body are masked. */
export function maskRequest(request: HttpTransportRequest): RecordedRequest {
  const { method, url, body } = describeRequest(request);
  const secrets = secretsOf(request);
  const masked = new URL(url);
  for (const name of new Set(masked.searchParams.keys())) {
    if (CREDENTIAL.test(name)) masked.searchParams.set(name, MASK);
  }
  return { method, url: maskText(masked.href, secrets), body: maskText(body, secrets) };
}

export function maskText(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}

/** Chunks of an answer as they came; but one chunk, masked, if a credential stands in them, which may cross their borders. */
export function maskChunks(
  chunks: readonly Uint8Array[],
  secrets: readonly string[],
): readonly Uint8Array[] {
  const text = Buffer.concat(chunks).toString('latin1');
  const masked = maskText(text, secrets);
  return masked === text ? chunks : [Buffer.from(masked, 'latin1')];
}

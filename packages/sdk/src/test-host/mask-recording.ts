import { SecretMatcher, type Span } from '@testbench/host';
import type { HttpTransportRequest } from '@testbench/types/stores';

import { describeRequest } from './http-handler.js';
import { credentialsIn } from './request-credentials.js';

/** Names of query parameters that hold credentials. */
const PARAMETER = /auth|cookie|key|token|secret|signature|password|credential/i;
/** Names of body fields that do: here a part of a name is less conclusive. */
const FIELD =
  /^(?:.*[_.-])?(?:(?:api|access|private|secret|auth)[_-]?key|authorization|(?:client[_-]?)?secret|pass(?:word|wd|phrase)|(?:[a-z]+[_-]?)?token|signature|credentials?)$/i;
/** A JSON field with a text: its name, the separator, the text. */
const JSON_FIELD = /"((?:[^"\\]|\\.)*)"(\s*:\s*)"((?:[^"\\]|\\.)*)"/g;
/** A shorter credential is masked only as a separate word: its letters occur everywhere. */
const MIN_ANYWHERE = 8;
const MASK = '***';

/** The key that distinguishes requests in a recording, in a form that is safe to write. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

/** Replaces the credentials of one request, in every form that the host also masks. */
export class RecordingMask {
  readonly #matcher: SecretMatcher;
  readonly #short: RegExp | undefined;

  constructor(request: Pick<HttpTransportRequest, 'headers'>) {
    const secrets = credentialsIn(request.headers);
    this.#matcher = new SecretMatcher(secrets.filter(({ length }) => length >= MIN_ANYWHERE));
    const short = secrets.filter(({ length }) => length < MIN_ANYWHERE);
    if (short.length === 0) return;
    const words = short.map((text) => text.replaceAll(/[^A-Za-z0-9]/g, '\\$&'));
    this.#short = new RegExp(`(?<![A-Za-z0-9])(?:${words.join('|')})(?![A-Za-z0-9])`, 'g');
  }

  text(text: string): string {
    const masked = replaceSpans(text, this.#matcher.find(text));
    return this.#short === undefined ? masked : masked.replaceAll(this.#short, MASK);
  }

  /** Chunks of an answer as they came; but a single, masked chunk if they contain a credential, which may cross chunk boundaries. */
  chunks(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
    const text = Buffer.concat(chunks).toString('latin1');
    const masked = this.text(text);
    return masked === text ? chunks : [Buffer.from(masked, 'latin1')];
  }
}

/** A request without its headers; credentials in its URL and body are masked. */
export function maskRequest(request: HttpTransportRequest): RecordedRequest {
  const { method, url, body } = describeRequest(request);
  const mask = new RecordingMask(request);
  const masked = new URL(url);
  for (const name of new Set(masked.searchParams.keys())) {
    if (PARAMETER.test(name)) masked.searchParams.set(name, MASK);
  }
  return { method, url: mask.text(masked.href), body: mask.text(maskFields(request, body)) };
}

/** Masks fields with names of credentials, in a form or else in JSON. */
function maskFields({ headers }: HttpTransportRequest, body: string): string {
  if (/^application\/x-www-form-urlencoded/i.test(headers['content-type'] ?? '')) {
    return body.replaceAll(/([^=&]+)=([^&]*)/g, (field, name: string) =>
      PARAMETER.test(name) ? `${name}=${MASK}` : field,
    );
  }
  return body.replaceAll(JSON_FIELD, (field, name: string, between: string) =>
    FIELD.test(name) ? `"${name}"${between}"${MASK}"` : field,
  );
}

function replaceSpans(text: string, spans: readonly Span[]): string {
  const parts: string[] = [];
  let done = 0;
  for (const { start, end } of spans.toSorted((left, right) => left.start - right.start)) {
    if (end <= done) continue;
    // Two overlapping matches give one mask.
    if (start >= done) parts.push(text.slice(done, start), MASK);
    done = end;
  }
  return parts.length === 0 ? text : `${parts.join('')}${text.slice(done)}`;
}

/** Headers whose values are not credentials; values of all others may be. */
const HARMLESS =
  /^(?:accept|accept-.*|anthropic-(?:beta|version)|cache-control|content-.*|http-referer|idempotency-key|if-.*|last-event-id|openai-beta|pragma|prefer|range|traceparent|tracestate|user-agent|x-amz-(?:content-sha256|date|target)|x-correlation-id|x-goog-api-client|x-ms-client-request-id|x-request-id|x-stainless-.*|x-title)$/;
/** Headers whose short values are credentials too. */
const CREDENTIAL = /auth|cookie|key|token|secret|signature|password|credential/;
const MIN_LENGTH = 8;
/** A shorter value is not a credential. */
const MIN_CREDENTIAL_LENGTH = 4;
/** Words that occur in such headers, and on their own in any JSON. */
const WORDS =
  /^(?:bearer|basic|token|digest|apikey|key|negotiate|aws4-hmac-sha(?:256|512)|auth|auth-int|true|false|null|[0-9]{1,7})$/i;

/**
 * Everything in a request's headers that may be a credential: the value of any header that is not known to be harmless, and
 * each part of it: the text after a scheme (`Bearer …`), after `name=`, in quotes, or in base64 (`Basic …`).
 */
export function credentialsIn(headers: Readonly<Record<string, string>>): string[] {
  const found = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    if (HARMLESS.test(name)) continue;
    const minLength = CREDENTIAL.test(name) ? MIN_CREDENTIAL_LENGTH : MIN_LENGTH;
    for (const part of partsOf(value)) {
      if (part.length >= minLength && /^[\x20-\x7e]+$/.test(part) && !WORDS.test(part))
        found.add(part);
    }
  }
  return [...found];
}

function partsOf(value: string): string[] {
  const parts = [value, value.slice(value.indexOf(' ') + 1)];
  for (const word of value.split(/[\s,;]+/)) {
    const [, assigned] = /^[^=]+=(.+)$/.exec(word) ?? [];
    const bare = (assigned ?? word).replaceAll(/^["']|["']$/g, '');
    parts.push(word, bare, ...bare.split(/[:/]/));
    const decoded = fromBase64(word);
    if (decoded !== undefined) parts.push(decoded, ...decoded.split(':').slice(1));
  }
  return parts;
}

function fromBase64(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/_-]{6,}={0,2}$/.test(text)) return undefined;
  const decoded = Buffer.from(text, 'base64').toString('latin1');
  return /^[\x20-\x7e]+$/.test(decoded) && decoded.includes(':') ? decoded : undefined;
}

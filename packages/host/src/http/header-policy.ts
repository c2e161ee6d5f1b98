import { ConfigNode } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

/**
 * Headers that a plugin may set: those that describe a message, a condition or a caller, and private ones of well-known APIs.
 *
 * Not in the list, so refused: headers that control where a request goes (`Host`), how it is framed (`Content-Length`, `Transfer-Encoding`,
 * `Connection`, `Upgrade`, `Expect`, `TE`, `Trailer`), cookies, headers that make servers assume another sender, host
 * or method (`Forwarded`, `Via`, `X-Forwarded-…`, `X-Real-IP`, …), and `Accept-Encoding`, which the host sets to what it can
 * decode. A host may allow others by name.
 */
const REQUEST_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'api-key',
  'authorization',
  'cache-control',
  'content-language',
  'content-type',
  'http-referer',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'last-event-id',
  'pragma',
  'prefer',
  'range',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-target',
  'x-api-key',
  'x-correlation-id',
  'x-goog-api-client',
  'x-goog-api-key',
  'x-goog-user-project',
  'x-ms-client-request-id',
  'x-request-id',
  'x-title',
]);

/** Families of private headers. */
const REQUEST_PREFIXES: readonly string[] = ['anthropic-', 'helicone-', 'openai-', 'x-stainless-'];

/** Headers that not even a host can allow: they would break the message, or bypass the checks. */
const NEVER: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Headers that are sent to another origin after a redirect: none that could be a credential. */
const ACROSS_ORIGINS: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'content-language',
  'content-type',
  'user-agent',
]);

/** Response headers that concern the connection and not the plugin. There is no cookie jar, so cookies are dropped too. */
const RESPONSE_DROPPED: ReadonlySet<string> = new Set([
  'alt-svc',
  'clear-site-data',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'set-cookie',
  'set-cookie2',
  'strict-transport-security',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** True if a plugin may set this header. @param name In lower case. */
export function mayRequest(name: string): boolean {
  if (REQUEST_HEADERS.has(name)) return true;
  return REQUEST_PREFIXES.some((prefix) => name.startsWith(prefix));
}

/**
 * Checks the additional headers that a host allows.
 *
 * @param path Their path in the options, for messages.
 * @throws {ConfigError} `CONFIG_INVALID` for anything but a lower-case name, or for one that can never be allowed.
 */
export function readAllowedHeaders(
  names: readonly string[] = [],
  path = 'allowedHeaders',
): ReadonlySet<string> {
  const allowed = new ConfigNode(names, path).list().map((node) => {
    const name = node.text();
    if (/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) && !NEVER.has(name)) return name;
    throw new ConfigError(
      'CONFIG_INVALID',
      node.path,
      `Cannot allow header ${JSON.stringify(name)}: it is not a lower-case name, or only the host sets it`,
    );
  });
  return new Set(allowed);
}

/** True if a header is sent when a redirect leads to another origin. @param name In lower case. */
export function maySurviveRedirect(name: string): boolean {
  return ACROSS_ORIGINS.has(name);
}

/** True if a plugin sees this header of a response. @param name In lower case. */
export function mayReceive(name: string): boolean {
  return !RESPONSE_DROPPED.has(name);
}

/**
 * Headers that a plugin may set: what describes a message, a condition or a caller.
 *
 * Not on it, so refused: what says where a request goes (`Host`), how it is framed (`Content-Length`, `Transfer-Encoding`,
 * `Connection`, `Upgrade`, `Expect`, `TE`, `Trailer`), cookies, what a proxy adds (`Forwarded`, `Via`, `Proxy-…`), and
 * `Accept-Encoding`, which the host sets to what it can undo.
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
]);

/** Families of private headers: those of everybody, and those of providers that have no `x-`. */
const REQUEST_PREFIXES: readonly string[] = ['x-', 'anthropic-', 'openai-', 'helicone-'];

/** `x-` headers by which a server lets itself be told another sender, host, path or method. */
const MISLEADING =
  /^x-(forwarded|real-ip|client-ip|cluster-client|original|rewrite|host|http-|method|proxy|amzn-|envoy-|middleware)/;

/** What goes along to another origin after a redirect: nothing that could be a credential. */
const ACROSS_ORIGINS: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'content-language',
  'content-type',
  'user-agent',
]);

/** Of the answer, what concerns the connection and not the plugin. There is no cookie jar, so cookies stay out too. */
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
  return REQUEST_PREFIXES.some((prefix) => name.startsWith(prefix)) && !MISLEADING.test(name);
}

/** True if a header goes along when a redirect leads to another origin. @param name In lower case. */
export function maySurviveRedirect(name: string): boolean {
  return ACROSS_ORIGINS.has(name);
}

/** True if a plugin sees this header of an answer. @param name In lower case. */
export function mayReceive(name: string): boolean {
  return !RESPONSE_DROPPED.has(name);
}

import { HostCode } from '@testbench/types/abi';

import { MAX_URL_BYTES } from '../limits.js';
import { maySurviveRedirect } from './header-policy.js';
import { EffectFailure } from '../effects/effect-failure.js';
import { type HttpMethod, type HttpRequest, parseUrl } from './parse-request.js';

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What is sent on one hop. */
export type Hop = Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>;

/**
 * The next hop; undefined if the response is not a redirect.
 *
 * 303, and 301 and 302 after a POST, continue with GET and without the body, as in browsers. To another origin, only headers that
 * cannot be credentials are sent; the caller must check whether the plugin may go there.
 *
 * @param location The `Location` header.
 * @throws {EffectFailure} Input/output for a location that is not an http or https URL.
 */
export function followRedirect(
  hop: Hop,
  status: number,
  location: string | readonly string[] | undefined,
): Hop | undefined {
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const url =
    typeof location === 'string' && location.length <= MAX_URL_BYTES
      ? parseUrl(location, hop.url)
      : undefined;
  if (url === undefined) throw new EffectFailure(HostCode.inputOutput, 'redirected to no http URL');
  const method = nextMethod(hop.method, status);
  const withoutBody = method !== hop.method;
  const sameOrigin = url.origin === hop.url.origin;
  const headers = new Map(
    [...hop.headers].filter(
      ([name]) =>
        (sameOrigin || maySurviveRedirect(name)) && !(withoutBody && name.startsWith('content-')),
    ),
  );
  return { method, url, headers, body: withoutBody ? undefined : hop.body };
}

function nextMethod(method: HttpMethod, status: number): HttpMethod {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  return method === 'POST' && (status === 301 || status === 302) ? 'GET' : method;
}

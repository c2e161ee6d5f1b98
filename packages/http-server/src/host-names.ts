import type { IncomingHttpHeaders } from 'node:http';

/** True for an address, or the name, that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * True if a `Host` header addresses this machine by a loopback name, with any port.
 *
 * A page of another origin reaches loopback under its own host name, which is then in the header.
 */
export function isLoopbackName(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i.test(host);
}

/**
 * Why a request must not be answered: it came under a name that the server does not have, or from a page of another origin.
 *
 * Any page in a browser can reach a server on loopback. Checking `Host` prevents DNS rebinding, and checking `Origin` prevents requests from other
 * pages.
 *
 * @param isOwn Whether a `Host` header names this server.
 * @returns What is foreign; undefined if nothing is.
 *
 * @example
 * ```ts
 * import { findForeign } from '@testbench/http-server';
 *
 * const isOwn = (host: string) => host === 'localhost:80';
 * findForeign({ host: 'evil.example' }, isOwn); // => 'host'
 * findForeign({ host: 'localhost:80', origin: 'http://evil.example' }, isOwn); // => 'origin'
 * findForeign({ host: 'localhost:80', origin: 'http://localhost:80' }, isOwn); // => undefined
 * ```
 */
export function findForeign(
  { host, origin }: Pick<IncomingHttpHeaders, 'host' | 'origin'>,
  isOwn: (host: string) => boolean,
): 'host' | 'origin' | undefined {
  if (host === undefined || !isOwn(host)) return 'host';
  return origin === undefined || origin === `http://${host}` ? undefined : 'origin';
}

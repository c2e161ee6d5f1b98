import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { findForeign, isSameSecret } from '@testbench/http-server';

import { StudioError } from '../errors.js';

/**
 * Decides which requests are answered: only those from pages of this server, in a browser that has presented the token.
 *
 * A foreign web page can also reach a server on loopback, with the browser's cookies, so neither the address nor the cookie is enough:
 * checking `Host` prevents DNS rebinding; checking `Origin` and `Sec-Fetch-Site` prevents requests from other pages.
 */
export class Gate {
  /** Part of the first URL. */
  readonly token = randomBytes(32).toString('base64url');
  /** Cookies do not distinguish ports: two studios would overwrite each other's. */
  readonly #cookieName: string;
  readonly #secret = randomBytes(32).toString('base64url');
  #launchToken: string | undefined;
  readonly #hosts: ReadonlySet<string>;

  constructor(port: number) {
    this.#cookieName = `testbench-studio-${port}`;
    this.#hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  }

  /** @throws {StudioError} `STUDIO_FOREIGN_ORIGIN` if the request came under another name, or from a page of another origin. */
  checkOrigin(headers: IncomingHttpHeaders, method: string, isData: boolean): void {
    const foreign = findForeign(headers, (host) => this.#hosts.has(host));
    if (foreign === 'host') refuse('the host is another one');
    if (foreign === 'origin') refuse('the page is of another origin');
    // Browsers omit Origin when a page sends GET to its own origin, but send this header.
    const site = headers['sec-fetch-site'];
    const isOwn = headers.origin !== undefined || site === 'same-origin';
    if ((isData || method !== 'GET') && !isOwn) refuse('neither Origin nor Sec-Fetch-Site is own');
    // Another port on loopback is the same site: its pages also send the cookie.
    if (isData && site !== undefined && site !== 'same-origin') refuse('the page is another one');
  }

  /** A single-use token: other users of the machine can see a program's arguments. */
  createLaunchToken(): string {
    this.#launchToken = randomBytes(32).toString('base64url');
    return this.#launchToken;
  }

  /** True for the token of the first URL, and once for the last launch token. */
  isToken(text: string | null): boolean {
    if (text === null) return false;
    if (isSameSecret(text, this.token)) return true;
    if (this.#launchToken === undefined || !isSameSecret(text, this.#launchToken)) return false;
    this.#launchToken = undefined;
    return true;
  }

  /** What the browser keeps instead of the token. */
  get cookie(): string {
    return `${this.#cookieName}=${this.#secret}; HttpOnly; SameSite=Strict; Path=/`;
  }

  /** @throws {StudioError} `STUDIO_NOT_SIGNED_IN` if the cookie is missing or wrong. */
  checkCookie(headers: IncomingHttpHeaders): void {
    const found = (headers.cookie ?? '')
      .split(';')
      .map((pair) => pair.trim())
      .some((pair) => {
        const end = pair.indexOf('=');
        return (
          pair.slice(0, end) === this.#cookieName && isSameSecret(pair.slice(end + 1), this.#secret)
        );
      });
    if (found) return;
    throw new StudioError(
      'STUDIO_NOT_SIGNED_IN',
      'Cannot answer: open the address that the studio printed when it was started',
    );
  }
}

function refuse(state: string): never {
  throw new StudioError('STUDIO_FOREIGN_ORIGIN', `Cannot answer: ${state}`);
}

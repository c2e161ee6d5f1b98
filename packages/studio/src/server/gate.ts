import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

import { StudioError } from '../errors.js';

/**
 * Who may ask: only pages that this server has made, in a browser that was shown the token.
 *
 * A web page of somebody else reaches a server on loopback as well, with the browser's cookies, so that neither the address nor the cookie is enough:
 * `Host` ends DNS rebinding, `Origin` and `Sec-Fetch-Site` end requests of other pages.
 */
export class Gate {
  /** Stands in the first URL. */
  readonly token = randomBytes(32).toString('base64url');
  /** Cookies do not tell ports apart: two studios would overwrite each other's. */
  readonly #cookieName: string;
  readonly #secret = randomBytes(32).toString('base64url');
  #launchToken: string | undefined;
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;

  constructor(port: number) {
    this.#cookieName = `testbench-studio-${port}`;
    const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
    this.#hosts = new Set(hosts);
    this.#origins = new Set(hosts.map((host) => `http://${host}`));
  }

  /** @throws {StudioError} `STUDIO_FOREIGN_ORIGIN` if the request came under another name, or from a page of another origin. */
  checkOrigin(headers: IncomingHttpHeaders, method: string, isData: boolean): void {
    const { host, origin } = headers;
    if (host === undefined || !this.#hosts.has(host)) refuse('the host is another one');
    if (origin !== undefined && (origin !== `http://${host}` || !this.#origins.has(origin))) {
      refuse('the page is of another origin');
    }
    // Browsers leave out Origin where a page asks its own origin with GET, and say so in this one.
    const site = headers['sec-fetch-site'];
    const isOwn = origin !== undefined || site === 'same-origin';
    if ((isData || method !== 'GET') && !isOwn) refuse('neither Origin nor Sec-Fetch-Site is own');
    // Another port of loopback is the same site: its pages send the cookie, too.
    if (isData && site !== undefined && site !== 'same-origin') refuse('the page is another one');
  }

  /** A token for one use: other users of the machine can see what a program is started with. */
  createLaunchToken(): string {
    this.#launchToken = randomBytes(32).toString('base64url');
    return this.#launchToken;
  }

  /** True for the token of the first URL, and once for the last launch token. */
  isToken(text: string | null): boolean {
    if (text === null) return false;
    if (isEqual(text, this.token)) return true;
    if (this.#launchToken === undefined || !isEqual(text, this.#launchToken)) return false;
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
          pair.slice(0, end) === this.#cookieName && isEqual(pair.slice(end + 1), this.#secret)
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

/** Hashes have the same length, which the comparison needs, and its time says nothing of the text. */
function isEqual(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

import type { IncomingHttpHeaders } from 'node:http';

import { findForeign, isLoopbackName, isSameSecret } from '@testbench/http-server';

import { ServeError } from '../errors.js';

/** Decides which requests are let in. */
export class ServerGate {
  readonly #token: string;
  readonly #hosts: ReadonlySet<string>;
  readonly #isLoopback: boolean;

  /**
   * @param isLoopback Whether loopback names are the server's own.
   * @param hosts Further values of `Host`.
   */
  constructor(token: string, isLoopback: boolean, hosts: readonly string[]) {
    this.#token = token;
    this.#isLoopback = isLoopback;
    this.#hosts = new Set(hosts.map((host) => host.toLowerCase()));
  }

  /**
   * A page in a browser is never a client: it cannot be given the token, and gets no headers of CORS.
   *
   * @throws {ServeError} `SERVE_FOREIGN_HOST`, `SERVE_FOREIGN_ORIGIN`.
   */
  checkSource(headers: IncomingHttpHeaders): void {
    const foreign = findForeign(headers, (host) => this.#isOwn(host));
    if (foreign === 'host') {
      throw new ServeError('SERVE_FOREIGN_HOST', 'Cannot answer: the host is another one');
    }
    const site = headers['sec-fetch-site'];
    const isOther = site === 'cross-site' || site === 'same-site';
    if (foreign === 'origin' || isOther) {
      throw new ServeError('SERVE_FOREIGN_ORIGIN', 'Cannot answer: the page is of another origin');
    }
  }

  /** @throws {ServeError} `SERVE_NO_TOKEN`. */
  checkToken({ authorization = '' }: IncomingHttpHeaders): void {
    const given = /^bearer +(\S+)$/i.exec(authorization)?.[1];
    if (given !== undefined && isSameSecret(given, this.#token)) return;
    throw new ServeError(
      'SERVE_NO_TOKEN',
      given === undefined
        ? 'Cannot answer: the header "Authorization: Bearer …" is missing'
        : 'Cannot answer: the token is not of this server',
    );
  }

  #isOwn(host: string): boolean {
    return (this.#isLoopback && isLoopbackName(host)) || this.#hosts.has(host.toLowerCase());
  }
}

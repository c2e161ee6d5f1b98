import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';

import { type OptionReaders, readOptions } from '@testbench/types/config';

import { HttpServerError } from './errors.js';
import { CONNECTION_CHECK_MS } from './limits.js';

/** Bounds of a server: every client is a stranger until it has been checked. */
export interface ServerBounds {
  /** Maximum number of concurrent sockets; further ones are closed at once. */
  readonly maxSockets: number;
  /** Maximum size of a request's headers, in bytes. */
  readonly maxHeaderBytes: number;
  /** Timeout for all headers of a request, in milliseconds. */
  readonly headersTimeoutMs: number;
  /** Timeout for a whole request, with its body, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** How long an idle connection is kept, in milliseconds. */
  readonly keepAliveMs: number;
}

/** Where a server listens, and within which bounds. */
export interface OpenServerOptions extends ServerBounds {
  /** 0 for any free port. */
  readonly port: number;
  /** An address rather than a name: a name could resolve to an address that others can reach. */
  readonly host: string;
  /** Answers a request. */
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
}

const OPTIONS: OptionReaders<OpenServerOptions> = {
  port: (node) => node.wholeNumber(0, 65_535),
  host: (node) => node.text(),
  answer: (node) => node.callback(),
  maxSockets: (node) => node.wholeNumber(1),
  maxHeaderBytes: (node) => node.wholeNumber(1),
  headersTimeoutMs: (node) => node.wholeNumber(1),
  requestTimeoutMs: (node) => node.wholeNumber(1),
  keepAliveMs: (node) => node.wholeNumber(1),
};

/** A listening server. */
export interface OpenedServer {
  readonly server: Server;
  readonly port: number;
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Closes the server and all its connections. Closing it again does nothing. */
  close(): Promise<void>;
}

/**
 * Opens an HTTP server whose sockets, headers and times are bounded.
 *
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 * @throws {HttpServerError} `HTTP_CANNOT_LISTEN`.
 *
 * @example
 * ```ts
 * import { openServer } from '@testbench/http-server';
 *
 * const { url, close } = await openServer({
 *   port: 0,
 *   host: '127.0.0.1',
 *   answer: (_request, response) => void response.end('ok'),
 *   maxSockets: 8,
 *   maxHeaderBytes: 8192,
 *   headersTimeoutMs: 5000,
 *   requestTimeoutMs: 5000,
 *   keepAliveMs: 5000,
 * });
 * await (await fetch(url)).text(); // => 'ok'
 * await close();
 * ```
 */
export async function openServer(given: OpenServerOptions): Promise<OpenedServer> {
  const options = readOptions<OpenServerOptions>(
    given,
    OPTIONS,
    '',
    Object.keys(OPTIONS) as (keyof OpenServerOptions)[],
  );
  const { host, headersTimeoutMs, requestTimeoutMs } = options;
  const server = createServer(
    {
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: options.keepAliveMs,
      connectionsCheckingInterval: Math.min(CONNECTION_CHECK_MS, headersTimeoutMs),
      maxHeaderSize: options.maxHeaderBytes,
    },
    options.answer,
  );
  server.maxConnections = options.maxSockets;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  let closing: Promise<void> | undefined;
  return {
    server,
    port,
    url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`,
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}

async function listen(
  server: Server,
  { port, host }: Pick<OpenServerOptions, 'port' | 'host'>,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const state = cause.code ?? cause.message;
      reject(
        new HttpServerError(
          'HTTP_CANNOT_LISTEN',
          `Cannot listen on port ${port} of ${JSON.stringify(host)}: ${state}`,
          { cause },
        ),
      );
    });
    // Not shared with other processes of a cluster.
    server.listen({ port, host, exclusive: true }, resolve);
  });
}

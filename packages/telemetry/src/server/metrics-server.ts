import type { IncomingMessage, ServerResponse } from 'node:http';

import {
  HttpServerError,
  isLoopback,
  isLoopbackName,
  type OpenedServer,
  openServer,
} from '@testbench/http-server';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { TelemetryError } from '../errors.js';
import { MAX_CONNECTIONS, MAX_HEADER_BYTES, REQUEST_TIMEOUT_MS } from '../limits.js';
import type { MetricsRegistry } from '../prometheus/metrics-registry.js';
import { type ReadyCheck, ReadyChecks } from './ready-checks.js';

/** What is served, and where. */
export interface MetricsServerOptions {
  /** Figures at `/metrics`. */
  readonly registry: MetricsRegistry;
  /** Port to listen on; 0 for any free port. */
  readonly port: number;
  /** Address to listen on. A non-loopback address must be a deliberate choice: anyone who can reach it can read the figures. @default '127.0.0.1' */
  readonly host?: string;
  /** Checks that must pass for work to be taken, by name: a check that throws, or takes longer than 2 s, fails. @default none: ready at once */
  readonly ready?: Readonly<Record<string, ReadyCheck>>;
}

const OPTIONS: OptionReaders<MetricsServerOptions> = {
  registry: (node) => node.implementation<MetricsRegistry>('add', 'text'),
  port: (node) => node.wholeNumber(0, 65_535),
  host: (node) => node.text(),
  ready: (node) => node.object() as Readonly<Record<string, ReadyCheck>>,
};

/** A server for metrics and health. */
export interface MetricsServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Such as `http://127.0.0.1:9464`. */
  readonly url: string;
  /** Signals that no more work is taken: from now on `/readyz` answers 503, and `/healthz` still 200. */
  drain(): void;
  /** Closes the server and its connections. */
  close(): Promise<void>;
}

/**
 * Serves `/metrics` for Prometheus, `/healthz` (the process answers) and `/readyz` (it can take work) over HTTP.
 *
 * It reads only the method and path of a request, takes no bodies, and on loopback answers only requests that address this machine by a loopback
 * name, so that a page in a browser cannot read it through its own host name.
 *
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 * @throws {TelemetryError} `TELEMETRY_PORT_UNUSABLE`.
 *
 * @example
 * ```ts
 * import { MetricsRegistry, startMetricsServer } from '@testbench/telemetry';
 *
 * const server = await startMetricsServer({ registry: new MetricsRegistry(), port: 0 });
 * const response = await fetch(`${server.url}/healthz`);
 * response.status; // => 200
 * await server.close();
 * ```
 */
export async function startMetricsServer(given: MetricsServerOptions): Promise<MetricsServer> {
  const options = readOptions<MetricsServerOptions>(given, OPTIONS, '', ['registry', 'port']);
  const { registry, port, host = '127.0.0.1', ready = {} } = options;
  const checks = new ReadyChecks(ready);
  const isLocal = isLoopback(host);
  const opened = await open(host, port, (request, response) => {
    answer(request, response, { registry, checks, isLocal }).catch(() => response.destroy());
  });
  const { server, port: actual, url } = opened;
  server.on('clientError', (_error, socket) => socket.destroy());
  // A worker with nothing else to do may exit.
  server.unref();
  const close = (): Promise<void> => opened.close();
  return {
    host,
    port: actual,
    url,
    drain: () => checks.drain(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function open(
  host: string,
  port: number,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<OpenedServer> {
  try {
    return await openServer({
      host,
      port,
      answer: listener,
      maxSockets: MAX_CONNECTIONS,
      maxHeaderBytes: MAX_HEADER_BYTES,
      headersTimeoutMs: REQUEST_TIMEOUT_MS,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      keepAliveMs: REQUEST_TIMEOUT_MS,
    });
  } catch (cause) {
    if (!(cause instanceof HttpServerError)) throw cause;
    throw new TelemetryError('TELEMETRY_PORT_UNUSABLE', cause.message, { cause });
  }
}

interface Served {
  readonly registry: MetricsRegistry;
  readonly checks: ReadyChecks;
  readonly isLocal: boolean;
}

const TEXT = 'text/plain; charset=utf-8';
const PROMETHEUS = 'text/plain; version=0.0.4; charset=utf-8';

async function answer(
  { method, url = '', headers }: IncomingMessage,
  response: ServerResponse,
  { registry, checks, isLocal }: Served,
): Promise<void> {
  const send = (status: number, type: string, body: string): void => {
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(method === 'HEAD' ? undefined : body);
  };
  if (isLocal && !isLoopbackName(headers.host ?? '')) return send(421, TEXT, 'not this host\n');
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('allow', 'GET, HEAD');
    return send(405, TEXT, 'only GET\n');
  }
  switch (url.split('?', 1)[0]) {
    case '/metrics':
      return send(200, PROMETHEUS, registry.text());
    case '/healthz':
      return send(200, TEXT, 'ok\n');
    case '/readyz': {
      const failing = await checks.failing();
      if (failing.length === 0) return send(200, TEXT, 'ok\n');
      return send(503, TEXT, failing.map((name) => `${name}: not ready\n`).join(''));
    }
    default:
      return send(404, TEXT, 'no such page\n');
  }
}

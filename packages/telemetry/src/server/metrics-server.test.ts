import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { MAX_HEADER_BYTES } from '../limits.js';
import { MetricsRegistry } from '../prometheus/metrics-registry.js';
import {
  type MetricsServer,
  type MetricsServerOptions,
  startMetricsServer,
} from './metrics-server.js';

const open: MetricsServer[] = [];

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(more: Partial<MetricsServerOptions> = {}): Promise<MetricsServer> {
  const registry = new MetricsRegistry();
  registry.add('testbench.records', 3, {});
  const server = await startMetricsServer({ registry, port: 0, ...more });
  open.push(server);
  return server;
}

async function get(
  { port }: MetricsServer,
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; body: string; type: string | undefined }> {
  return await new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () =>
        resolve({ status: response.statusCode!, body, type: response.headers['content-type'] }),
      );
    });
    asked.on('error', reject).end();
  });
}

describe('startMetricsServer()', () => {
  it('listens on loopback alone, and gives figures as Prometheus reads them', async () => {
    const server = await start();
    expect(server.host).toBe('127.0.0.1');
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect(await get(server, '/metrics')).toEqual({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      body: [
        '# HELP testbench_records_total Records whose rows were made',
        '# TYPE testbench_records_total counter',
        'testbench_records_total 3\n',
      ].join('\n'),
    });
    expect((await get(server, '/healthz')).status).toBe(200);
    expect((await get(server, '/readyz')).status).toBe(200);
  });

  it('is ready only when every check passes, and says no more than which does not', async () => {
    const failing = Promise.reject(new Error('redis://user:password@host'));
    failing.catch(() => {});
    const server = await start({ ready: { redis: () => failing, plugins: async () => {} } });
    expect(await get(server, '/readyz')).toMatchObject({ status: 503, body: 'redis: not ready\n' });
    expect((await get(server, '/healthz')).status).toBe(200);
  });

  it('asks once for all who ask within a second', async () => {
    let asked = 0;
    const server = await start({ ready: { redis: async () => void (asked += 1) } });
    await Promise.all(Array.from({ length: 20 }, () => get(server, '/readyz')));
    await get(server, '/readyz');
    expect(asked).toBe(1);
  });

  it('is not ready while a check does not come back', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const server = await start({ ready: { redis: () => new Promise(() => {}) } });
    const answer = get(server, '/readyz');
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await answer).status).toBe(503);
  });

  it('is not ready once it drains, and alive still', async () => {
    const server = await start();
    server.drain();
    expect(await get(server, '/readyz')).toMatchObject({ status: 503 });
    expect((await get(server, '/healthz')).status).toBe(200);
  });

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '10.0.0.1'])(
    'refuses requests for the host %j',
    async (host) => {
      const server = await start();
      expect((await get(server, '/metrics', { headers: { host } })).status).toBe(421);
    },
  );

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('takes no %s', async (method) => {
    expect((await get(await start(), '/metrics', { method })).status).toBe(405);
  });

  it.each(['/', '/metrics/../../etc/passwd', '//metrics', '/%2e%2e', 'http://x/metrics'])(
    'has no page %s',
    async (path) => {
      expect((await get(await start(), path)).status).toBe(404);
    },
  );

  it('ends connections whose head is too large', async () => {
    const server = await start();
    const asked = get(server, '/metrics', { headers: { x: 'y'.repeat(2 * MAX_HEADER_BYTES) } });
    await expect(asked).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) });
    expect((await get(server, '/healthz')).status).toBe(200);
  });

  it('holds no more sockets than a scraper and probes need', async () => {
    const server = await start();
    const sockets = Array.from({ length: 40 }, () => connect(server.port, '127.0.0.1'));
    const closed = await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<boolean>((resolve) => {
            socket.on('error', () => resolve(true)).on('close', () => resolve(true));
            socket.on('connect', () =>
              socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n'),
            );
            socket.on('data', () => resolve(false));
          }),
      ),
    );
    expect(closed.filter(Boolean).length).toBeGreaterThanOrEqual(8);
    for (const socket of sockets) socket.destroy();
  });

  it('says that a port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(start({ port })).rejects.toMatchObject({
      code: 'TELEMETRY_PORT_UNUSABLE',
      message: `Cannot listen on port ${port} of "127.0.0.1": EADDRINUSE`,
    });
    other.close();
  });
});

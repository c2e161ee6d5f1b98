import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import {
  effectGuest,
  effectProgram,
  effectResults,
  type GuestResult,
  type GuestStep,
} from '@testbench/test-kit/effect-guest';
import { type LoopbackServer, serveBytes, serveHttp } from '@testbench/test-kit/loopback';
import { createMemorySecrets } from '@testbench/host';
import type { LogRecord } from '@testbench/types/abi';
import { afterEach, describe, expect, it } from 'vitest';

import type { PluginManagerOptions } from '../options.js';
import { PluginManager } from '../plugin-manager.js';

const client = effectGuest([
  'host_http_open',
  'host_http_head',
  'host_http_read',
  'host_http_close',
]);

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((item) => item[Symbol.asyncDispose]()));
});

async function serve(server: Promise<LoopbackServer>): Promise<LoopbackServer> {
  const started = await server;
  opened.push(started);
  return started;
}

/** Opens, waits for the head, reads to the end, closes. */
const fetching = (request: object): GuestStep[] => [
  { call: 'host_http_open', args: [JSON.stringify(request)] },
  { call: 'host_http_head', args: [{ resultOf: 0 }, 65_536] },
  { call: 'host_http_read', args: [{ resultOf: 0 }, 65_536], untilEnd: true },
  { call: 'host_http_close', args: [{ resultOf: 0 }] },
];

const head = (result: GuestResult | undefined): unknown => JSON.parse(String(result?.bytes));
const codes = (results: readonly GuestResult[]): number[] => results.map(({ code }) => code);

const fixture = (name: string): string =>
  readFileSync(new URL(`../../../host/src/http/__fixtures__/${name}`, import.meta.url), 'utf8');

describe.each(['inline', 'thread', 'process'] as const)('HTTP, isolation: %s', (isolation) => {
  const logs: LogRecord[] = [];
  const load = async (
    allowedHosts: readonly string[],
    options: PluginManagerOptions = {},
  ): Promise<PluginManager> => {
    logs.length = 0;
    const manager = new PluginManager({
      isolation,
      onLog: (record) => logs.push(record),
      ...options,
    });
    opened.push({ [Symbol.asyncDispose]: () => manager.close() });
    await manager.load(client, { permissions: { network: true, allowedHosts } });
    return manager;
  };

  it('trusts a private authority for the hosts that it is given for', async () => {
    const pem = fixture('signed-localhost.pem');
    const tls = createTlsServer({ key: pem, cert: pem }, (_request, response) => {
      response.end('over TLS');
    });
    await new Promise<void>((resolve) => void tls.listen(0, 'localhost', resolve));
    opened.push({ [Symbol.asyncDispose]: async () => void tls.close() });
    const url = `https://localhost:${(tls.address() as AddressInfo).port}`;
    const ca = fixture('private-authority.pem');
    for (const { hosts, gets } of [
      { hosts: [url], gets: [0, 'over TLS'] },
      { hosts: ['https://localhost'], gets: [-5, ''] },
    ]) {
      const manager = await load([url], { certificateAuthorities: [{ hosts, ca }] });
      const { data } = await manager.execute('guest', { data: effectProgram(fetching({ url })) });
      const [, answer, body] = effectResults(data);
      expect([Math.min(0, answer?.code ?? -1), String(body?.bytes)]).toEqual(gets);
    }
  });
  const run = async (
    manager: PluginManager,
    steps: readonly GuestStep[],
    timeoutMs?: number,
  ): Promise<GuestResult[]> => {
    const { data } = await manager.execute(
      'guest',
      { data: effectProgram(steps) },
      timeoutMs === undefined ? {} : { timeoutMs },
    );
    return effectResults(data);
  };

  it('posts a body and reads the answer', async () => {
    const server = await serve(
      serveHttp((request, response) => {
        response.setHeader('x-method', request.method ?? '');
        response.setHeader('set-cookie', 'a=b');
        request.pipe(response);
      }),
    );
    const manager = await load([server.origin]);
    const url = `${server.origin}/echo?a=1`;
    const [open, answer, first, end, close] = await run(
      manager,
      fetching({ method: 'POST', url, body: 'hé' }),
    );
    expect([open?.code, end?.code, close?.code]).toEqual([1, 0, 0]);
    expect(head(answer)).toMatchObject({ status: 200, url, headers: { 'x-method': 'POST' } });
    expect(head(answer)).not.toHaveProperty('headers.set-cookie');
    expect(String(first?.bytes)).toBe('hé');
    expect(manager.info('guest')?.statistics.hostCalls).toMatchObject({ host_http_read: 2 });
  });

  it('refuses what was not granted, and says so in the log', async () => {
    const server = await serve(serveHttp((_request, response) => response.end('secret')));
    const manager = await load(['api.example.com']);
    expect(codes(await run(manager, fetching({ url: server.origin })))).toEqual([-3, -2, -2, -2]);
    expect(server.accepted()).toBe(0);
    expect(logs.map(({ message }) => message)).toEqual([
      `denied: HTTP request: GET ${server.origin}`,
    ]);
  });

  it('ends a request with its call, and closes what the call left open', async () => {
    const server = await serve(serveHttp((_request, response) => response.write('never ends')));
    const manager = await load([server.origin]);
    const request = JSON.stringify({ url: server.origin });
    await expect(run(manager, fetching({ url: server.origin }), 300)).rejects.toMatchObject({
      code: 'CALL_DEADLINE_EXCEEDED',
      retryable: true,
    });
    await expect.poll(() => server.sockets.size).toBe(0);
    await run(manager, [
      { call: 'host_http_open', args: [request] },
      { call: 'host_http_head', args: [{ resultOf: 0 }, 100] },
    ]);
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('stops waiting when the caller gives up', async () => {
    const server = await serve(serveBytes(() => {}));
    const manager = await load([server.origin]);
    const abort = new AbortController();
    const call = manager.execute(
      'guest',
      { data: effectProgram(fetching({ url: server.origin })) },
      { signal: abort.signal },
    );
    await expect.poll(() => server.accepted()).toBe(1);
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'CALL_CANCELLED' });
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('gives each input of a batch handles and time of its own', async () => {
    const server = await serve(serveHttp((_request, response) => response.end('fine')));
    const manager = await load([server.origin]);
    const open: GuestStep = {
      call: 'host_http_open',
      args: [JSON.stringify({ url: server.origin })],
    };
    const inputs = [
      { data: effectProgram([open]) },
      { data: effectProgram([{ call: 'host_http_head', args: [1, 100] }]) },
      { data: effectProgram([open]) },
    ];
    const results = await manager.executeBatch('guest', inputs);
    expect(
      results.map(
        (result) => result.status === 'fulfilled' && codes(effectResults(result.value.data)),
      ),
    ).toEqual([[1], [-2], [1]]);
  });

  it('fills in a secret for its host and masks it in what comes back', async () => {
    const received: (string | undefined)[] = [];
    const server = await serve(
      serveHttp((request, response) => {
        received.push(request.headers.authorization);
        response.setHeader('x-echo', request.headers.authorization ?? '');
        response.end(`you sent ${request.headers.authorization}`);
      }),
    );
    const secrets = createMemorySecrets({
      KEY: { value: 'sk-very-secret-1', hosts: [server.origin] },
      OTHER: { value: 'sk-very-secret-2', hosts: ['api.example.com'] },
    });
    const manager = await load([server.origin], { secrets });
    const request = (name: string): object => ({
      url: server.origin,
      headers: { authorization: `Bearer \${secret:${name}}` },
    });
    const [, answer, ...parts] = await run(manager, fetching(request('KEY')));
    const body = Buffer.concat(parts.map(({ bytes }) => bytes));
    expect(received).toEqual(['Bearer sk-very-secret-1']);
    expect(head(answer)).toMatchObject({ headers: { 'x-echo': 'Bearer ****************' } });
    expect(String(body)).toBe('you sent Bearer ****************');
    for (const name of ['OTHER', 'NONE']) {
      const results = await run(manager, fetching(request(name)));
      expect(codes(results)).toEqual([1, -3, -3, 0]);
    }
    expect(server.accepted()).toBe(1);
    expect(JSON.stringify(logs)).not.toContain('very-secret');
  });

  it('gives a secret to the plugins that its host named, not to those that say so', async () => {
    const server = await serve(serveHttp((_request, response) => response.end()));
    const secrets = createMemorySecrets({
      KEY: { value: 'sk-very-secret-1', hosts: [server.origin], plugins: ['guest'] },
    });
    const steps = fetching({
      url: server.origin,
      headers: { authorization: '${secret:KEY}' },
    });
    const own = await load([server.origin], { secrets });
    // Only its own metadata says "guest".
    expect(codes(await run(own, steps))).toEqual([1, -3, -3, 0]);
    await own.unload('guest');
    const permissions = { network: true, allowedHosts: [server.origin] };
    await own.load(client, { id: 'guest', permissions });
    expect(codes(await run(own, steps)).slice(0, 1)).toEqual([1]);
    expect(server.accepted()).toBe(1);
  });
});

import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';

import { PermissionSet } from '@testbench/sandbox';
import { serveHttp } from '@testbench/test-kit/loopback';
import { HostCode } from '@testbench/types/abi';
import { afterEach, describe, expect, it } from 'vitest';

import { answerRequest } from './answer-request.js';
import { readAuthorities } from './certificate-authorities.js';
import { createHttpClient, type HttpClientOptions } from './http-client.js';
import { readProxy } from './proxy-settings.js';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((close) => close()));
});

interface Tunnel {
  readonly target: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** A proxy that connects to `port` on this machine, whatever it is asked for. */
async function openProxy(port: number, status = 200): Promise<{ url: string; asked: Tunnel[] }> {
  const asked: Tunnel[] = [];
  const server = createServer();
  server.on('connect', ({ url, headers }, socket, head) => {
    asked.push({ target: url, headers });
    socket.on('error', () => {});
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const target = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
    socket.on('close', () => target.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  opened.push(async () => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function openServer(): Promise<{ port: number; origin: string; accepted(): number }> {
  const server = await serveHttp((request, response) => {
    if (request.url === '/inside') response.writeHead(302, { location: 'http://10.0.0.1/' }).end();
    else response.end(`granted to ${request.headers.host?.split(':')[0]}`);
  });
  opened.push(async () => await server[Symbol.asyncDispose]());
  return server;
}

/** What a plugin gets that is granted these hosts, and what is logged. */
async function ask(
  url: string,
  allowedHosts: readonly string[],
  options: Omit<HttpClientOptions, 'permissions'>,
): Promise<{ body?: string | undefined; code?: number; record?: string | undefined }> {
  const permissions = new PermissionSet({ network: true, allowedHosts });
  const client = createHttpClient({ permissions, ...options });
  opened.push(() => client.close());
  const call = { deadlineMs: performance.now() + 10_000 };
  const { answer, denied, problem } = await answerRequest(client, { url }, call, 1000);
  if ('status' in answer) return { body: answer.body };
  if ('error' in answer) return { code: answer.error.code, record: denied ?? problem };
  return {};
}

describe('a proxy', () => {
  it('is asked for the address that was checked, with its credentials and nothing else', async () => {
    const server = await openServer();
    const { url, asked } = await openProxy(server.port);
    const proxy = readProxy(url.replace('//', '//name:pass%20word@'))!;
    const named = `http://api.example.com:${server.port}`;
    const resolve = async (): Promise<string[]> => ['127.0.0.1'];
    const found = await ask(named, [named, server.origin], { proxy, resolve });
    expect(found).toEqual({ body: 'granted to api.example.com' });
    expect(asked).toMatchObject([
      {
        target: `127.0.0.1:${server.port}`,
        headers: {
          host: `127.0.0.1:${server.port}`,
          'proxy-authorization': `Basic ${Buffer.from('name:pass word').toString('base64')}`,
        },
      },
    ]);
    expect(JSON.stringify(asked)).not.toContain('api.example.com');
  });

  it.each(['10.0.0.1', '169.254.169.254', '127.0.0.1', '::ffff:10.0.0.1'])(
    'is not asked for a granted name that resolves to %s',
    async (address) => {
      const server = await openServer();
      const { url, asked } = await openProxy(server.port);
      const found = await ask('http://api.example.com', ['http://api.example.com'], {
        proxy: readProxy(url)!,
        resolve: async () => [address],
      });
      expect(found).toMatchObject({
        code: HostCode.permissionDenied,
        record: expect.stringContaining('an address that is not granted'),
      });
      expect(asked).toEqual([]);
    },
  );

  it('resolves names itself only where it is told to, and no address', async () => {
    const server = await openServer();
    const { url, asked } = await openProxy(server.port);
    const proxy = readProxy({ url, names: 'proxy' })!;
    const resolve = (): never => expect.unreachable();
    const named = `http://api.example.com:${server.port}`;
    const found = await ask(named, [named], { proxy, resolve });
    expect(found.body).toBe('granted to api.example.com');
    expect(asked.map(({ target }) => target)).toEqual([`api.example.com:${server.port}`]);
    const inside = await ask('http://169.254.169.254/', ['api.example.com'], { proxy, resolve });
    expect(inside.code).toBe(HostCode.permissionDenied);
    const led = await ask(`${named}/inside`, [named], { proxy, resolve });
    expect(led).toMatchObject({
      code: HostCode.permissionDenied,
      record: expect.stringContaining('redirected to GET http://10.0.0.1'),
    });
  });

  it('does not end TLS: the certificate is that of the server', async () => {
    const pem = readFileSync(new URL('__fixtures__/localhost.pem', import.meta.url), 'utf8');
    const server = createTlsServer({ key: pem, cert: pem }, (_request, response) =>
      response.end('over TLS'),
    );
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    opened.push(async () => void server.close());
    const { port } = server.address() as AddressInfo;
    const { url } = await openProxy(port);
    const ca = pem.slice(pem.indexOf('-----BEGIN CERTIFICATE'));
    const resolve = async (): Promise<string[]> => ['127.0.0.1'];
    const proxy = readProxy(url)!;
    for (const [name, expected] of [
      ['localhost', { body: 'over TLS' }],
      ['other.example.com', { code: HostCode.inputOutput }],
    ] as const) {
      const named = `https://${name}:${port}`;
      const hosts = [named, `https://127.0.0.1:${port}`];
      const authorities = readAuthorities([{ hosts: [`${name}:${port}`], ca }]);
      expect(await ask(named, hosts, { proxy, resolve, authorities })).toMatchObject(expected);
    }
  });

  it.each([
    [403, 'the proxy answered 403'],
    [407, 'the proxy answered 407: it wants other credentials'],
  ])('that answers %i is the problem, without its credentials', async (status, problem) => {
    const server = await openServer();
    const { url } = await openProxy(server.port, status);
    const proxy = readProxy(url.replace('//', '//name:secret-word@'))!;
    const { record, code } = await ask(server.origin, [server.origin], { proxy });
    expect(code).toBe(HostCode.inputOutput);
    expect(record).toContain(problem);
    expect(record).not.toContain('secret-word');
    expect(server.accepted()).toBe(0);
  });

  it('that is not there is the problem', async () => {
    const server = await openServer();
    const proxy = readProxy('http://127.0.0.1:1')!;
    const { record } = await ask(server.origin, [server.origin], { proxy });
    expect(record).toContain('the proxy was not reached (ECONNREFUSED)');
    expect(server.accepted()).toBe(0);
  });
});

describe('readProxy()', () => {
  it.each([
    'proxy.example.com',
    'ftp://proxy.example.com',
    'http://proxy.example.com/path',
    'http://proxy.example.com/?secret-word',
    'http://a:%E0%secret-word@proxy.example.com',
    7,
    { url: '' },
  ])('refuses %j, and does not quote it', (given) => {
    expect(() => readProxy(given as never)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path: expect.stringMatching(/^proxy/) }),
    );
    expect(() => readProxy(given as never)).not.toThrow('secret-word');
  });

  it('refuses other ways to resolve names', () => {
    const given = { url: 'http://a.test:1', names: 'both' };
    expect(() => readProxy(given as never)).toThrow('proxy.names');
  });
});

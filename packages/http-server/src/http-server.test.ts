import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';

import { findForeign, isLoopback, isLoopbackName } from './host-names.js';
import { isSameSecret } from './is-same-secret.js';
import { type OpenedServer, openServer } from './open-server.js';
import { type JsonBodyBounds, readJsonBody } from './read-json-body.js';
import { splitTarget } from './split-target.js';

const BOUNDS = {
  maxSockets: 4,
  maxHeaderBytes: 4096,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 5_000,
  keepAliveMs: 5_000,
};
const open: OpenedServer[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(bounds: JsonBodyBounds = { maxBytes: 100 }): Promise<OpenedServer> {
  const server = await openServer({
    ...BOUNDS,
    host: '127.0.0.1',
    port: 0,
    answer(asked, response) {
      readJsonBody(asked, bounds).then(
        (value) => response.end(JSON.stringify({ value })),
        (error: { code: string }) => response.end(error.code),
      );
    },
  });
  open.push(server);
  return server;
}

async function post(
  { port }: OpenedServer,
  body: string | Buffer,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<string> {
  return await new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(text));
    });
    asked.on('error', reject).end(body);
  });
}

describe('openServer()', () => {
  it('says that a port is taken', async () => {
    const { port } = await start();
    const other = openServer({ ...BOUNDS, host: '127.0.0.1', port, answer: () => {} });
    await expect(other).rejects.toMatchObject({
      code: 'HTTP_CANNOT_LISTEN',
      message: `Cannot listen on port ${port} of "127.0.0.1": EADDRINUSE`,
    });
  });

  it('closes once, however often it is asked to', async () => {
    const server = await start();
    await Promise.all([server.close(), server.close()]);
    expect(server.server.listening).toBe(false);
  });
});

describe('readJsonBody()', () => {
  it.each([
    ['{"a":[1]}', '{"value":{"a":[1]}}'],
    ['', '{}'],
  ])('reads %j', async (body, answer) => {
    expect(await post(await start(), body)).toBe(answer);
  });

  it.each([
    ['a body that declares its length', 'x'.repeat(101), {}, 'HTTP_BODY_TOO_LARGE'],
    [
      'one that does not',
      'x'.repeat(101),
      { 'transfer-encoding': 'chunked' },
      'HTTP_BODY_TOO_LARGE',
    ],
    ['half a value', '{"a":', {}, 'HTTP_BODY_INVALID'],
    ['bytes that are no text', Buffer.of(0x22, 0xff, 0x22), {}, 'HTTP_BODY_INVALID'],
    ['too many values', `${'['.repeat(49)}${']'.repeat(49)}`, {}, 'HTTP_BODY_INVALID'],
    ['half of a character', String.raw`"\ud800"`, {}, 'HTTP_BODY_INVALID'],
    ['a form', 'a=1', { 'content-type': 'text/plain' }, 'HTTP_BODY_TYPE'],
    ['a compressed one', '{}', { 'content-encoding': 'gzip' }, 'HTTP_BODY_TYPE'],
  ])('refuses %s', async (_, body, headers, code) => {
    const bounds = { maxBytes: 100, maxStructure: 40 };
    const given = { 'content-type': 'application/json', ...headers };
    expect(await post(await start(bounds), body, given)).toBe(code);
  });

  it('stops where a part is refused', async () => {
    const onBytes = (): never => {
      throw Object.assign(new Error('busy'), { code: 'BUSY' });
    };
    expect(await post(await start({ maxBytes: 100, onBytes }), '{}')).toBe('BUSY');
  });
});

describe('findForeign()', () => {
  const isOwn = (host: string): boolean => host === 'localhost:1';

  it.each([
    [{ host: 'localhost:1' }, undefined],
    [{ host: 'localhost:1', origin: 'http://localhost:1' }, undefined],
    [{}, 'host'],
    [{ host: 'localhost:2', origin: 'http://localhost:2' }, 'host'],
    [{ host: 'localhost:1', origin: 'https://localhost:1' }, 'origin'],
    [{ host: 'localhost:1', origin: 'null' }, 'origin'],
  ])('finds in %j: %s', (headers, foreign) => {
    expect(findForeign(headers, isOwn)).toBe(foreign);
  });
});

describe('isLoopback(), isLoopbackName()', () => {
  it.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])('know %s', (host) => {
    expect(isLoopback(host)).toBe(true);
    expect(isLoopbackName(host === '::1' ? '[::1]:80' : `${host}:80`)).toBe(true);
  });

  it.each(['0.0.0.0', 'evil.example', '127.0.0.1.evil.example', 'localhost.', ''])(
    'do not take %j for one',
    (host) => {
      expect([isLoopback(host), isLoopbackName(host)]).toEqual([false, false]);
    },
  );
});

describe('isSameSecret()', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'b', false],
    ['a', 'aa', false],
    ['', '', true],
  ])('compares %j with %j: %s', (one, other, same) => {
    expect(isSameSecret(one, other)).toBe(same);
  });
});

describe('splitTarget()', () => {
  it.each([
    ['/a/../b?c=1&d', '/a/../b'],
    ['//evil.example/', '//evil.example/'],
    ['http://evil.example/', undefined],
    ['*', undefined],
    [`/${'x'.repeat(4096)}`, undefined],
  ])('finds in %j the path %j', (target, path) => {
    expect(splitTarget(target)?.path).toBe(path);
  });
});

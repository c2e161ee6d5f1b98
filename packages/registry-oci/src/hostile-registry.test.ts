import type { IncomingMessage, ServerResponse } from 'node:http';

import { serveHttp } from '@testbench/test-kit/loopback';
import { type OciRegistry, serveRegistry } from '@testbench/test-kit/oci-registry';
import type { PluginStore, StoredArtifact } from '@testbench/types/stores';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { MACHINE_CLOCK } from './clock.js';
import { openRegistryWith } from './open-registry.js';
import type { RegistryOptions } from './registry-options.js';

const MODULE = new TextEncoder().encode('\0asm\u0001\0\0\0 and more');
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;
let intercept: Intercept = () => false;
let registry: OciRegistry;
let name = '';
let artifact: StoredArtifact;
const pauses: number[] = [];
const open = (options?: RegistryOptions): PluginStore =>
  openRegistryWith(options, { ...MACHINE_CLOCK, pause: async (ms) => void pauses.push(ms) });

beforeAll(async () => {
  registry = await serveRegistry({
    intercept: (request, response) => intercept(request, response),
  });
  name = `${registry.host}/exact-match`;
  artifact = await open().write({
    name,
    version: '1.0.0',
    layers: [{ mediaType: 'application/wasm', bytes: MODULE }],
  });
});
afterAll(() => registry[Symbol.asyncDispose]());
beforeEach(() => {
  intercept = () => false;
  pauses.length = 0;
  registry.seen.length = 0;
});

/** Answers requests whose path contains `part`; at most `times` of them. */
function on(
  part: string,
  answer: (response: ServerResponse, request: IncomingMessage) => void,
  times = Number.POSITIVE_INFINITY,
): void {
  let count = 0;
  intercept = (request, response) => {
    if (request.url?.includes(part) !== true || count >= times) return false;
    count += 1;
    answer(response, request);
    return true;
  };
}

const failure = async (promise: Promise<unknown>): Promise<unknown> =>
  await promise.then(
    (value) => ({ value }),
    (error: unknown) => error,
  );

describe('blobs', () => {
  const read = () => failure(open().read(artifact));

  it.each([
    [
      'other bytes',
      'STORE_DIGEST_MISMATCH',
      (r: ServerResponse) => r.end('x'.repeat(MODULE.length)),
    ],
    [
      'fewer bytes, announced so',
      'STORE_BAD_ANSWER',
      (r: ServerResponse) => r.writeHead(200, { 'content-length': '3' }).end('abc'),
    ],
    [
      'more bytes, announced so',
      'STORE_BAD_ANSWER',
      (r: ServerResponse) => r.end('x'.repeat(9999)),
    ],
    [
      'a wrong place',
      'STORE_BAD_ANSWER',
      (r: ServerResponse) => r.writeHead(206, { 'content-range': 'bytes 5-9/10' }).end('abcde'),
    ],
    ['204', 'STORE_BAD_ANSWER', (r: ServerResponse) => r.writeHead(204).end()],
  ] as const)('refuses %s with %s', async (_, code, answer) => {
    on('/blobs/', answer);
    expect(await read()).toMatchObject({ name: 'StoreError', code });
  });

  it('stops reading a blob without end', async () => {
    let sent = 0;
    on('/blobs/', (response) => {
      const part = Buffer.alloc(65_536);
      response.writeHead(200, { 'transfer-encoding': 'chunked' });
      const more = (): void => {
        sent += part.length;
        if (!response.destroyed) response.write(part, () => setImmediate(more));
      };
      more();
    });
    expect(await read()).toMatchObject({ code: 'STORE_BAD_ANSWER' });
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('goes on where an answer broke off', async () => {
    const half = MODULE.length >> 1;
    on(
      '/blobs/',
      (response) => {
        response.writeHead(200, { 'content-length': String(MODULE.length) });
        response.write(MODULE.subarray(0, half), () => response.destroy());
      },
      1,
    );
    expect(await read()).toEqual({ value: MODULE });
    const ranges = registry.seen.filter(({ url }) => url.includes('/blobs/'));
    expect(ranges.map(({ headers }) => headers.range)).toEqual([
      undefined,
      `bytes=${half}-${MODULE.length - 1}`,
    ]);
  });

  it('begins again where the registry knows no ranges', async () => {
    let times = 0;
    on('/blobs/', (response) => {
      times += 1;
      response.writeHead(200, { 'content-length': String(MODULE.length) });
      if (times === 1) response.write(MODULE.subarray(0, 4), () => response.destroy());
      else response.end(MODULE);
    });
    expect(await read()).toEqual({ value: MODULE });
  });

  it('gives up on answers that break off again and again', async () => {
    on('/blobs/', (response) => response.destroy());
    expect(await read()).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(registry.seen.filter(({ url }) => url.includes('/blobs/'))).toHaveLength(4);
  });
});

describe('statuses', () => {
  it.each([
    [401, 'STORE_UNAUTHORIZED', 1],
    [403, 'STORE_FORBIDDEN', 1],
    [404, 'STORE_NOT_FOUND', 1],
    [418, 'STORE_BAD_ANSWER', 1],
    [429, 'STORE_RATE_LIMITED', 4],
    [500, 'STORE_UNAVAILABLE', 4],
    [503, 'STORE_UNAVAILABLE', 4],
  ])('%i is %s after %i attempts', async (status, code, attempts) => {
    on('/manifests/', (response) => {
      response.writeHead(status).end('{"errors":[{"code":"X","message":"\\u001b[31mred"}]}');
    });
    const error = await failure(open().resolve({ name, version: '1.0.0' }));
    expect(error).toMatchObject({ code, message: expect.not.stringContaining('\u001b') });
    expect(registry.seen).toHaveLength(attempts);
  });

  it('waits as long as Retry-After says', async () => {
    on('/manifests/', (r) => r.writeHead(429, { 'retry-after': '7' }).end(), 2);
    expect((await open().resolve({ name, version: '1.0.0' })).digest).toBe(artifact.digest);
    expect(pauses).toEqual([7000, 7000]);
  });

  it('counts the date of a Retry-After by the clock of the registry', async () => {
    // A year ahead of this machine's clock.
    const theirs = Date.now() + 365 * 86_400_000;
    const [date, later] = [theirs, theirs + 9000].map((time) => new Date(time).toUTCString());
    on('/manifests/', (r) => r.writeHead(503, { date, 'retry-after': later }).end(), 1);
    expect((await open().resolve({ name, version: '1.0.0' })).digest).toBe(artifact.digest);
    expect(pauses).toEqual([9000]);
  });

  it('does not wait for an hour', async () => {
    on('/manifests/', (r) => r.writeHead(503, { 'retry-after': '3600' }).end());
    expect(await failure(open().resolve({ name, version: '1.0.0' }))).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryAfterMs: 3_600_000,
    });
    expect(pauses).toEqual([]);
  });

  it('says that nobody is there', async () => {
    const gone = await serveHttp(() => {});
    await gone[Symbol.asyncDispose]();
    const listing = open().list(`127.0.0.1:${gone.port}/a`);
    expect(await failure(listing)).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('stops waiting when it is told to', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    on('/manifests/', () => controller.abort(reason));
    const resolving = open().resolve({ name, version: '1.0.0' }, { signal: controller.signal });
    expect(await failure(resolving)).toBe(reason);
  });
});

describe('manifests', () => {
  const config = { mediaType: 'a/b', digest: artifactDigest('0'), size: 2 };
  function artifactDigest(digit: string): string {
    return `sha256:${digit.repeat(64)}`;
  }
  const good = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [] as unknown[] };
  const layer = { mediaType: 'application/wasm', digest: artifactDigest('1'), size: 10 };

  it.each<[string, string, unknown]>([
    ['no JSON', 'STORE_INVALID_MANIFEST', '<html>'],
    ['a list', 'STORE_INVALID_MANIFEST', []],
    ['an index', 'STORE_INVALID_MANIFEST', { ...good, manifests: [] }],
    ['another version', 'STORE_INVALID_MANIFEST', { ...good, schemaVersion: 1 }],
    ['another type', 'STORE_INVALID_MANIFEST', { ...good, mediaType: 'text/plain' }],
    [
      'another hash',
      'STORE_INVALID_MANIFEST',
      { ...good, layers: [{ ...layer, digest: 'md5:00' }] },
    ],
    [
      'a path as digest',
      'STORE_INVALID_MANIFEST',
      { ...good, layers: [{ ...layer, digest: 'sha256:../../etc' }] },
    ],
    ['a negative size', 'STORE_INVALID_MANIFEST', { ...good, layers: [{ ...layer, size: -1 }] }],
    ['a fraction', 'STORE_INVALID_MANIFEST', { ...good, layers: [{ ...layer, size: 0.5 }] }],
    ['a huge layer', 'STORE_TOO_LARGE', { ...good, layers: [{ ...layer, size: 2 ** 40 }] }],
    [
      'many layers',
      'STORE_TOO_LARGE',
      { ...good, layers: Array.from({ length: 10_001 }, () => layer) },
    ],
    ['numbers as annotations', 'STORE_INVALID_MANIFEST', { ...good, annotations: { a: 1 } }],
    ['many brackets', 'STORE_TOO_LARGE', `[${'[],'.repeat(1_000_000)}[]]`],
    ['deep brackets', 'STORE_INVALID_MANIFEST', `${'['.repeat(1000)}${']'.repeat(1000)}`],
    ['5 MiB', 'STORE_TOO_LARGE', `{"a":"${'x'.repeat(5 * 1024 * 1024)}"}`],
    [
      'an older version',
      'STORE_INVALID_MANIFEST',
      { ...good, annotations: { 'org.opencontainers.image.version': '0.9.0' } },
    ],
  ])('refuses %s with %s', async (_, code, body) => {
    on('/manifests/', (r) => r.end(typeof body === 'string' ? body : JSON.stringify(body)));
    expect(await failure(open().resolve({ name, version: '1.0.0' }))).toMatchObject({ code });
  });

  it('refuses another manifest than that of the digest, before it is parsed', async () => {
    on('/manifests/', (r) => r.end('{'));
    expect(await failure(open().read(artifact))).toMatchObject({ code: 'STORE_DIGEST_MISMATCH' });
  });

  it('refuses a manifest that is not what the header says', async () => {
    on('/manifests/', (r) => {
      r.writeHead(200, { 'docker-content-digest': artifact.digest }).end(JSON.stringify(good));
    });
    expect(await failure(open().resolve({ name, tag: 'latest' }))).toMatchObject({
      code: 'STORE_DIGEST_MISMATCH',
    });
  });
});

describe('lists', () => {
  it.each<[string, string, (r: ServerResponse, q: IncomingMessage) => void]>([
    [
      'pages in a circle',
      'STORE_BAD_ANSWER',
      (r) =>
        r
          .writeHead(200, { link: '</v2/exact-match/tags/list?n=1000>; rel="next"' })
          .end('{"tags":["1.0.0"]}'),
    ],
    [
      'pages without end',
      'STORE_TOO_LARGE',
      (r, { url = '' }) => r.writeHead(200, { link: `<${url}x>; rel="next"` }).end('{"tags":[]}'),
    ],
    [
      'a page elsewhere',
      'STORE_UNTRUSTED_LOCATION',
      (r) => r.writeHead(200, { link: '<http://169.254.169.254/>; rel="next"' }).end('{"tags":[]}'),
    ],
    ['a huge page', 'STORE_TOO_LARGE', (r) => r.end(`{"tags":["${'x'.repeat(2 * 1024 * 1024)}"]}`)],
    [
      'many tags',
      'STORE_TOO_LARGE',
      (r) => r.end(JSON.stringify({ tags: Array.from({ length: 10_001 }, (_, i) => `${i}`) })),
    ],
    ['tags that are none', 'STORE_BAD_ANSWER', (r) => r.end('{"tags":[1]}')],
    ['no JSON', 'STORE_BAD_ANSWER', (r) => r.end('<html>')],
  ])('refuses %s with %s', async (_, code, answer) => {
    on('/tags/list', answer);
    expect(await failure(open().list(name))).toMatchObject({ code });
  });

  it('refuses more attachments than anybody checks', async () => {
    const entry = { mediaType: MANIFEST, digest: artifact?.digest ?? '', size: 1 };
    const manifests = Array.from({ length: 1001 }, () => ({ ...entry, digest: artifact.digest }));
    on('/referrers/', (r) => {
      r.writeHead(200, { 'content-type': 'application/vnd.oci.image.index.v1+json' });
      r.end(JSON.stringify({ schemaVersion: 2, manifests }));
    });
    expect(await failure(open().referrers(artifact))).toMatchObject({ code: 'STORE_TOO_LARGE' });
  });
});

describe('redirects', () => {
  it('follows to a host that is named, without credentials', async () => {
    const seen: IncomingMessage['headers'][] = [];
    await using storage = await serveHttp((request, response) => {
      seen.push(request.headers);
      response.end(MODULE);
    });
    intercept = (request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
        return true;
      }
      if (request.url?.includes('/blobs/') !== true) return false;
      response.writeHead(307, { location: `${storage.origin}/blob` }).end();
      return true;
    };
    const options = { credentials: () => ({ username: 'ada', password: 'secret' }) };
    const trustedHosts = [`127.0.0.1:${storage.port}`];
    expect(await open({ ...options, trustedHosts }).read(artifact)).toEqual(MODULE);
    expect(seen).toHaveLength(1);
    expect(seen[0]).not.toHaveProperty('authorization');
    // If it is not named, it is a private address like any other.
    expect(await failure(open(options).read(artifact))).toMatchObject({
      code: 'STORE_UNTRUSTED_LOCATION',
    });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['a private address', 'http://10.0.0.1/', 'STORE_UNTRUSTED_LOCATION'],
    ['the metadata service', 'http://169.254.169.254/latest', 'STORE_UNTRUSTED_LOCATION'],
    ['loopback by another name', 'http://[::ffff:127.0.0.1]/', 'STORE_UNTRUSTED_LOCATION'],
    ['a name of loopback', 'http://localhost/', 'STORE_UNTRUSTED_LOCATION'],
    ['a file', 'file:///etc/passwd', 'STORE_UNTRUSTED_LOCATION'],
    ['a place with a password', 'https://a:b@example.com/', 'STORE_UNTRUSTED_LOCATION'],
    ['itself', undefined, 'STORE_UNTRUSTED_LOCATION'],
    ['nowhere', '', 'STORE_BAD_ANSWER'],
    ['no address', 'http://[', 'STORE_BAD_ANSWER'],
  ])('does not follow to %s', async (_, location, code) => {
    on('/blobs/', (response, { url }) => {
      const headers = location === '' ? {} : { location: location ?? url ?? '' };
      response.writeHead(302, headers).end();
    });
    expect(await failure(open().read(artifact))).toMatchObject({ code });
  });

  it('sends nothing elsewhere that is written', async () => {
    on('/blobs/uploads/', (r) => r.writeHead(202, { location: 'http://127.0.0.1:1/up' }).end());
    const layers = [{ mediaType: 'a/b', bytes: new TextEncoder().encode('new') }];
    expect(await failure(open().write({ name, layers }))).toMatchObject({
      code: 'STORE_UNTRUSTED_LOCATION',
    });
  });
});

describe('logging in', () => {
  const credentials = () => ({ username: 'ada', password: 'secret' });
  const challenge = (header: string): void => {
    intercept = (request, response) => {
      if (request.headers.authorization?.startsWith('Bearer t') === true) return false;
      if (request.url?.startsWith('/token') === true) {
        response.end('{"token":"t"}');
        return true;
      }
      response.writeHead(401, { 'www-authenticate': header }).end();
      return true;
    };
  };

  it('asks the registry itself for a token, for this name alone', async () => {
    challenge(`Bearer realm="${registry.origin}/token",service="s",scope="repository:other:push"`);
    expect(await open({ credentials }).list(name)).toEqual(['1.0.0']);
    const asked = registry.seen.filter(({ url }) => url.startsWith('/token'));
    expect(asked).toEqual([
      expect.objectContaining({
        url: '/token?service=s&scope=repository%3Aexact-match%3Apull',
        headers: expect.objectContaining({ authorization: expect.stringMatching(/^Basic /) }),
      }),
    ]);
  });

  it.each([
    ['a private address', 'http://10.0.0.1/token'],
    ['the metadata service', 'http://169.254.169.254/'],
    ['another host', 'https://evil.example/token'],
    ['another port', 'http://127.0.0.1:1/token'],
    ['a look-alike', 'https://auth.docker.io.evil.example/token'],
    ['a place with a password', 'http://a:b@127.0.0.1/token'],
  ])('gives no password to a realm at %s', async (_, realm) => {
    challenge(`Bearer realm="${realm}",service="s"`);
    expect(await failure(open({ credentials }).list(name))).toMatchObject({
      code: 'STORE_UNTRUSTED_LOCATION',
    });
    expect(registry.seen).toHaveLength(1);
  });

  it.each(['Bearer', 'Bearer realm="file:///etc/passwd"', 'Bearer realm="", Basic'])(
    'refuses the challenge %j',
    async (header) => {
      challenge(header);
      expect(await failure(open({ credentials }).list(name))).toMatchObject({
        code: 'STORE_BAD_ANSWER',
      });
    },
  );

  it.each([
    ['no JSON', '<html>'],
    ['no token', '{}'],
    ['a token that breaks the header', '{"token":"a\\r\\nx: y"}'],
    ['a huge answer', `{"token":"${'x'.repeat(100_000)}"}`],
  ])('refuses a token service that answers %s', async (_, body) => {
    intercept = (request, response) => {
      if (request.url?.startsWith('/token') === true) response.end(body);
      else {
        response.writeHead(401, { 'www-authenticate': `Bearer realm="${registry.origin}/token"` });
        response.end();
      }
      return true;
    };
    expect(await failure(open().list(name))).toMatchObject({
      code: expect.stringMatching(/^STORE_(?:BAD_ANSWER|TOO_LARGE)$/),
    });
  });

  it('does not ask again and again', async () => {
    intercept = (_, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      return true;
    };
    expect(await failure(open({ credentials }).list(name))).toMatchObject({
      code: 'STORE_UNAUTHORIZED',
    });
    expect(registry.seen).toHaveLength(2);
  });
});

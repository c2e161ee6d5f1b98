import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openLayoutStore } from '@testbench/registry/stores';
import { testPluginStore } from '@testbench/test-kit/contracts';
import {
  createAuthority,
  type DockerRegistry,
  hasCommand,
  startDockerRegistry,
  type TestAuthority,
} from '@testbench/test-kit/docker-registry';
import type { NewArtifact, PluginStore } from '@testbench/types/stores';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { prefixedStore } from './__fixtures__/prefixed-store.js';
import { openRegistry } from './open-registry.js';

// Installed by .ci/run: apt-get install docker-registry skopeo apache2-utils openssl
const hasRegistry = hasCommand('docker-registry') && hasCommand('openssl', 'version');
const hasSkopeo = hasRegistry && hasCommand('skopeo');
const NOTE = hasRegistry ? '' : ' (skipped: docker-registry and openssl are not installed)';
const SKOPEO_NOTE = hasSkopeo ? '' : ' (skipped: docker-registry or skopeo is not installed)';

const folder = mkdtempSync(join(tmpdir(), 'testbench-docker-'));
const running: DockerRegistry[] = [];
afterAll(async () => {
  for (const registry of running) await registry[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});
const start = async (options?: Parameters<typeof startDockerRegistry>[0]): Promise<string> => {
  const registry = await startDockerRegistry(options);
  running.push(registry);
  return registry.host;
};

const module = new TextEncoder().encode('\0asm\u0001\0\0\0');
const plugin = (name: string, version = '1.0.0'): NewArtifact => ({
  name,
  version,
  config: {
    mediaType: 'application/vnd.wasm.config.v0+json',
    bytes: new TextEncoder().encode('{"architecture":"wasm","os":"wasip1"}'),
  },
  layers: [{ mediaType: 'application/wasm', bytes: module }],
});

describe.skipIf(!hasRegistry)(`Debian's docker-registry${NOTE}`, () => {
  let host = '';
  beforeAll(async () => {
    host = await start();
  });
  const prefixes = new Map<PluginStore, string>();
  let opened = 0;
  const open = (prefix: string): PluginStore => {
    const store = prefixedStore(openRegistry(), `${host}/${prefix}`);
    prefixes.set(store, prefix);
    return store;
  };
  testPluginStore('docker-registry', {
    open: () => open(`s${(opened += 1)}`),
    reopen: (store) => open(prefixes.get(store)!),
  });

  it('takes a blob in chunks, and tells how far it has come', async () => {
    const store = openRegistry();
    const bytes = new Uint8Array(20 * 1024 * 1024).fill(7);
    const seen: number[] = [];
    const name = `${host}/large`;
    const layers = [{ mediaType: 'application/octet-stream', bytes }];
    const artifact = await store.write(
      { name, layers },
      {
        onProgress: ({ transferredBytes, totalBytes }) =>
          totalBytes === bytes.length && seen.push(transferredBytes),
      },
    );
    expect(seen).toEqual([8, 16, 20, 20].map((size) => size * 1024 * 1024));
    const fetched: number[] = [];
    const read = await store.read(artifact, {
      onProgress: ({ transferredBytes }) => fetched.push(transferredBytes),
    });
    expect(createHash('sha256').update(read).digest()).toEqual(
      createHash('sha256').update(bytes).digest(),
    );
    expect(fetched.at(-1)).toBe(bytes.length);
  });
});

describe.skipIf(!hasSkopeo)(`skopeo, the second reader${SKOPEO_NOTE}`, () => {
  let host = '';
  const layout = join(folder, 'layout');
  const skopeo = (...args: string[]): string => execFileSync('skopeo', args, { encoding: 'utf8' });
  const policy = '--insecure-policy';
  beforeAll(async () => {
    host = await start();
  });

  it('reads the layout on disk that we write, and copies it into a registry from which we read it', async () => {
    const written = await openLayoutStore(layout).write(plugin('exact-match', '1.2.0'));
    const raw = skopeo('inspect', '--raw', `oci:${layout}:exact-match:1.2.0`);
    expect(`sha256:${createHash('sha256').update(raw).digest('hex')}`).toBe(written.digest);
    skopeo(
      policy,
      'copy',
      '--preserve-digests',
      '--dest-tls-verify=false',
      `oci:${layout}:exact-match:1.2.0`,
      `docker://${host}/copied:1.2.0`,
    );
    const copied = await openRegistry().resolve({ name: `${host}/copied`, version: '1.2.0' });
    expect(copied.digest).toBe(written.digest);
    expect(await openRegistry().read(copied)).toEqual(module);
  });

  it('reads what we push, and writes a layout that we read', async () => {
    const name = `${host}/team/pushed`;
    const written = await openRegistry().write(plugin(name, '2.0.0'));
    const tags = JSON.parse(skopeo('list-tags', '--tls-verify=false', `docker://${name}`));
    expect(tags.Tags).toEqual(['2.0.0']);
    skopeo(
      policy,
      'copy',
      '--preserve-digests',
      '--src-tls-verify=false',
      `docker://${name}:2.0.0`,
      `oci:${join(folder, 'theirs')}:team/pushed:2.0.0`,
    );
    const store = openLayoutStore(join(folder, 'theirs'));
    expect(await store.list('team/pushed')).toEqual(['2.0.0']);
    const found = await store.resolve({ name: 'team/pushed', version: '2.0.0' });
    expect(found.digest).toBe(written.digest);
    expect(await store.read(found)).toEqual(module);
    // Into the layout that skopeo created.
    await store.write(plugin('team/pushed', '2.0.1'));
    expect(await store.list('team/pushed')).toEqual(['2.0.1', '2.0.0']);
    skopeo('inspect', '--raw', `oci:${join(folder, 'theirs')}:team/pushed:2.0.0`);
  });
});

describe.skipIf(!hasRegistry)(`docker-registry with TLS${NOTE}`, () => {
  let authority: TestAuthority;
  let ca = '';
  beforeAll(() => {
    authority = createAuthority(folder);
    ca = readFileSync(authority.ca, 'utf8');
  });
  const authoritiesOf = (...hosts: string[]) => [{ hosts, ca }];

  it.skipIf(!hasCommand('htpasswd'))(
    'takes a name and a password, and says who is not trusted',
    async () => {
      const login = { username: 'ada', password: 'correct horse' };
      const host = await start({ authority, login });
      const certificateAuthorities = authoritiesOf(`https://${host}`);
      const name = `${host}/exact-match`;
      const store = openRegistry({ certificateAuthorities, credentials: () => login });
      const { digest } = await store.write(plugin(name));
      expect(await store.read({ name, digest })).toEqual(module);

      const refused = async (other: PluginStore): Promise<unknown> =>
        await other.list(name).catch((error: unknown) => error);
      const wrong = { ...login, password: 'wrong' };
      for (const credentials of [() => undefined, () => wrong]) {
        expect(await refused(openRegistry({ certificateAuthorities, credentials }))).toMatchObject({
          code: 'STORE_UNAUTHORIZED',
          status: 401,
          message: expect.not.stringContaining('wrong'),
        });
      }
      expect(await refused(openRegistry({ plainHttp: [] }))).toMatchObject({
        code: 'STORE_UNAVAILABLE',
        message: expect.stringMatching(/its certificate is not trusted/),
      });
    },
  );

  it('takes tokens of a service that is named', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const scopes: string[] = [];
    const server = createServer(
      { cert: readFileSync(authority.certificate), key: readFileSync(authority.key) },
      (request, response) => {
        const url = new URL(request.url ?? '', 'https://token');
        const [, name, actions = ''] = (url.searchParams.get('scope') ?? '').split(':');
        scopes.push(`${request.headers.authorization} ${url.searchParams.get('scope')}`);
        const now = Math.floor(Date.now() / 1000);
        const claims = {
          iss: 'tests',
          sub: 'ada',
          aud: 'registry',
          jti: String(scopes.length),
          nbf: now - 60,
          iat: now - 60,
          exp: now + 300,
          access: [{ type: 'repository', name, actions: actions.split(',') }],
        };
        response.end(JSON.stringify({ token: jwt(claims), expires_in: 300 }));
      },
    );
    const encode = (value: object): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url');
    // The server's certificate signs the tokens too.
    const key = readFileSync(authority.key, 'utf8');
    const x5c = [readFileSync(authority.certificate, 'utf8').replace(/-----[^-]+-----|\s/g, '')];
    const jwt = (claims: object): string => {
      const text = `${encode({ typ: 'JWT', alg: 'ES256', x5c })}.${encode(claims)}`;
      const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
      return `${text}.${signature.toString('base64url')}`;
    };
    void privateKey;
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      const realm = `https://127.0.0.1:${port}/token`;
      const token = { realm, service: 'registry', issuer: 'tests', certificate: authority.ca };
      const host = await start({ authority, token });
      const name = `${host}/exact-match`;
      const certificateAuthorities = authoritiesOf(`https://${host}`, `https://127.0.0.1:${port}`);
      const credentials = () => ({ username: 'ada', password: 'secret' });
      const trustedHosts = [`127.0.0.1:${port}`];
      const store = openRegistry({ certificateAuthorities, credentials, trustedHosts });
      const { digest } = await store.write(plugin(name));
      expect(await store.read({ name, digest })).toEqual(module);
      const basic = `Basic ${Buffer.from('ada:secret').toString('base64')}`;
      expect(scopes).toEqual([
        `${basic} repository:exact-match:pull,push`,
        `${basic} repository:exact-match:pull`,
      ]);
      await expect(
        openRegistry({ certificateAuthorities, credentials }).list(name),
      ).rejects.toMatchObject({
        code: 'STORE_UNTRUSTED_LOCATION',
        message: expect.stringContaining(`https://127.0.0.1:${port}`),
      });
      expect(scopes).toHaveLength(2);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

import type { IncomingMessage, ServerResponse } from 'node:http';

import { listRepositories, openRegistry, type RegistryOptions } from '@testbench/registry-oci';
import { createMemoryStore, openCachedStore, openLayoutStore } from '@testbench/registry/stores';
import { serveProxy } from '@testbench/test-kit/http-proxy';
import { type OciRegistry, serveRegistry } from '@testbench/test-kit/oci-registry';
import { PluginError } from '@testbench/types/errors';
import type { PluginStore, StoredArtifact } from '@testbench/types/stores';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Attack, insist } from '../attack.ts';

const MODULE = new TextEncoder().encode('\0asm\u0001\0\0\0');
const MiB = 2 ** 20;
/** How much a process may grow while a registry lies to it. */
const MOST_GROWTH_BYTES = 256 * MiB;

/** What an attack on the registry client can use. */
interface RegistryScene {
  readonly registry: OciRegistry;
  /** A plugin that was pushed before the registry became hostile. */
  readonly artifact: StoredArtifact;
  readonly open: (options?: RegistryOptions) => PluginStore;
}

type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  registry: OciRegistry,
) => boolean;

/** Plays a registry that answers arbitrarily after a good plugin was pushed. */
async function withRegistry<Result>(
  hostile: Answer,
  use: (scene: RegistryScene) => Promise<Result>,
): Promise<Result> {
  let isHostile = false;
  await using registry = await serveRegistry({
    intercept: (...given) => isHostile && hostile(...given),
  });
  const open = (options?: RegistryOptions): PluginStore => openRegistry(options);
  const layers = [{ mediaType: 'application/wasm', bytes: MODULE }];
  const name = `${registry.host}/exact-match`;
  const artifact = await open().write({ name, version: '1.0.0', layers });
  isHostile = true;
  return await use({ registry, artifact, open });
}

/** Insists that something fails with one of these codes. */
async function insistRefused(
  attempt: Promise<unknown>,
  ...codes: readonly string[]
): Promise<string> {
  const code = await attempt.then(
    () => 'nothing',
    (error: unknown) => (PluginError.is(error) ? error.code : String(error)),
  );
  insist(codes.includes(code), `it gave ${code}, not ${codes.join(' or ')}`);
  return code;
}

/** One attack on the client: the registry's answers, the action, and the error it must be refused with. */
function refused(
  row: number,
  name: string,
  hostile: Answer,
  attempt: (scene: RegistryScene) => Promise<unknown>,
  ...codes: readonly string[]
): Attack {
  return {
    row,
    name,
    modes: ['host'],
    run: () =>
      withRegistry(hostile, async (scene) => {
        const before = process.memoryUsage.rss();
        const code = await insistRefused(attempt(scene), ...codes);
        const grown = process.memoryUsage.rss() - before;
        insist(grown < MOST_GROWTH_BYTES, `it took ${Math.round(grown / MiB)} MiB`);
        return code;
      }),
  };
}

const on =
  (part: string, answer: (response: ServerResponse, request: IncomingMessage) => void): Answer =>
  (request, response) => {
    if (request.url?.includes(part) !== true) return false;
    answer(response, request);
    return true;
  };

const readModule = ({ open, artifact }: RegistryScene): Promise<unknown> => open().read(artifact);
const resolveVersion = ({ open, artifact: { name } }: RegistryScene): Promise<unknown> =>
  open().resolve({ name, version: '1.0.0' });
const list = ({ open, artifact: { name } }: RegistryScene): Promise<unknown> => open().list(name);

const listNames = ({ registry: { host } }: RegistryScene): Promise<unknown> =>
  listRepositories({ host });

/** Sends as long as there is a reader. */
function sendForEver(response: ServerResponse): void {
  const part = Buffer.alloc(65_536, 0x20);
  const more = (): void => {
    if (!response.destroyed) response.write(part, () => setImmediate(more));
  };
  response.writeHead(200);
  more();
}

const secret = 'Basic';
const credentials = () => ({ username: 'ada', password: 'secret' });

/** Rows 85, 86, 90, 92, 93 and 94: what a registry can do to its client. */
export const hostileRegistry: readonly Attack[] = [
  refused(
    85,
    'another module under the same digest',
    on('/blobs/', (r) => r.end('\0asm\u0002\0\0\0')),
    readModule,
    'STORE_DIGEST_MISMATCH',
  ),
  refused(
    85,
    'another manifest under the same digest',
    on('/manifests/', (r) => r.end('{"schemaVersion":2}')),
    readModule,
    'STORE_DIGEST_MISMATCH',
  ),
  refused(
    85,
    'a manifest that is no JSON, under the same digest',
    on('/manifests/', (r) => r.end('[[[')),
    readModule,
    'STORE_DIGEST_MISMATCH',
  ),
  {
    row: 85,
    name: 'a blob that was changed on the disk',
    modes: ['host'],
    async run() {
      const folder = await mkdtemp(join(tmpdir(), 'testbench-attack-'));
      try {
        const store = openLayoutStore(folder);
        const plugin = {
          name: 'a',
          version: '1.0.0',
          layers: [{ mediaType: 'application/wasm', bytes: MODULE }],
        };
        const artifact = await store.write(plugin);
        const hex = artifact.moduleDigest!.slice('sha256:'.length);
        await writeFile(join(folder, 'blobs/sha256', hex), '\0asm\u0002\0\0\0');
        const code = await insistRefused(store.read(artifact), 'STORE_DIGEST_MISMATCH');
        await store.write(plugin);
        insist(Buffer.from(MODULE).equals(await store.read(artifact)), 'it was not repaired');
        return `${code}, and repaired`;
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  },
  {
    row: 85,
    name: 'a file of the cache that was changed',
    modes: ['host'],
    run: () =>
      withRegistry(
        () => false,
        async ({ open, artifact }) => {
          const folder = await mkdtemp(join(tmpdir(), 'testbench-attack-'));
          try {
            const repairs: string[] = [];
            const store = openCachedStore(open(), folder, (path) => repairs.push(path));
            await store.read(artifact);
            for (const digest of [artifact.digest, artifact.moduleDigest!]) {
              await writeFile(store.pathOf(digest), '\0asm\u0002\0\0\0');
            }
            const bytes = await store.read(artifact);
            insist(Buffer.from(MODULE).equals(bytes), 'the changed file was taken');
            insist(repairs.length === 2, `${repairs.length} files were told`);
            return 'both files were told and fetched again';
          } finally {
            await rm(folder, { recursive: true });
          }
        },
      ),
  },
  {
    row: 86,
    name: 'a tag that is moved',
    modes: ['host'],
    run: () =>
      withRegistry(
        () => false,
        async ({ registry, artifact, open }) => {
          const layers = [
            { mediaType: 'application/wasm', bytes: new TextEncoder().encode('\0asm') },
          ];
          const other = await open().write({ name: artifact.name, layers });
          registry.tags.set('exact-match:1.0.0', other.digest);
          const bytes = await open().read(artifact);
          insist(Buffer.from(MODULE).equals(bytes), 'the digest gives other bytes');
          const { digest } = await open().resolve({ name: artifact.name, version: '1.0.0' });
          insist(digest === other.digest, 'the tag still means the old manifest');
          return 'what was pinned by digest stays; the tag means another digest';
        },
      ),
  },
  {
    row: 86,
    name: 'a version that is published again with other content',
    modes: ['host'],
    run: () =>
      withRegistry(
        () => false,
        ({ artifact: { name }, open }) =>
          insistRefused(
            open().write({
              name,
              version: '1.0.0',
              layers: [{ mediaType: 'application/wasm', bytes: new Uint8Array(9) }],
            }),
            'STORE_EXISTS',
          ),
      ),
  },
  refused(
    86,
    'an old version under a new tag',
    (_request, _response, registry) => {
      const [digest] = registry.tags.values();
      registry.tags.set('exact-match:9.0.0', digest!);
      return false;
    },
    ({ open, artifact: { name } }) => open().resolve({ name, version: '9.0.0' }),
    'STORE_INVALID_MANIFEST',
  ),
  {
    row: 90,
    name: 'an artifact of several layers in place of a module',
    modes: ['host'],
    async run() {
      const store = createMemoryStore();
      const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', bytes: MODULE };
      const several = await store.write({ name: 'a', version: '1.0.0', layers: [layer, layer] });
      insist(several.moduleDigest === undefined, 'it has a module');
      const archive = await store.write({ name: 'a', version: '1.0.1', layers: [layer] });
      insist(archive.moduleDigest === undefined, 'an archive counts as a module');
      const bytes = await store.read(archive);
      insist(Buffer.from(MODULE).equals(bytes), 'something was unpacked');
      return await insistRefused(store.read(several), 'STORE_INVALID_MANIFEST');
    },
  },
  refused(
    90,
    'an index in place of a manifest',
    on('/manifests/', (r) => r.end('{"schemaVersion":2,"manifests":[]}')),
    resolveVersion,
    'STORE_INVALID_MANIFEST',
  ),
  refused(
    90,
    'a document that is index and manifest',
    on('/manifests/', (r) => r.end('{"schemaVersion":2,"manifests":[],"layers":[],"config":{}}')),
    resolveVersion,
    'STORE_INVALID_MANIFEST',
  ),
  refused(
    92,
    'a manifest of brackets',
    on('/manifests/', (r) => r.end('['.repeat(2 * MiB))),
    resolveVersion,
    'STORE_TOO_LARGE',
  ),
  refused(
    92,
    'a manifest that nests deeply',
    on('/manifests/', (r) => r.end(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`)),
    resolveVersion,
    'STORE_INVALID_MANIFEST',
  ),
  refused(
    92,
    'a manifest without end',
    on('/manifests/', sendForEver),
    resolveVersion,
    'STORE_TOO_LARGE',
  ),
  refused(92, 'tags without end', on('/tags/', sendForEver), list, 'STORE_TOO_LARGE'),
  refused(
    92,
    'pages of tags in a circle',
    on('/tags/', (r, { url = '' }) =>
      r.writeHead(200, { link: `<${url}>; rel="next"` }).end('{"tags":[]}'),
    ),
    list,
    'STORE_BAD_ANSWER',
  ),
  refused(92, 'names without end', on('/_catalog', sendForEver), listNames, 'STORE_TOO_LARGE'),
  refused(
    92,
    'names that go on at another host',
    on('/_catalog', (r) =>
      r
        .writeHead(200, { link: '<http://169.254.169.254/>; rel="next"' })
        .end('{"repositories":[]}'),
    ),
    listNames,
    'STORE_UNTRUSTED_LOCATION',
  ),
  refused(
    93,
    'a redirect where a proxy hides addresses',
    on('/blobs/', (r) => r.writeHead(307, { location: 'https://storage.example/' }).end()),
    async ({ artifact }) => {
      await using proxy = await serveProxy();
      return await openRegistry({ proxy: `http://127.0.0.1:${proxy.port}` }).read(artifact);
    },
    'STORE_UNTRUSTED_LOCATION',
  ),
  refused(
    92,
    'pages of tags without end',
    on('/tags/', (r, { url = '' }) =>
      r.writeHead(200, { link: `<${url}x>; rel="next"` }).end('{"tags":[]}'),
    ),
    list,
    'STORE_TOO_LARGE',
  ),
  {
    row: 92,
    name: 'a list of what is attached that contains itself',
    modes: ['host'],
    run: () =>
      withRegistry(
        on('/referrers/', (response, { url = '' }) => {
          response.writeHead(200, { 'content-type': 'application/vnd.oci.image.index.v1+json' });
          const digest = url.split('/').at(-1);
          const mediaType = 'application/vnd.oci.image.index.v1+json';
          response.end(
            JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType, digest, size: 9 }] }),
          );
        }),
        async ({ open, artifact }) => {
          const found = await open().referrers(artifact);
          insist(found.length === 0, 'a list within the list was taken');
          return 'lists within lists are not followed';
        },
      ),
  },
  refused(93, 'a blob without end', on('/blobs/', sendForEver), readModule, 'STORE_BAD_ANSWER'),
  refused(
    93,
    'a blob of a terabyte',
    on('/manifests/', (r) => {
      const layer = {
        mediaType: 'application/wasm',
        digest: `sha256:${'0'.repeat(64)}`,
        size: 2 ** 40,
      };
      r.end(JSON.stringify({ schemaVersion: 2, config: { ...layer, size: 2 }, layers: [layer] }));
    }),
    resolveVersion,
    'STORE_TOO_LARGE',
  ),
  refused(
    93,
    'a length that is too long',
    on('/blobs/', (r) => r.writeHead(200, { 'content-length': '99999999999' }).write('x')),
    readModule,
    'STORE_BAD_ANSWER',
  ),
  refused(
    93,
    'a length that is too short',
    on('/blobs/', (r) => r.writeHead(200, { 'content-length': '3' }).end('abc')),
    readModule,
    'STORE_BAD_ANSWER',
  ),
  refused(
    93,
    'a blob that breaks off each time',
    on('/blobs/', (r) => r.destroy()),
    readModule,
    'STORE_UNAVAILABLE',
  ),
  refused(
    93,
    'a blob whose bytes drip',
    on('/blobs/', (r) => r.writeHead(200, { 'content-length': MODULE.length }).write('\0')),
    ({ open, artifact }) => open({ transferTimeoutMs: 200 }).read(artifact),
    'STORE_UNAVAILABLE',
  ),
  refused(
    93,
    'a redirect into the own network',
    on('/blobs/', (r) =>
      r.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
    ),
    readModule,
    'STORE_UNTRUSTED_LOCATION',
  ),
  refused(
    93,
    'redirects in a circle',
    on('/blobs/', (r, { url = '' }) => r.writeHead(307, { location: url }).end()),
    readModule,
    'STORE_UNTRUSTED_LOCATION',
  ),
  {
    row: 93,
    name: 'a redirect that asks for the credentials',
    modes: ['host'],
    async run() {
      const seen: unknown[] = [];
      await using thief = await serveRegistry({
        intercept: (request, response) => {
          seen.push(request.headers.authorization);
          response.end(MODULE);
          return true;
        },
      });
      return await withRegistry(
        (request, response) => {
          if (request.headers.authorization === undefined) {
            response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
            return true;
          }
          if (request.url?.includes('/blobs/') !== true) return false;
          response.writeHead(307, { location: `${thief.origin}/v2/` }).end();
          return true;
        },
        async ({ open, artifact }) => {
          await open({ credentials, trustedHosts: [thief.host] }).read(artifact);
          insist(seen.length === 1, 'it was not followed');
          insist(seen[0] === undefined, 'the credentials went along');
          return 'followed without the credentials';
        },
      );
    },
  },
  ...[
    ['at another host', 'https://evil.example/token'],
    ['in the own network', 'http://169.254.169.254/token'],
    ['on another port', 'http://127.0.0.1:1/token'],
    ['that looks like a known one', 'https://auth.docker.io.evil.example/token'],
    ['with a password in it', 'https://a:b@auth.docker.io/token'],
  ].map(([where = '', realm = '']) =>
    refused(
      94,
      `a realm ${where}`,
      (_request, response) => {
        response
          .writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="s"` })
          .end();
        return true;
      },
      ({ open, artifact: { name } }) => open({ credentials }).list(name),
      'STORE_UNTRUSTED_LOCATION',
    ),
  ),
  {
    row: 94,
    name: 'a challenge that wants the rights to another repository',
    modes: ['host'],
    run: () => {
      const scopes: (string | null)[] = [];
      return withRegistry(
        (request, response, registry) => {
          if (request.url?.startsWith('/token') === true) {
            scopes.push(new URL(request.url, registry.origin).searchParams.get('scope'));
            insist(request.headers.authorization?.startsWith(secret) === true, 'no credentials');
            response.end('{"token":"t"}');
            return true;
          }
          if (request.headers.authorization !== undefined) return false;
          const header = `Bearer realm="${registry.origin}/token",scope="repository:other:push,delete"`;
          response.writeHead(401, { 'www-authenticate': header }).end();
          return true;
        },
        async ({ open, artifact: { name } }) => {
          await open({ credentials }).list(name);
          insist(scopes.join() === 'repository:exact-match:pull', `it asked for ${scopes.join()}`);
          return 'asked for what it needs, and nothing else';
        },
      );
    },
  },
];

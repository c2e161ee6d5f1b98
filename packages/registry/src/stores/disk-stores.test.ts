import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { testPluginStore } from '@testbench/test-kit/contracts';
import type { PluginStore } from '@testbench/types/stores';
import { afterAll, describe, expect, it, vi } from 'vitest';

import { ArtifactStore } from './artifact-store.js';
import { openCachedStore } from './cached-store.js';
import { openDirectoryStore } from './directory-store.js';
import { openLayoutStore } from './layout-store.js';
import { createMemoryStore } from './memory-store.js';

const root = mkdtempSync(join(tmpdir(), 'testbench-stores-'));
const folders = new Map<PluginStore, string>();
afterAll(() => rm(root, { recursive: true }));

for (const [name, open] of [
  ['openDirectoryStore()', openDirectoryStore],
  ['openLayoutStore()', openLayoutStore],
] as const) {
  const openIn = (folder: string): PluginStore => {
    const store = open(folder);
    folders.set(store, folder);
    return store;
  };
  testPluginStore(name, {
    open: () => openIn(join(mkdtempSync(join(root, 'store-')), 'store')),
    reopen: (store) => openIn(folders.get(store)!),
    async damage(store, _name, digest) {
      const folder = folders.get(store)!;
      const files = await readdir(folder, { recursive: true });
      const found = files.find((path) => path.endsWith(digest.slice('sha256:'.length)))!;
      const bytes = await readFile(join(folder, found));
      bytes[bytes.length >> 1]! ^= 1;
      await writeFile(join(folder, found), bytes);
    },
  });
}

testPluginStore('openCachedStore()', {
  open: () => openCachedStore(createMemoryStore(), mkdtempSync(join(root, 'cache-'))),
});

const layers = [{ mediaType: 'application/wasm', bytes: new TextEncoder().encode('x') }];

describe('openLayoutStore()', () => {
  it('keeps what others list', async () => {
    const folder = mkdtempSync(join(root, 'layout-'));
    const foreign = {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: `sha256:${'0'.repeat(64)}`,
      size: 7,
      platform: { os: 'linux', architecture: 'amd64' },
    };
    await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion": "1.0.0"}');
    await writeFile(
      join(folder, 'index.json'),
      JSON.stringify({ schemaVersion: 2, manifests: [foreign] }),
    );
    const { digest } = await openLayoutStore(folder).write({ name: 'a', version: '1.0.0', layers });
    const index = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'));
    expect(index.manifests).toEqual([
      foreign,
      expect.objectContaining({
        digest,
        annotations: { 'org.opencontainers.image.ref.name': 'a:1.0.0' },
      }),
    ]);
  });

  it('says what is damaged, and changes nothing', async () => {
    const folder = mkdtempSync(join(root, 'layout-'));
    const store = openLayoutStore(folder);
    await store.write({ name: 'a', version: '1.0.0', layers });
    await writeFile(join(folder, 'index.json'), '{"schemaVersion":2,"manif');
    await expect(store.list('a')).rejects.toMatchObject({ code: 'STORE_INVALID_MANIFEST' });
    await expect(store.write({ name: 'a', version: '1.0.1', layers })).rejects.toMatchObject({
      code: 'STORE_INVALID_MANIFEST',
      message: expect.stringContaining('index.json'),
    });
    expect(await readFile(join(folder, 'index.json'), 'utf8')).toBe('{"schemaVersion":2,"manif');
  });

  it('writes into no layout of another version', async () => {
    const folder = mkdtempSync(join(root, 'layout-'));
    await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"2.0.0"}');
    const writing = openLayoutStore(folder).write({ name: 'a', version: '1.0.0', layers });
    await expect(writing).rejects.toMatchObject({ code: 'STORE_INVALID_MANIFEST' });
  });

  it('says that it cannot write', async () => {
    for (const open of [openLayoutStore, openDirectoryStore]) {
      const writing = open('/proc/none').write({ name: 'a', version: '1.0.0', layers });
      await expect(writing).rejects.toMatchObject({ code: 'STORE_UNUSABLE' });
    }
  });
});

describe('openCachedStore()', () => {
  it('repairs by itself what was damaged on the disk, and asks for nothing that is there', async () => {
    const remote = createMemoryStore();
    const artifact = await remote.write({ name: 'a', version: '1.0.0', layers });
    let asked = 0;
    vi.spyOn(remote, 'readLayer').mockImplementation(async (...given) => {
      asked += 1;
      return await ArtifactStore.prototype.readLayer.apply(remote, given);
    });
    const repaired: string[] = [];
    const folder = mkdtempSync(join(root, 'cache-'));
    const store = openCachedStore(remote, folder, (path) => repaired.push(path));
    for (let times = 0; times < 3; times += 1) await store.read(artifact);
    expect(asked).toBe(1);
    const path = store.pathOf(artifact.moduleDigest!);
    for (const damage of ['y', 'longer than it was', '']) {
      await writeFile(path, damage);
      expect(await store.read(artifact)).toEqual(layers[0]!.bytes);
      expect(await readFile(path, 'utf8')).toBe('x');
    }
    expect({ asked, repaired }).toEqual({ asked: 4, repaired: [path, path, path] });
  });

  it('does without a folder that cannot be written to', async () => {
    const remote = createMemoryStore();
    const artifact = await remote.write({ name: 'a', version: '1.0.0', layers });
    expect(await openCachedStore(remote, '/proc/none').read(artifact)).toEqual(layers[0]!.bytes);
  });
});

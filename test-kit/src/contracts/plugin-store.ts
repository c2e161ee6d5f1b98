import { createHash } from 'node:crypto';

import type { NewArtifact, PluginStore } from '@testbench/types/stores';
import { describe, expect, it } from 'vitest';

/** How the suite gets the stores that it tests. */
export interface PluginStoreSubject {
  /** Opens an empty store. */
  readonly open: () => PluginStore | Promise<PluginStore>;
  /** Opens the content of another store, as another process would; left out if that is not possible. */
  readonly reopen?: (store: PluginStore) => PluginStore | Promise<PluginStore>;
  /** Changes a byte in the middle of the content that the store keeps under a digest; left out if only the store can do that. */
  readonly damage?: (store: PluginStore, name: string, digest: string) => Promise<void>;
}

const NAME = 'team/exact-match';
const SIGNATURE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const REPORT = 'application/vnd.in-toto+json';
const NOWHERE = `sha256:${'0'.repeat(64)}`;
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const module = (text: string): Uint8Array<ArrayBuffer> => utf8(`\0asm\u0001\0\0\0${text}`);

function plugin(version: string, bytes: Uint8Array = module(version)): NewArtifact {
  return {
    name: NAME,
    version,
    config: { mediaType: 'application/vnd.wasm.config.v0+json', bytes: utf8('{}') },
    layers: [{ mediaType: 'application/wasm', bytes }],
    annotations: { 'org.opencontainers.image.description': 'Compares – exactly' },
  };
}

/** Tests that an implementation keeps the contract of `PluginStore`. */
export function testPluginStore(name: string, { open, reopen, damage }: PluginStoreSubject): void {
  describe(`${name}, as a PluginStore`, () => {
    it('says its version, and has nothing at first', async () => {
      const store = await open();
      expect(store.specificationVersion).toBe('v1');
      expect(await store.list(NAME)).toEqual([]);
      expect(await store.referrers({ name: NAME, digest: NOWHERE })).toEqual([]);
      for (const query of [{ version: '1.0.0' }, { tag: 'latest' }, { digest: NOWHERE }]) {
        await expect(store.resolve({ name: NAME, ...query })).rejects.toMatchObject({
          code: 'STORE_NOT_FOUND',
        });
      }
      await expect(store.read({ name: NAME, digest: NOWHERE })).rejects.toMatchObject({
        code: 'STORE_NOT_FOUND',
      });
      await expect(store.readLayer(NAME, { digest: NOWHERE, size: 1 })).rejects.toMatchObject({
        code: 'STORE_NOT_FOUND',
      });
    });

    it('gives a plugin as it was written, by version, tag and digest', async () => {
      const store = await open();
      const bytes = module('x'.repeat(100_000));
      const written = await store.write({ ...plugin('1.2.0', bytes), tag: 'stable' });
      expect(written).toMatchObject({
        name: NAME,
        version: '1.2.0',
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        moduleDigest: digestOf(bytes),
        artifactType: 'application/vnd.wasm.config.v0+json',
        size: bytes.length,
        subject: undefined,
        annotations: {
          'org.opencontainers.image.description': 'Compares – exactly',
          'org.opencontainers.image.version': '1.2.0',
        },
        layers: [{ mediaType: 'application/wasm', digest: digestOf(bytes), size: bytes.length }],
      });
      const other = reopen === undefined ? store : await reopen(store);
      for (const query of [{ version: '1.2.0' }, { tag: 'stable' }, { digest: written.digest }]) {
        expect(await other.resolve({ name: NAME, ...query })).toEqual(written);
      }
      expect(await other.read(written)).toEqual(bytes);
      expect(await other.readLayer(NAME, written.layers[0]!)).toEqual(bytes);
      const manifest = await other.readManifest(written);
      expect(digestOf(manifest)).toBe(written.digest);
      expect(JSON.parse(new TextDecoder().decode(manifest))).toMatchObject({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
      });
    });

    it('lists versions, newest first, and nothing that is none', async () => {
      const store = await open();
      for (const version of ['1.2.0', '1.10.0', '2.0.0-rc.1', '1.9.0+build.5']) {
        await store.write({ ...plugin(version), tag: 'latest' });
      }
      const { digest } = await store.write({ ...plugin('0.1.0'), tag: 'v9.9.9' });
      await store.attach({ name: NAME, digest }, { artifactType: SIGNATURE, bytes: utf8('{}') });
      await store.write({ ...plugin('3.0.0'), name: 'team/exact' });
      const versions = ['2.0.0-rc.1', '1.10.0', '1.9.0+build.5', '1.2.0', '0.1.0'];
      expect(await store.list(NAME)).toEqual(versions);
      for (const version of versions) {
        const found = await store.resolve({ name: NAME, version });
        expect(found.version).toBe(version);
      }
    });

    it('writes the same twice, and never another under the same version', async () => {
      const store = await open();
      const first = await store.write(plugin('1.0.0'));
      expect(await store.write(plugin('1.0.0'))).toEqual(first);
      await expect(store.write(plugin('1.0.0', module('other')))).rejects.toMatchObject({
        code: 'STORE_EXISTS',
      });
      expect((await store.resolve({ name: NAME, version: '1.0.0' })).digest).toBe(first.digest);
    });

    it('has one of several writes of a version at the same time', async () => {
      const store = await open();
      const results = await Promise.allSettled(
        ['a', 'b', 'c', 'd'].map((text) => store.write(plugin('1.0.0', module(text)))),
      );
      const written = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      expect(written.length).toBeGreaterThan(0);
      const found = await store.resolve({ name: NAME, version: '1.0.0' });
      expect(written.map(({ digest }) => digest)).toContain(found.digest);
    });

    it('has every one of several versions that are written at the same time', async () => {
      const store = await open();
      const versions = ['1.0.5', '1.0.4', '1.0.3', '1.0.2', '1.0.1', '1.0.0'];
      await Promise.all(versions.map((version) => store.write(plugin(version))));
      expect(await store.list(NAME)).toEqual(versions);
    });

    it('moves a tag, and keeps what it meant by its digest', async () => {
      const store = await open();
      const { version: _, ...untagged } = plugin('1.0.0');
      const one = await store.write({ ...untagged, tag: 'latest' });
      const two = await store.write({
        ...untagged,
        tag: 'latest',
        layers: [{ mediaType: 'application/wasm', bytes: module('two') }],
      });
      expect((await store.resolve({ name: NAME, tag: 'latest' })).digest).toBe(two.digest);
      expect((await store.resolve({ name: NAME, digest: one.digest })).digest).toBe(one.digest);
      expect(one.version).toBeUndefined();
    });

    it('gives several layers with their annotations, one of them empty', async () => {
      const store = await open();
      const texts = ['{"a":1}\n', '', 'x'.repeat(70_000)];
      const written = await store.write({
        name: 'runs/first',
        artifactType: 'application/vnd.example.run',
        layers: texts.map((text, index) => ({
          mediaType: 'application/octet-stream',
          bytes: async () => utf8(text),
          annotations: { 'org.opencontainers.image.title': `rows/${index}` },
        })),
      });
      expect(written).toMatchObject({
        artifactType: 'application/vnd.example.run',
        moduleDigest: undefined,
        size: 70_008,
      });
      const found = await store.resolve({ name: 'runs/first', digest: written.digest });
      expect(found).toEqual(written);
      for (const [index, layer] of found.layers.entries()) {
        expect(layer.annotations).toEqual({ 'org.opencontainers.image.title': `rows/${index}` });
        expect(await store.readLayer('runs/first', layer)).toEqual(utf8(texts[index]!));
      }
      await expect(store.read(found)).rejects.toMatchObject({ code: 'STORE_INVALID_MANIFEST' });
    });

    it('attaches signatures and reports to a manifest, each once', async () => {
      const store = await open();
      const subject = await store.write(plugin('1.0.0'));
      const signature = { artifactType: SIGNATURE, bytes: utf8('{"signed":1}') };
      const first = await store.attach(subject, { ...signature, annotations: { by: 'ada' } });
      const second = await store.attach(subject, { artifactType: REPORT, bytes: utf8('{}') });
      expect(await store.attach(subject, { ...signature, annotations: { by: 'ada' } })).toEqual(
        first,
      );
      const other = reopen === undefined ? store : await reopen(store);
      const all = await other.referrers(subject);
      expect(all).toHaveLength(2);
      expect(all).toEqual(expect.arrayContaining([first, second]));
      expect(await other.referrers(subject, SIGNATURE)).toEqual([
        { ...first, name: NAME, artifactType: SIGNATURE, annotations: { by: 'ada' } },
      ]);
      expect(await other.referrers(subject, 'application/other')).toEqual([]);
      expect(await other.read(first)).toEqual(signature.bytes);
      expect((await other.resolve({ name: NAME, digest: first.digest })).subject).toBe(
        subject.digest,
      );
      expect(await other.list(NAME)).toEqual(['1.0.0']);
    });

    it('keeps what several attach at the same time', async () => {
      const store = await open();
      const subject = await store.write(plugin('1.0.0'));
      const attached = await Promise.all(
        [1, 2, 3, 4].map((index) =>
          store.attach(subject, { artifactType: SIGNATURE, bytes: utf8(`${index}`) }),
        ),
      );
      const found = (await store.referrers(subject)).map(({ digest }) => digest);
      expect(found.sort()).toEqual(attached.map(({ digest }) => digest).sort());
    });

    it('attaches to nothing that is not there', async () => {
      const store = await open();
      await expect(
        store.attach({ name: NAME, digest: NOWHERE }, { artifactType: REPORT, bytes: utf8('') }),
      ).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    });

    it('keeps a copy, and gives one', async () => {
      const store = await open();
      const bytes = module('copy');
      const artifact = await store.write(plugin('1.0.0', bytes));
      const kept = new Uint8Array(bytes);
      bytes.fill(0);
      (await store.read(artifact)).fill(0);
      (await store.readManifest(artifact)).fill(0);
      expect(await store.read(artifact)).toEqual(kept);
    });

    it.each([
      '',
      'A',
      'a//b',
      '../a',
      'a/../b',
      '/a',
      'a/',
      'a:b',
      'a@b',
      'a\\b',
      'a?b',
      'a#b',
      'a%2e',
      'a\n',
      'user@host.example/a',
      'a'.repeat(256),
    ])('refuses the name %.20j', async (bad) => {
      const store = await open();
      const refused = expect.objectContaining({ code: 'STORE_INVALID_REFERENCE' });
      await expect(store.list(bad)).rejects.toEqual(refused);
      await expect(store.resolve({ name: bad, version: '1.0.0' })).rejects.toEqual(refused);
      await expect(store.read({ name: bad, digest: NOWHERE })).rejects.toEqual(refused);
      await expect(store.write({ ...plugin('1.0.0'), name: bad })).rejects.toEqual(refused);
    });

    it.each([
      {},
      { version: '1.0.0', tag: 'a' },
      { version: '^1.0.0' },
      { version: 'v1.0.0' },
      { tag: '../a' },
      { tag: 'a/b' },
      { tag: '' },
      { digest: 'sha256:00' },
      { digest: `sha512:${'0'.repeat(128)}` },
      { digest: `sha256:../${'0'.repeat(61)}` },
    ])('refuses to look for %j', async (query) => {
      const store = await open();
      await expect(store.resolve({ name: NAME, ...query })).rejects.toMatchObject({
        code: 'STORE_INVALID_REFERENCE',
      });
    });

    it('stops when it is told to', async () => {
      const store = await open();
      const artifact = await store.write(plugin('1.0.0'));
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      await expect(store.list(NAME, { signal })).rejects.toBe(reason);
      await expect(store.read(artifact, { signal })).rejects.toBe(reason);
      await expect(store.write(plugin('1.0.1'), { signal })).rejects.toBe(reason);
      await expect(store.referrers(artifact, undefined, { signal })).rejects.toBe(reason);
    });

    if (damage !== undefined) {
      it('finds what was damaged, says so, and takes it again', async () => {
        const store = await open();
        const artifact = await store.write(plugin('1.0.0'));
        const damaged = { code: 'STORE_DIGEST_MISMATCH' };
        await damage(store, NAME, artifact.moduleDigest!);
        await expect(store.read(artifact)).rejects.toMatchObject({
          ...damaged,
          digest: artifact.moduleDigest,
        });
        await store.write(plugin('1.0.0'));
        expect(await store.read(artifact)).toEqual(module('1.0.0'));
        await damage(store, NAME, artifact.digest);
        await expect(store.read(artifact)).rejects.toMatchObject(damaged);
        await store.write(plugin('1.0.0'));
        expect(await store.read(artifact)).toEqual(module('1.0.0'));
      });
    }
  });
}

import { mkdtempSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { createMemoryStore } from '../stores/memory-store.js';
import { pullFiles } from './pull-files.js';
import { pushFiles } from './push-files.js';

const root = mkdtempSync(join(tmpdir(), 'testbench-files-'));
afterAll(() => rm(root, { recursive: true }));
const folder = (): string => mkdtempSync(join(root, 'a-'));

describe('pushFiles() and pullFiles()', () => {
  it('bring a folder to another place as it was', async () => {
    const from = folder();
    await mkdir(join(from, 'rows'));
    await writeFile(join(from, 'plan.json'), '{}');
    await writeFile(join(from, 'rows/0.jsonl'), '{"a":1}\n');
    await writeFile(join(from, 'rows/empty'), '');
    await writeFile(join(from, '.lock'), 'mine');
    const store = createMemoryStore();
    const artifact = await pushFiles(store, from, { name: 'runs/a', tag: '1.0.0' });
    expect(artifact).toMatchObject({
      version: '1.0.0',
      artifactType: 'application/vnd.testbench.run.v1',
    });
    const to = join(folder(), 'deep/er');
    const paths = ['plan.json', 'rows/0.jsonl', 'rows/empty'];
    expect(await pullFiles(store, artifact, to)).toEqual(paths);
    for (const path of paths) {
      expect(await readFile(join(to, path), 'utf8')).toBe(await readFile(join(from, path), 'utf8'));
    }
    await expect(pullFiles(store, artifact, to)).rejects.toMatchObject({ code: 'STORE_UNUSABLE' });
    // The same files are the same artifact, wherever they are stored.
    expect((await pushFiles(store, to, { name: 'runs/a', tag: '1.0.0' })).digest).toBe(
      artifact.digest,
    );
  });

  it('bring a single file, and a plugin under its name', async () => {
    const store = createMemoryStore();
    await writeFile(join(root, 'data.csv'), 'a,b\n');
    const data = await pushFiles(store, join(root, 'data.csv'), { name: 'data', tag: 'latest' });
    expect(await pullFiles(store, data, join(folder(), 'x'))).toEqual(['data.csv']);
    expect((await store.resolve({ name: 'data', tag: 'latest' })).digest).toBe(data.digest);
    const layers = [{ mediaType: 'application/wasm', bytes: new Uint8Array(8) }];
    const plugin = await store.write({ name: 'team/exact-match', layers });
    expect(await pullFiles(store, plugin, join(folder(), 'x'))).toEqual(['exact-match.wasm']);
  });

  it('push no links, and nothing that is not there', async () => {
    const from = folder();
    await symlink('/etc/passwd', join(from, 'a.txt'));
    for (const path of [from, join(from, 'none'), folder()]) {
      await expect(pushFiles(createMemoryStore(), path, { name: 'a' })).rejects.toMatchObject({
        code: 'STORE_UNUSABLE',
      });
    }
  });

  it.each([
    '../a',
    'a/../../b',
    '/etc/passwd',
    'a//b',
    './a',
    '..',
    '',
    'C:\\a',
    'a\\..\\b',
    'a\0b',
    'a\nb',
    'con',
    'NUL.txt',
    'a.',
    'a ',
    'x'.repeat(300),
    'a/'.repeat(20) + 'a',
    '\u202egnp.exe',
  ])('write nothing for an artifact with the file %j', async (title) => {
    const store = createMemoryStore();
    const layer = (name: string) => ({
      mediaType: 'text/plain',
      bytes: new TextEncoder().encode('x'),
      annotations: { 'org.opencontainers.image.title': name },
    });
    const artifact = await store.write({ name: 'a', layers: [layer('good'), layer(title)] });
    const to = folder();
    await expect(pullFiles(store, artifact, join(to, 'x'))).rejects.toMatchObject({
      code: 'STORE_UNSAFE_PATH',
    });
    expect(await readdir(to)).toEqual([]);
  });

  it.each([
    ['a', 'a'],
    ['a', 'A'],
    ['a', 'a/b'],
    ['a/b', 'a'],
    ['\u00e9', 'e\u0301'],
  ])('refuse %j with %j', async (...titles) => {
    const store = createMemoryStore();
    const layers = titles.map((title) => ({
      mediaType: 'text/plain',
      bytes: new Uint8Array(),
      annotations: { 'org.opencontainers.image.title': title },
    }));
    const artifact = await store.write({ name: 'a', layers });
    await expect(pullFiles(store, artifact, join(folder(), 'x'))).rejects.toMatchObject({
      code: 'STORE_UNSAFE_PATH',
    });
  });

  it('leave nothing behind when a layer cannot be had', async () => {
    const store = createMemoryStore();
    const artifact = await pushFiles(store, join(root, 'data.csv'), { name: 'a' });
    const broken = {
      ...artifact,
      layers: [
        ...artifact.layers,
        {
          ...artifact.layers[0]!,
          annotations: { 'org.opencontainers.image.title': 'b' },
          digest: `sha256:${'0'.repeat(64)}`,
        },
      ],
    };
    const to = folder();
    await expect(pullFiles(store, broken, join(to, 'x'))).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
    });
    expect(await readdir(to)).toEqual([]);
  });
});

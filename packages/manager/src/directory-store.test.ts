import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MAX_MODULE_BYTES } from '@testbench/types';
import { describe, expect, it } from 'vitest';

import { openDirectoryStore } from './directory-store.js';

const newFolder = (): string => join(mkdtempSync(join(tmpdir(), 'testbench-cache-')), 'cache');
const bytes = Uint8Array.of(1, 2, 3);

describe('openDirectoryStore()', () => {
  it('gives back what was written, also to another store on the same directory', async () => {
    const folder = newFolder();
    const store = await openDirectoryStore(folder);
    expect(await store.read('key')).toBeUndefined();
    await store.write('key', bytes);
    expect(await store.read('key')).toEqual(bytes);
    expect(await (await openDirectoryStore(folder)).read('key')).toEqual(bytes);
  });

  it('treats a changed or cut entry as absent', async () => {
    const folder = newFolder();
    const store = await openDirectoryStore(folder);
    await store.write('key', bytes);
    const path = join(folder, readdirSync(folder)[0]!);
    const entry = readFileSync(path);
    writeFileSync(path, entry.subarray(0, -1));
    expect(await store.read('key')).toBeUndefined();
    entry[entry.length - 1]! ^= 1;
    writeFileSync(path, entry);
    expect(await store.read('key')).toBeUndefined();
  });

  it('does not trust an entry or a directory that others can write to', async () => {
    const folder = newFolder();
    const store = await openDirectoryStore(folder);
    await store.write('key', bytes);
    chmodSync(join(folder, readdirSync(folder)[0]!), 0o666);
    expect(await store.read('key')).toBeUndefined();
    chmodSync(folder, 0o777);
    await expect(openDirectoryStore(folder)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('does not write what it would not read', async () => {
    const folder = newFolder();
    const store = await openDirectoryStore(folder);
    // With the digest before it, one byte more than is read.
    await store.write('key', new Uint8Array(4 * MAX_MODULE_BYTES - 31));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('survives many writers of one key', async () => {
    const store = await openDirectoryStore(newFolder());
    const large = new Uint8Array(100_000).fill(7);
    await Promise.all(Array.from({ length: 20 }, () => store.write('key', large)));
    expect(await store.read('key')).toEqual(large);
  });
});

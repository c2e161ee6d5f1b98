import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
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
    // Including the digest before it, one byte more than the store reads.
    await store.write('key', new Uint8Array(4 * MAX_MODULE_BYTES - 31));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('survives many writers of one key', async () => {
    const store = await openDirectoryStore(newFolder());
    const large = new Uint8Array(100_000).fill(7);
    await Promise.all(Array.from({ length: 20 }, () => store.write('key', large)));
    expect(await store.read('key')).toEqual(large);
  });

  it('does not take one entry for another', async () => {
    const folder = newFolder();
    const store = await openDirectoryStore(folder);
    await store.write('key', bytes);
    renameSync(join(folder, 'key.metered'), join(folder, 'other.metered'));
    expect(await store.read('other')).toBeUndefined();
  });

  // Row 109 of the attack catalogue.
  it.each([
    { name: 'a FIFO', put: (path: string) => void execFileSync('mkfifo', ['-m', '600', path]) },
    { name: 'a link to a device', put: (path: string) => symlinkSync('/dev/zero', path) },
    { name: 'a link to itself', put: (path: string) => symlinkSync(path, path) },
    { name: 'an empty directory', put: (path: string) => mkdirSync(path) },
    { name: 'an empty file', put: (path: string) => writeFileSync(path, '', { mode: 0o600 }) },
    { name: 'an unreadable file', put: (path: string) => writeFileSync(path, 'x', { mode: 0 }) },
    {
      name: 'a file beyond what is read',
      put: (path: string) => {
        writeFileSync(path, '', { mode: 0o600 });
        truncateSync(path, 4 * MAX_MODULE_BYTES + 1);
      },
    },
  ])('puts a good entry in the place of $name', async ({ put }) => {
    const folder = newFolder();
    const store = await openDirectoryStore(folder);
    const path = join(folder, 'key.metered');
    put(path);
    expect(await store.read('key')).toBeUndefined();
    await store.write('key', bytes);
    expect(await store.read('key')).toEqual(bytes);
    expect(lstatSync(path).isFile()).toBe(true);
  });

  it('leaves a directory with something in it alone', async () => {
    const folder = newFolder();
    const store = await openDirectoryStore(folder);
    mkdirSync(join(folder, 'key.metered', 'below'), { recursive: true });
    expect(await store.read('key')).toBeUndefined();
    await store.write('key', bytes);
    expect(await store.read('key')).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['key.metered']);
  });

  it('does not follow a link to a good entry', async () => {
    const folder = newFolder();
    const store = await openDirectoryStore(folder);
    await store.write('key', bytes);
    renameSync(join(folder, 'key.metered'), join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'key.metered'));
    expect(await store.read('key')).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['elsewhere']);
  });

  it.each([
    { name: 'a file', place: (file: string) => file, says: 'it is not a directory' },
    {
      name: 'below a file',
      place: (file: string) => join(file, 'a', 'b'),
      says: 'a part of its path is not a directory',
    },
    {
      name: 'a link to itself',
      place: (file: string) => `${file}.loop`,
      says: 'its links lead in a circle',
    },
    { name: 'empty', place: () => '', says: 'no such directory' },
    { name: 'below /proc', place: () => '/proc/self/no/such', says: 'no such directory' },
    { name: 'a path with NUL', place: (file: string) => `${file}\0`, says: 'null bytes' },
    { name: 'no text', place: () => 5 as unknown as string, says: 'must be of type string' },
  ])('refuses a cache directory that is $name', async ({ place, says }) => {
    const file = newFolder();
    writeFileSync(file, '');
    symlinkSync(`${file}.loop`, `${file}.loop`);
    await expect(openDirectoryStore(place(file))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      path: 'cacheDir',
      message: expect.stringContaining(says) as unknown,
    });
  });
});

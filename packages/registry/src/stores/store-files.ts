import { constants } from 'node:fs';
import { link, open, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { describeFileError, makeFolder, TemporaryFile } from '@testbench/host/files';
import { PluginError, StoreError } from '@testbench/types/errors';

import { digestBytes } from './verify-bytes.js';

const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** @throws {StoreError} `STORE_UNUSABLE` instead of the file system's error. */
export async function usingFiles<Result>(
  what: string,
  use: () => Promise<Result>,
): Promise<Result> {
  try {
    return await use();
  } catch (error) {
    const state = PluginError.is(error) ? undefined : describeFileError(error);
    if (state === undefined) throw error;
    throw new StoreError('STORE_UNUSABLE', `Cannot use ${what}: ${state}`, { cause: error });
  }
}

/**
 * Reads a file of a store: a regular file, not a link, of at most `maxBytes`.
 *
 * @returns undefined if it does not exist.
 * @throws {StoreError} `STORE_UNUSABLE`, `STORE_TOO_LARGE`.
 */
export async function readStoreFile(
  path: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return await usingFiles(JSON.stringify(path), async () => {
    try {
      await using file = await open(path, READ);
      const found = await file.stat();
      if (!found.isFile()) {
        throw new StoreError(
          'STORE_UNUSABLE',
          `Cannot read ${JSON.stringify(path)}: it is not a file`,
        );
      }
      if (found.size > maxBytes) {
        throw new StoreError(
          'STORE_TOO_LARGE',
          `Cannot read ${JSON.stringify(path)}: it has ${found.size} bytes, limit is ${maxBytes}`,
        );
      }
      const bytes = new Uint8Array(found.size);
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      // Shorter than a moment ago: its digest will not match.
      return filled === bytes.length ? bytes : bytes.slice(0, filled);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    }
  });
}

/**
 * Writes a file of a store: it exists completely or not at all, even if the machine stops midway.
 *
 * @param replace False to keep an existing file of that name. @returns False if there was one.
 * @throws {StoreError} `STORE_UNUSABLE`.
 */
export async function writeStoreFile(
  path: string,
  bytes: Uint8Array,
  replace = true,
): Promise<boolean> {
  return await usingFiles(JSON.stringify(path), async () => {
    const folder = dirname(path);
    makeFolder(folder);
    const file = await TemporaryFile.open(folder, 0o644);
    try {
      await file.handle.writeFile(bytes);
      await file.handle.sync();
      if (replace) {
        await file.moveTo(path);
        return true;
      }
      try {
        await link(file.path, path);
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      }
    } finally {
      await file.close();
    }
  });
}

/** Writes bytes under the name of their digest; an intact existing file stays. */
export async function writeAddressed(
  path: string,
  digest: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  // A file of another length is damaged.
  const found = await readStoreFile(path, bytes.length).catch(() => undefined);
  if (found?.length === bytes.length && (await digestBytes(found)) === digest) return;
  await writeStoreFile(path, bytes);
}

/** Names in a folder, without those of unfinished files; none if the folder does not exist. */
export async function listStoreFolder(path: string): Promise<readonly string[]> {
  return await usingFiles(JSON.stringify(path), async () => {
    try {
      return (await readdir(path)).filter((name) => !TemporaryFile.isName(name));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return [];
      throw error;
    }
  });
}

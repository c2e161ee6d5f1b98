import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { privateFiles } from '@testbench/host/files';
import { MAX_MODULE_BYTES } from '@testbench/types';
import { ConfigError } from '@testbench/types/errors';
import type { ModuleStore } from '@testbench/types/stores';

const DIGEST_BYTES = 32;
/**
 * Large real modules grow less than twofold, hostile ones up to eightfold. Modules beyond this limit are metered at each load: limiting
 * what a module can make this process read or store on disk matters more than their startup time.
 */
const MAX_ENTRY_BYTES = 4 * MAX_MODULE_BYTES;
/** Larger entries are hashed off this thread: 64 MiB take 130 ms. */
const MAX_HASHED_HERE_BYTES = 1024 * 1024;

/**
 * Opens a directory that keeps metered modules from one process to the next.
 *
 * Anyone who can write there can run code without limits, so the directory must belong to this user and be writable by
 * no one else. Each entry begins with a digest of its key and its content: a truncated, corrupted or renamed entry counts as absent, and so
 * does anything but a regular file of this user; it is removed if possible. Entries are
 * written under another name and renamed, so that concurrent writers cannot interfere. An entry of more than 64 MiB is not written,
 * since it would not be read.
 *
 * @param directory Created with mode 0700 if it does not exist.
 * @throws {ConfigError} `CONFIG_INVALID` if the directory cannot be created, or if another user owns it or can write to it.
 */
export async function openDirectoryStore(directory: string): Promise<ModuleStore> {
  openDirectory(directory);
  // Keys hold a digest and numbers, nothing that could lead out of the directory.
  const pathOf = (key: string): string => join(directory, `${key}.metered`);
  return {
    specificationVersion: 'v1',
    async read(key) {
      const path = pathOf(key);
      try {
        const entry = await privateFiles.read(path, MAX_ENTRY_BYTES);
        if (entry === 'absent') return undefined;
        if (entry !== 'foreign') {
          const bytes = entry.subarray(DIGEST_BYTES);
          const expected = await digest(key, bytes);
          if (expected.equals(entry.subarray(0, DIGEST_BYTES))) return bytes;
        }
        await privateFiles.remove(path);
      } catch {
        // The module can be metered again, so any problem with a cache entry is ignored.
      }
      return undefined;
    },
    async write(key, bytes) {
      if (DIGEST_BYTES + bytes.length > MAX_ENTRY_BYTES) return;
      try {
        await privateFiles.write(directory, pathOf(key), [await digest(key, bytes), bytes]);
      } catch {
        // A full disk costs speed at the next start, not this plugin.
      }
    },
  };
}

/** @throws {ConfigError} */
function openDirectory(directory: string): void {
  const problem = privateFiles.openFolder(directory);
  if (problem === undefined) return;
  throw new ConfigError(
    'CONFIG_INVALID',
    'cacheDir',
    `Cannot use cache directory ${JSON.stringify(directory)}: ${problem.state}`,
    problem.cause === undefined ? undefined : { cause: problem.cause },
  );
}

/** Includes the key, so that an entry is valid under no other name. */
async function digest(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<Buffer> {
  const content =
    bytes.length <= MAX_HASHED_HERE_BYTES
      ? createHash('sha256').update(bytes).digest()
      : new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return createHash('sha256').update(key).update(content).digest();
}

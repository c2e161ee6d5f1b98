import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ConfigError, MAX_MODULE_BYTES, type ModuleStore } from '@testbench/types';

const DIGEST_BYTES = 32;
/**
 * Large real modules grow less than twofold, hostile ones up to eightfold. Those beyond this are metered at each load: what a
 * module can make this process read, or the disk hold, is worth more than their start.
 */
const MAX_ENTRY_BYTES = 4 * MAX_MODULE_BYTES;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Opens a directory that keeps metered modules from one process to the next.
 *
 * Who can write there can run code without limits, so the directory must belong to this user and be writable by
 * nobody else. Each entry begins with the SHA-256 of the rest: a torn or flipped entry counts as absent. Entries are
 * written under another name and renamed, so that concurrent writers cannot mix. One of more than 64 MiB is not written,
 * since it would not be read.
 *
 * @param directory Made with mode 0700 if it is not there.
 * @throws {ConfigError} `CONFIG_INVALID` if the directory belongs to or can be written by somebody else.
 */
export async function openDirectoryStore(directory: string): Promise<ModuleStore> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const owned = await stat(directory);
  if (!isOurs(owned)) {
    throw new ConfigError(
      'CONFIG_INVALID',
      'cacheDir',
      `Cannot use cache directory "${directory}": others can write to it`,
    );
  }
  // Keys hold a digest and numbers, nothing that could lead out of the directory.
  const pathOf = (key: string): string => join(directory, `${key}.metered`);
  return {
    specificationVersion: 'v1',
    async read(key) {
      try {
        await using file = await open(pathOf(key));
        const entry = await file.stat();
        if (!entry.isFile() || !isOurs(entry) || entry.size > MAX_ENTRY_BYTES) return undefined;
        const content = new Uint8Array(await file.readFile());
        const bytes = content.slice(DIGEST_BYTES);
        const intact = digest(bytes).equals(content.subarray(0, DIGEST_BYTES));
        return intact ? bytes : undefined;
      } catch {
        // Whatever is wrong with a cache entry, the module can be metered again.
        return undefined;
      }
    },
    async write(key, bytes) {
      if (DIGEST_BYTES + bytes.length > MAX_ENTRY_BYTES) return;
      const temporary = join(directory, `${randomUUID()}.tmp`);
      try {
        await writeFile(temporary, Buffer.concat([digest(bytes), bytes]), { mode: 0o600 });
        await rename(temporary, pathOf(key));
      } catch {
        // A full disk costs speed at the next start, not this plugin.
        await rm(temporary, { force: true }).catch(() => {});
      }
    },
  };
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** On systems without user ids, the file system's own rules have to do. */
function isOurs(entry: { readonly uid: number; readonly mode: number }): boolean {
  const uid = process.getuid?.();
  return uid === undefined || (entry.uid === uid && (entry.mode & WRITABLE_BY_OTHERS) === 0);
}

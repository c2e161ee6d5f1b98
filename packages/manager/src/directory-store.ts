import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ConfigError, MAX_MODULE_BYTES, type ModuleStore } from '@testbench/types';

const DIGEST_BYTES = 32;
/**
 * Large real modules grow less than twofold, hostile ones up to eightfold. Those beyond this are metered at each load: what a
 * module can make this process read, or the disk hold, is worth more than their start.
 */
const MAX_ENTRY_BYTES = 4 * MAX_MODULE_BYTES;
/** From here on an entry is hashed off this thread: 64 MiB take 130 ms. */
const MAX_HASHED_HERE_BYTES = 1024 * 1024;
const WRITABLE_BY_OTHERS = 0o022;
/** A link could lead anywhere, and opening a FIFO would wait for its writer. Not every system has both. */
const READ_ENTRY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** What the system says of a path that cannot be a directory of ours. */
const DIRECTORY_STATES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EEXIST: 'it is not a directory',
  ELOOP: 'too many links',
  ENOENT: 'no such directory, and it cannot be made',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of its path is not a directory',
  EPERM: 'permission denied',
  EROFS: 'the file system cannot be written to',
};

/**
 * Opens a directory that keeps metered modules from one process to the next.
 *
 * Anyone who can write there can run code without limits, so the directory must belong to this user and be writable by
 * nobody else. Each entry begins with a digest of its key and of the rest: a torn, flipped or renamed entry counts as absent, and so
 * does anything that is no regular file of this user; it is removed where that is possible. Entries are
 * written under another name and renamed, so that concurrent writers cannot mix. One of more than 64 MiB is not written,
 * since it would not be read.
 *
 * @param directory Made with mode 0700 if it is not there.
 * @throws {ConfigError} `CONFIG_INVALID` if the directory cannot be made, or belongs to or can be written by somebody else.
 */
export async function openDirectoryStore(directory: string): Promise<ModuleStore> {
  await openDirectory(directory);
  // Keys hold a digest and numbers, nothing that could lead out of the directory.
  const pathOf = (key: string): string => join(directory, `${key}.metered`);
  return {
    specificationVersion: 'v1',
    async read(key) {
      const path = pathOf(key);
      try {
        const entry = await readEntry(path);
        if (entry === 'absent') return undefined;
        if (entry !== 'foreign') {
          const bytes = entry.subarray(DIGEST_BYTES);
          const expected = await digest(key, bytes);
          if (expected.equals(entry.subarray(0, DIGEST_BYTES))) return bytes;
        }
        await remove(path);
      } catch {
        // Whatever is wrong with a cache entry, the module can be metered again.
      }
      return undefined;
    },
    async write(key, bytes) {
      if (DIGEST_BYTES + bytes.length > MAX_ENTRY_BYTES) return;
      const temporary = join(directory, `${randomUUID()}.tmp`);
      try {
        await writeEntry(temporary, await digest(key, bytes), bytes);
        await rename(temporary, pathOf(key));
      } catch {
        // A full disk costs speed at the next start, not this plugin.
        await rm(temporary, { force: true }).catch(() => {});
      }
    },
  };
}

/** @throws {ConfigError} */
async function openDirectory(directory: string): Promise<void> {
  let state: string | undefined;
  let cause: unknown;
  try {
    await makeDirectory(directory);
    const owned = await stat(directory);
    if (!owned.isDirectory()) state = 'it is not a directory';
    else if (!isOurs(owned)) state = 'others can write to it';
  } catch (error) {
    cause = error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    state = Object.hasOwn(DIRECTORY_STATES, code) ? DIRECTORY_STATES[code] : message;
  }
  if (state === undefined) return;
  throw new ConfigError(
    'CONFIG_INVALID',
    'cacheDir',
    `Cannot use cache directory ${JSON.stringify(directory)}: ${state}`,
    cause === undefined ? undefined : { cause },
  );
}

/** With its parents. Node's own `recursive` asks again for ever where a file system says that nothing can be made, such as /proc. */
async function makeDirectory(path: string, isLast = false): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || isLast || parent === path) throw error;
    await makeDirectory(parent);
    await makeDirectory(path, true);
  }
}

/** @returns `foreign` for anything but a regular file of ours that is not too large. */
async function readEntry(path: string): Promise<Uint8Array<ArrayBuffer> | 'absent' | 'foreign'> {
  let file: FileHandle;
  try {
    file = await open(path, READ_ENTRY);
  } catch (error) {
    // A link, or a socket. What cannot be opened for another reason may be a good entry, such as with too many open files.
    return /^(?:ELOOP|EMLINK|ENXIO)$/.test((error as NodeJS.ErrnoException).code ?? '')
      ? 'foreign'
      : 'absent';
  }
  try {
    const entry = await file.stat();
    const { size } = entry;
    if (!entry.isFile() || !isOurs(entry) || size > MAX_ENTRY_BYTES) return 'foreign';
    const bytes = new Uint8Array(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function writeEntry(path: string, start: Uint8Array, rest: Uint8Array): Promise<void> {
  await using file = await open(path, 'wx', 0o600);
  await file.writeFile(start);
  await file.writeFile(rest);
}

/** Only what is in the way goes: of a directory, one that is empty. */
async function remove(path: string): Promise<void> {
  try {
    await rm(path);
  } catch {
    await rmdir(path).catch(() => {});
  }
}

/** With the key, so that an entry counts under no other name. */
async function digest(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<Buffer> {
  const content =
    bytes.length <= MAX_HASHED_HERE_BYTES
      ? createHash('sha256').update(bytes).digest()
      : new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return createHash('sha256').update(key).update(content).digest();
}

/** On systems without user ids, the file system's own rules have to do. */
function isOurs(entry: { readonly uid: number; readonly mode: number }): boolean {
  const uid = process.getuid?.();
  return uid === undefined || (entry.uid === uid && (entry.mode & WRITABLE_BY_OTHERS) === 0);
}

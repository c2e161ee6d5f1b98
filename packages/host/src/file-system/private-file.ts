import { constants } from 'node:fs';
import { type FileHandle, open, rm, rmdir } from 'node:fs/promises';

import { isOurs } from './private-folder.js';
import { TemporaryFile } from './temporary-file.js';

/** A link could lead anywhere, and opening a FIFO would wait for its writer. Not every system has both. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a file of a private folder.
 *
 * @param maxBytes Maximum size of a file that is read.
 * @returns `foreign` for anything but a regular file of this user, writable only by this user, that is not too large.
 */
export async function readPrivateFile(
  path: string,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | 'absent' | 'foreign'> {
  let file: FileHandle;
  try {
    file = await open(path, READ_ONLY);
  } catch (error) {
    // A link, or a socket. A file that cannot be opened for another reason may be good: there may be too many open files.
    return /^(?:ELOOP|EMLINK|ENXIO)$/.test((error as NodeJS.ErrnoException).code ?? '')
      ? 'foreign'
      : 'absent';
  }
  try {
    const found = await file.stat();
    const { size } = found;
    if (!found.isFile() || !isOurs(found) || size > maxBytes) return 'foreign';
    const bytes = new Uint8Array(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Writes a file of a private folder under another name and renames it, so that readers see all of it or nothing and writers do not
 * interfere. It is not synced to the disk: if the machine stops, part of it may be missing, which its reader must detect.
 *
 * @param folder Contains the temporary file; on the same file system as `path`.
 * @throws Any error of the file system; nothing is left then.
 */
export async function writePrivateFile(
  folder: string,
  path: string,
  parts: readonly Uint8Array[],
): Promise<void> {
  const file = await TemporaryFile.open(folder, 0o600);
  try {
    for (const part of parts) await file.handle.writeFile(part);
    await file.moveTo(path);
  } finally {
    await file.close();
  }
}

/** Removes whatever is at the path of a private file; a folder only if it is empty. */
export async function removePrivateFile(path: string): Promise<void> {
  try {
    await rm(path);
  } catch {
    await rmdir(path).catch(() => {});
  }
}

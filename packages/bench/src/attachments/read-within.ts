import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, lstat, open, readlink, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

import { AttachmentProblem } from './attachment-error.js';
import { MAX_ATTACHMENT_BYTES, MAX_ATTACHMENT_PATH_BYTES } from './limits.js';

// A pipe would wait for a writer forever; both flags are absent on Windows.
const READING = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a file of a folder, which is all that a record may name.
 *
 * A data set may come from anywhere: its paths must not lead out of the folder, by `..`, as absolute paths or through links. What is
 * opened is checked after opening, by what the system says about the descriptor; where the system does not say it (others than Linux), the file
 * must still be the one that was checked before.
 *
 * @param folder Where paths start.
 * @param path As in the record, with `/` between names.
 * @throws {AttachmentProblem} `BENCH_ATTACHMENT_UNREADABLE` or `BENCH_ATTACHMENT_LIMIT`.
 */
export async function readWithin(folder: string, path: string): Promise<Buffer> {
  // Before opening: some devices do something when they are opened.
  const { place, found: before } = await statWithin(folder, path);
  await using handle = await openPlace(place);
  const after = await handle.stat({ bigint: true });
  checkFile(after);
  if (before.dev !== after.dev || before.ino !== after.ino || !(await isAt(handle, place))) {
    throw unreadable('it was replaced while it was opened');
  }
  if (after.size > MAX_ATTACHMENT_BYTES) throw tooLarge(Number(after.size));
  return await readAll(handle);
}

/**
 * What the system says about a file that `readWithin` may read.
 *
 * @throws {AttachmentProblem} As `readWithin` does.
 */
export async function statWithin(
  folder: string,
  path: string,
): Promise<{ readonly place: string; readonly found: BigIntStats }> {
  const problem = pathProblem(path);
  if (problem !== undefined) throw problem;
  const root = await realOf(folder, 'its folder');
  const place = await realOf(join(root, path), 'the file');
  if (!isWithin(root, place)) {
    throw unreadable(
      'a link leads out of the folder of the attachments; copy the file, or set `dataset.attachmentsDir` to a folder that holds both',
    );
  }
  return { place, found: await stats(place) };
}

/** Why a path cannot be one of a file in the folder, whatever is there; undefined if it can. */
export function pathProblem(path: string): AttachmentProblem | undefined {
  if (path === '' || path.includes('\0')) return unreadable('its path is empty or has a NUL in it');
  if (Buffer.byteLength(path) > MAX_ATTACHMENT_PATH_BYTES) {
    return unreadable(`its path has more than ${MAX_ATTACHMENT_PATH_BYTES} bytes`);
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) {
    return unreadable('it is a URL, and nothing is fetched; download the file first');
  }
  const names = path.split(/[/\\]/);
  if (isAbsolute(path) || /^[A-Za-z]:/.test(path) || names[0] === '') {
    return unreadable('its path is absolute, and may only lead into the folder of the attachments');
  }
  return names.includes('..') ? unreadable('its path has ".." in it') : undefined;
}

async function realOf(path: string, what: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    throw unreadable(isMissing ? `${what} does not exist` : `${what} cannot be read`, cause);
  }
}

async function stats(place: string): Promise<BigIntStats> {
  try {
    const found = await lstat(place, { bigint: true });
    checkFile(found);
    return found;
  } catch (cause) {
    throw cause instanceof AttachmentProblem ? cause : unreadable('it cannot be read', cause);
  }
}

function checkFile(found: BigIntStats): void {
  if (!found.isFile()) throw unreadable('it is not a regular file');
  // Another name may be outside of the folder.
  if (found.nlink !== 1n) throw unreadable('it has more than one name (hard link); copy it');
}

async function openPlace(place: string): Promise<FileHandle> {
  try {
    return await open(place, READING);
  } catch (cause) {
    throw unreadable('it cannot be opened', cause);
  }
}

/** Whether a descriptor is where it was looked for; true where the system cannot tell. */
async function isAt(handle: FileHandle, place: string): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  try {
    return (await readlink(`/proc/self/fd/${handle.fd}`)) === place;
  } catch {
    return true;
  }
}

function isWithin(root: string, place: string): boolean {
  const way = relative(root, place);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** Reads at most one byte more than the cap: a file may grow after its size was checked. */
async function readAll(handle: FileHandle): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const size = Math.min(CHUNK_BYTES, MAX_ATTACHMENT_BYTES + 1 - length);
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(size), 0, size);
    if (bytesRead === 0) return Buffer.concat(chunks);
    chunks.push(buffer.subarray(0, bytesRead));
    length += bytesRead;
    if (length > MAX_ATTACHMENT_BYTES) throw tooLarge(length);
  }
}

function tooLarge(bytes: number): AttachmentProblem {
  return new AttachmentProblem(
    'BENCH_ATTACHMENT_LIMIT',
    `it has ${bytes} bytes or more, limit is ${MAX_ATTACHMENT_BYTES}`,
  );
}

function unreadable(state: string, cause?: unknown): AttachmentProblem {
  return new AttachmentProblem('BENCH_ATTACHMENT_UNREADABLE', state, { cause });
}

import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { digestOf, makeFolder, OutputFile, syncFolder } from '@testbench/core/files';

import { QueueError } from './errors.js';
import { MAX_FILE_BYTES, MAX_RESULT_BYTES } from './limits.js';
import { DIGEST, type FileReference, parseShardName, RUN } from './message.js';
import type { ResultPlace, Share } from './share.js';

const CHUNK_BYTES = 1024 * 1024;

/**
 * A share in a folder that all machines can access, such as over NFS: `files/sha256/<hex>`, `results/<run>/<shard>/<hex>`, and `cache`.
 *
 * Every file appears whole. Files are compared with their digests when read, and links are refused: anyone who may write to the folder can make a run
 * fail, but cannot make others run or count anything that was not requested.
 *
 * @param folder Created if missing, accessible only to its user.
 */
export function openFolderShare(folder: string): Share {
  const root = resolve(folder);
  const filePath = ({ digest }: FileReference): string =>
    join(root, 'files', 'sha256', hexOf(digest));
  const resultFolder = ({ run, shard }: ResultPlace): string => {
    // Names come through Redis: only names of this form may become a path.
    if (!RUN.test(run) || parseShardName(shard) === undefined) {
      throw new RangeError(`Cannot find results of ${JSON.stringify(run)}: no such run or shard`);
    }
    return join(root, 'results', run, shard);
  };
  return {
    specificationVersion: 'v1',
    cacheDir: join(root, 'cache'),
    async putFile(path) {
      await using source = await openGuarded(path, false);
      const { digest, bytes } = await hashFile(source!);
      const target = filePath({ digest, bytes });
      if (await isThere(target, { digest, bytes })) return { digest, bytes };
      await publish(target, async (output) => {
        for await (const chunk of chunksOf(source!)) await output.write(chunk);
      });
      return { digest, bytes };
    },
    async putBytes(bytes) {
      const file = { digest: digestOf(bytes), bytes: bytes.length };
      const target = filePath(file);
      if (!(await isThere(target, file))) {
        await publish(target, async (output) => await output.write(bytes));
      }
      return file;
    },
    async fetch(file, target) {
      await using source = await openGuarded(filePath(file), true);
      if (source === undefined) return false;
      await copyChecked(chunksOf(source), file, target);
      return true;
    },
    async putResult(place, bytes) {
      const file = { digest: digestOf(bytes), bytes: bytes.length };
      // Also replaces an existing file of that name: its content may differ.
      await publishResult(resultFolder(place), hexOf(file.digest), bytes);
      return file;
    },
    async readResult(place, file) {
      const path = join(resultFolder(place), hexOf(file.digest));
      await using source = await openGuarded(path, true);
      if (source === undefined) throw missing(file);
      if (file.bytes > MAX_RESULT_BYTES) throw damaged(file);
      // One byte more than expected: this detects a file that has grown.
      const bytes = Buffer.allocUnsafe(file.bytes + 1);
      let length = 0;
      while (length <= file.bytes) {
        const { bytesRead } = await source.read(bytes, length, bytes.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      const found = bytes.subarray(0, length);
      if (length !== file.bytes || digestOf(found) !== file.digest) throw damaged(file);
      return found;
    },
    async removeResults(run) {
      if (!RUN.test(run)) return;
      await rm(join(root, 'results', run), { recursive: true, force: true });
    },
  };
}

/** Copies a stream, if it matches its digest; a stream that is too large is not read to its end. */
export async function copyChecked(
  chunks: AsyncIterable<Uint8Array>,
  file: FileReference,
  target: string,
): Promise<void> {
  if (file.bytes > MAX_FILE_BYTES) throw damaged(file);
  await publish(target, async (output) => {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > file.bytes) throw damaged(file);
      hash.update(chunk);
      await output.write(chunk);
    }
    const digest = `sha256:${hash.digest('hex')}`;
    if (bytes !== file.bytes || digest !== file.digest) throw damaged(file);
  });
}

/** The reference to a file, as `putFile` of a share gives it. */
export async function referenceOf(path: string): Promise<FileReference> {
  await using source = await openGuarded(path, false);
  return await hashFile(source!);
}

/** @throws {RangeError} It is not a digest, and must not become a path. */
export function hexOf(digest: string): string {
  if (!DIGEST.test(digest)) throw new RangeError('Cannot find a file: that is no digest');
  return digest.slice('sha256:'.length);
}

export function missing({ digest }: FileReference): QueueError {
  return new QueueError('QUEUE_FILE_MISSING', `Cannot read ${digest}: it is not there`);
}

export function damaged({ digest }: FileReference): QueueError {
  return new QueueError(
    'QUEUE_FILE_DAMAGED',
    `Cannot read ${digest}: the file of that name has other content`,
  );
}

async function publish(
  target: string,
  write: (output: OutputFile) => Promise<void>,
): Promise<void> {
  const folder = dirname(target);
  makeFolder(folder);
  const output = await OutputFile.open(target);
  try {
    await write(output);
    await output.finish();
    await output.publish(target.slice(folder.length + 1));
    await syncFolder(folder);
  } finally {
    await output.discard();
  }
}

/**
 * Writes a result under a temporary name, and renames it. It is not flushed to disk: a result that is lost or damaged when its machine loses power is detected by
 * its digest, and its shard is run again.
 */
async function publishResult(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  makeFolder(folder);
  const temporary = join(folder, `.${name}-${randomUUID()}`);
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const handle = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
  try {
    await handle.writeFile(bytes);
    await handle.close();
    await rename(temporary, join(folder, name));
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}

async function isThere(path: string, { digest, bytes }: FileReference): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isFile() !== true || found.size !== bytes) return false;
  await using handle = await openGuarded(path, true);
  return handle !== undefined && (await hashFile(handle)).digest === digest;
}

/** Opens a regular file, without following a link or waiting for a pipe. */
async function openGuarded(path: string, isGuarded: boolean): Promise<FileHandle | undefined> {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (isGuarded ? constants.O_NOFOLLOW : 0);
  const handle = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (isGuarded && error.code === 'ENOENT') return undefined;
    if (error.code === 'ELOOP') throw irregular(path);
    throw error;
  });
  if (handle !== undefined && !(await handle.stat()).isFile()) {
    await handle.close();
    throw irregular(path);
  }
  return handle;
}

function irregular(path: string): QueueError {
  return new QueueError(
    'QUEUE_FILE_DAMAGED',
    `Cannot read ${JSON.stringify(path)}: it is no regular file`,
  );
}

async function hashFile(handle: FileHandle): Promise<FileReference> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunksOf(handle)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes };
}

async function* chunksOf(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ;) {
    const { bytesRead, buffer } = await handle.read(
      Buffer.alloc(CHUNK_BYTES),
      0,
      CHUNK_BYTES,
      position,
    );
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

import { BenchError } from '../../errors.js';
import { unreadable } from './guard-files.js';

/** A run may be untrusted: a link could point outside its folder, and opening a pipe would wait for a writer forever. */
export const GUARDED_FLAGS: number =
  // Absent on Windows.
  (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const READING = constants.O_RDONLY | GUARDED_FLAGS;
const CHUNK_BYTES = 64 * 1024;

/**
 * Opens a file of a run for reading.
 *
 * @returns undefined if there is no such file.
 * @throws {BenchError} `BENCH_RUN_DAMAGED` if it is a link, a pipe, a device or a folder; `BENCH_RUN_UNREADABLE`.
 */
export async function openRegular(file: string): Promise<FileHandle | undefined> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, READING);
    if ((await handle.stat()).isFile()) return handle;
  } catch (error) {
    await handle?.close();
    if (isMissing(error)) return undefined;
    throw notOpened(file, error);
  }
  await handle.close();
  throw irregular(file);
}

/** Like {@link openRegular}, for synchronous readers. */
export function openRegularSync(file: string): number | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, READING);
    if (fstatSync(descriptor).isFile()) return descriptor;
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    if (isMissing(error)) return undefined;
    throw notOpened(file, error);
  }
  closeSync(descriptor);
  throw irregular(file);
}

/**
 * Reads a whole file of a run.
 *
 * Reads at most one byte more than the cap: a file may grow after its size was checked.
 *
 * @returns undefined if there is no such file.
 * @throws {BenchError} `BENCH_RUN_DAMAGED` if it is not a regular file or larger than the cap; `BENCH_RUN_UNREADABLE`.
 */
export async function readRegular(file: string, maxBytes: number): Promise<Buffer | undefined> {
  await using handle = await openRegular(file);
  if (handle === undefined) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const size = Math.min(CHUNK_BYTES, maxBytes + 1 - bytes);
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(size), 0, size);
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
      if (bytes > maxBytes) throw tooLarge(file, maxBytes);
    }
  } catch (error) {
    throw unreadable(file, error);
  }
  return Buffer.concat(chunks);
}

/** Like {@link readRegular}, for synchronous readers. */
export function readRegularSync(file: string, maxBytes: number): Buffer | undefined {
  const descriptor = openRegularSync(file);
  if (descriptor === undefined) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, maxBytes + 1 - bytes));
      const bytesRead = readSync(descriptor, chunk);
      if (bytesRead === 0) break;
      chunks.push(chunk.subarray(0, bytesRead));
      bytes += bytesRead;
      if (bytes > maxBytes) throw tooLarge(file, maxBytes);
    }
  } catch (error) {
    throw unreadable(file, error);
  } finally {
    closeSync(descriptor);
  }
  return Buffer.concat(chunks);
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function notOpened(file: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  // Linux and macOS report ELOOP for a link, FreeBSD EMLINK; a socket is ENXIO.
  const isOther = code === 'ELOOP' || code === 'EMLINK' || code === 'ENXIO';
  return isOther ? irregular(file, error) : unreadable(file, error);
}

/** The error for a link, a pipe, a device or a folder where a file of a run is expected. */
export function irregular(file: string, cause?: unknown): BenchError {
  return new BenchError(
    'BENCH_RUN_DAMAGED',
    `Cannot read ${JSON.stringify(file)}: it is not a regular file; replace it with the file itself`,
    { file, cause },
  );
}

function tooLarge(file: string, maxBytes: number): BenchError {
  return new BenchError(
    'BENCH_RUN_DAMAGED',
    `Cannot read ${JSON.stringify(file)}: it has more than ${maxBytes} bytes; restore the file`,
    { file },
  );
}

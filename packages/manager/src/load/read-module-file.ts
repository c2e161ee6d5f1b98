import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';

import { MAX_MODULE_BYTES } from '@testbench/types';
import { LoadError } from '@testbench/types/errors';

/** What V8 takes at most. @see https://webassembly.github.io/spec/js-api/#limits */
const MAX_ENGINE_BYTES = 2 ** 30;

/**
 * Reads a module's bytes from a file.
 *
 * @param maxBytes The longest file; more than 1 GiB no engine takes. @default 16 MiB
 * @throws {LoadError} `LOAD_NOT_FOUND`; `LOAD_UNREADABLE` for a directory, a device, a longer file, or one that may not be read.
 */
export async function readModuleFile(
  path: string,
  maxBytes: number = MAX_MODULE_BYTES,
): Promise<Uint8Array<ArrayBuffer>> {
  const limit = Math.min(maxBytes, MAX_ENGINE_BYTES);
  const unreadable = (state: string, cause?: unknown): LoadError =>
    new LoadError('LOAD_UNREADABLE', `Cannot read "${path}": ${state}`, { cause });
  try {
    // Without O_NONBLOCK, opening a FIFO would wait for its writer and hold one of the few I/O threads.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (stat.isDirectory()) throw unreadable('it is a directory');
    if (!stat.isFile()) throw unreadable('it is not a regular file');
    const { size } = stat;
    if (size > limit) throw unreadable(`it has ${size} bytes, limit is ${limit}`);
    const bytes = new Uint8Array(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    if (bytesRead !== size) throw unreadable('it became shorter while it was read');
    return bytes;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new LoadError('LOAD_NOT_FOUND', `Cannot read "${path}": no such file`, { cause });
    }
    if (cause instanceof LoadError) throw cause;
    throw unreadable((cause as Error).message, cause);
  }
}

/**
 * Makes the path of a module absolute.
 *
 * @throws {LoadError} `LOAD_NOT_FOUND` if it is relative, and the working directory was removed.
 */
export function resolveModulePath(path: string): string {
  try {
    return resolve(path);
  } catch (cause) {
    throw new LoadError(
      'LOAD_NOT_FOUND',
      `Cannot read "${path}": the working directory does not exist any more`,
      { cause },
    );
  }
}

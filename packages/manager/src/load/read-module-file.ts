import type { Stats } from 'node:fs';
import { resolve as toAbsolute } from 'node:path';

import { MAX_MODULE_BYTES } from '@testbench/types';
import { LoadError } from '@testbench/types/errors';

// Importing it as an ES module loads the thirty modules of Node that `fs.promises` needs: 4 of the 60 ms that a small command takes.
const { close, constants, fstat, open, read } = process.getBuiltinModule('node:fs');

/** The maximum that V8 accepts. @see https://webassembly.github.io/spec/js-api/#limits */
const MAX_ENGINE_BYTES = 2 ** 30;

/**
 * Reads a module's bytes from a file.
 *
 * @param maxBytes The longest file; no engine accepts more than 1 GiB. @default 16 MiB
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
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    const file = await settled<number>((done) => open(path, flags, done));
    try {
      const stat = await settled<Stats>((done) => fstat(file, done));
      if (stat.isDirectory()) throw unreadable('it is a directory');
      if (!stat.isFile()) throw unreadable('it is not a regular file');
      const { size } = stat;
      if (size > limit) throw unreadable(`it has ${size} bytes, limit is ${limit}`);
      const bytes = new Uint8Array(size);
      const bytesRead = await settled<number>((done) => read(file, bytes, 0, size, 0, done));
      if (bytesRead !== size) throw unreadable('it became shorter while it was read');
      return bytes;
    } finally {
      await settled<void>((done) => close(file, done));
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new LoadError('LOAD_NOT_FOUND', `Cannot read "${path}": no such file`, { cause });
    }
    if (cause instanceof LoadError) throw cause;
    throw unreadable((cause as Error).message, cause);
  }
}

/** Wraps a function with a callback in a promise. */
function settled<Result>(
  start: (done: (error: NodeJS.ErrnoException | null, result?: Result) => void) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result as Result)));
  });
}

/**
 * Makes the path of a module absolute.
 *
 * @throws {LoadError} `LOAD_NOT_FOUND` if it is relative and the working directory was removed.
 */
export function resolveModulePath(path: string): string {
  try {
    return toAbsolute(path);
  } catch (cause) {
    throw new LoadError(
      'LOAD_NOT_FOUND',
      `Cannot read "${path}": the working directory no longer exists`,
      { cause },
    );
  }
}

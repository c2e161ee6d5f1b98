import { open } from 'node:fs/promises';

import { describeFileError } from '@testbench/core/files';

import { BenchError } from '../errors.js';

/**
 * Reads a whole file of a configuration.
 *
 * At most one byte more than the limit is read: the size of a device or pipe is not known in advance.
 *
 * @param what The kind of file for the message, such as `configuration`.
 * @throws {BenchError} `BENCH_CONFIG_UNREADABLE`.
 */
export async function readCappedFile(
  path: string,
  what: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const unreadable = (state: string, cause?: unknown): BenchError =>
    new BenchError(
      'BENCH_CONFIG_UNREADABLE',
      `Cannot read ${what} ${JSON.stringify(path)}: ${state}`,
      { cause, file: path },
    );
  const buffer = new Uint8Array(maxBytes + 1);
  let size = 0;
  try {
    await using file = await open(path);
    for (;;) {
      const { bytesRead } = await file.read(buffer, size, buffer.length - size);
      if (bytesRead === 0) break;
      size += bytesRead;
    }
  } catch (cause) {
    const state = describeFileError(cause);
    if (state === undefined) throw cause;
    throw unreadable(state, cause);
  }
  if (size > maxBytes) throw unreadable(`it has more than ${maxBytes} bytes`);
  return buffer.slice(0, size);
}

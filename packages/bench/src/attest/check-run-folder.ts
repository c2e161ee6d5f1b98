import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describeFileError } from '@testbench/core/files';

import { BenchError } from '../errors.js';
import { MAX_ATTESTATION_BYTES, MAX_RUN_FILE_BYTES, MAX_RUN_FILES } from './limits.js';
import { ATTESTATION_FILE } from './attestation.js';

/**
 * Checks a run's folder before anything in it is read: an untrusted sender may have put links, pipes or devices there.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
 */
export async function checkRunFolder(folder: string): Promise<void> {
  let count = 0;
  const visit = async (path: string, depth: number): Promise<void> => {
    for (const name of await readdir(path)) {
      count += 1;
      const file = join(path, name);
      if (count > MAX_RUN_FILES) throw damaged(folder, `it has more than ${MAX_RUN_FILES} files`);
      const found = await lstat(file);
      if (found.isDirectory() && depth < 4) await visit(file, depth + 1);
      else if (!found.isFile()) throw damaged(file, 'it is no regular file');
      else if (found.size > MAX_RUN_FILE_BYTES) throw damaged(file, 'it is too large');
    }
  };
  await guard(folder, () => visit(folder, 0));
}

/**
 * Reads a file that must be a regular one, without following a link or waiting for a pipe.
 *
 * @returns undefined if the file does not exist.
 */
export async function readAttestation(folder: string): Promise<Uint8Array | undefined> {
  const path = join(folder, ATTESTATION_FILE);
  return await guard(path, async () => {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (file === undefined) return undefined;
    try {
      const found = await file.stat();
      if (!found.isFile()) throw damaged(path, 'it is no regular file');
      if (found.size > MAX_ATTESTATION_BYTES) throw damaged(path, 'it is too large');
      const bytes = new Uint8Array(found.size);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}

async function guard<Value>(path: string, action: () => Promise<Value>): Promise<Value> {
  try {
    return await action();
  } catch (cause) {
    const state = describeFileError(cause);
    if (state === undefined) throw cause;
    throw new BenchError('BENCH_RUN_UNREADABLE', `Cannot read ${JSON.stringify(path)}: ${state}`, {
      cause,
      file: path,
    });
  }
}

function damaged(path: string, state: string): BenchError {
  return new BenchError('BENCH_RUN_DAMAGED', `Cannot read ${JSON.stringify(path)}: ${state}`, {
    file: path,
  });
}

import { LoadError } from '@testbench/types/errors';

import { lockFile } from '../lock/lock-file.js';

/**
 * Keeps a second host from using a state file.
 *
 * @param path Path of the file; the lock file is next to it.
 * @returns A function that releases the lock.
 * @throws {LoadError} `LOAD_STATE_IN_USE` if another host, or this one, uses the file. Whatever the file system throws.
 */
export function lockState(path: string): () => void {
  return lockFile(
    `${path}.lock`,
    (who) =>
      new LoadError(
        'LOAD_STATE_IN_USE',
        `Cannot open state ${JSON.stringify(path)}: ${who} uses it`,
      ),
  );
}

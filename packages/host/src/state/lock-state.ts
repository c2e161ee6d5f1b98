import { LoadError } from '@testbench/types/errors';

import { lockFile } from '../lock/lock-file.js';

/**
 * Keeps a second host from using a file of state.
 *
 * @param path Of the file; the lock file is next to it.
 * @returns Gives it back.
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

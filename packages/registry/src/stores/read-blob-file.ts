import { StoreError } from '@testbench/types/errors';
import type { ArtifactLayer } from '@testbench/types/stores';

import { readStoreFile } from './store-files.js';

/**
 * Reads a blob from disk; a file that is too long is rejected without being read.
 *
 * @throws {StoreError} `STORE_DIGEST_MISMATCH`, `STORE_UNUSABLE`.
 */
export async function readBlobFile(
  path: string,
  { digest, size }: Pick<ArtifactLayer, 'digest' | 'size'>,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await readStoreFile(path, size);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'STORE_TOO_LARGE') throw error;
    throw new StoreError(
      'STORE_DIGEST_MISMATCH',
      `Cannot use ${JSON.stringify(path)}: it is longer than the ${size} bytes of its manifest`,
      { digest, cause: error },
    );
  }
}

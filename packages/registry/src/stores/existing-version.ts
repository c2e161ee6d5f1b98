import { StoreError } from '@testbench/types/errors';

import type { WrittenTag } from './artifact-backend.js';

/**
 * Makes sure that a version is not changed.
 *
 * @param found Current digest of the tag; undefined if it does not exist.
 * @throws {StoreError} `STORE_EXISTS`.
 */
export function checkTagFree(
  name: string,
  tag: WrittenTag,
  digest: string,
  found: string | undefined,
): void {
  if (tag.mayMove || found === undefined || found === digest) return;
  throw new StoreError(
    'STORE_EXISTS',
    `Cannot write version ${tag.name} of "${name}": it is there with other content (${found}); a version stays what it is, so give a new one`,
    { digest: found },
  );
}

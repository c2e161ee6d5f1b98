import { createHash } from 'node:crypto';

import { StoreError } from '@testbench/types/errors';

/** From this size on, bytes are hashed off this thread: 64 MiB take 130 ms. */
const MAX_HASHED_HERE_BYTES = 1024 * 1024;

/** `sha256:` and the hex digest. */
export async function digestBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash =
    bytes.length <= MAX_HASHED_HERE_BYTES
      ? createHash('sha256').update(bytes).digest('hex')
      : Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
  return `sha256:${hash}`;
}

/** @param what A description, such as `a layer of "exact-match"`. @throws {StoreError} `STORE_DIGEST_MISMATCH`. */
export async function verifyBytes(
  bytes: Uint8Array<ArrayBuffer>,
  digest: string,
  what: string,
): Promise<void> {
  const found = await digestBytes(bytes);
  if (found === digest) return;
  throw new StoreError(
    'STORE_DIGEST_MISMATCH',
    `Cannot use ${what}: its digest is ${found}, expected ${digest}`,
    { digest },
  );
}

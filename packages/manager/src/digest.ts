import { createHash } from 'node:crypto';

/** `sha256:` and the lower-case hex digest of `bytes`. */
export function sha256Digest(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

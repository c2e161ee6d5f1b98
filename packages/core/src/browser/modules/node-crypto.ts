// Replaces what the bundle leaves out; the build fails if any of it remains.
export { createHash, randomBytes, randomUUID } from 'node:crypto';

/** Maximum number of bytes that browsers give per call. */
const MOST_BYTES = 65_536;

export function randomFillSync(target: Uint8Array<ArrayBuffer>): void {
  for (let at = 0; at < target.length; at += MOST_BYTES) {
    crypto.getRandomValues(target.subarray(at, at + MOST_BYTES));
  }
}

import { MIN_BYTES_PER_SECOND, REQUEST_TIMEOUT_MS, TRANSFER_TIMEOUT_MS } from './limits.js';

/** A blob in transfer: over several attempts and, for an upload, over several requests. */
export interface Transfer {
  /** Time limit for all of them together, in milliseconds. */
  readonly timeoutMs: number;
  /** When it expires, by the client's clock. */
  readonly endsAtMs: number;
  readonly totalBytes: number;
  /** Bytes received or sent so far. */
  readonly transferredBytes: () => number;
}

/** Time limit of one request that carries this many bytes, in milliseconds. */
export function attemptTimeoutOf(bytes: number): number {
  return REQUEST_TIMEOUT_MS + Math.ceil((bytes / MIN_BYTES_PER_SECOND) * 1000);
}

/** Default time limit of a blob of that size, in milliseconds. */
export function transferTimeoutOf(bytes: number): number {
  return Math.max(TRANSFER_TIMEOUT_MS, attemptTimeoutOf(bytes));
}

/** The progress, to be appended to the failure in a message. */
export function describeTransfer(
  { timeoutMs, totalBytes, transferredBytes }: Transfer,
  isLate: boolean,
): string {
  const far = `, after ${transferredBytes()} of ${totalBytes} bytes`;
  return isLate ? `${far}; the transfer may take ${timeoutMs / 1000} s (transferTimeoutMs)` : far;
}

import { MIN_BYTES_PER_SECOND, REQUEST_TIMEOUT_MS, TRANSFER_TIMEOUT_MS } from './limits.js';

/** A blob on its way: over several attempts, and where it is sent, over several requests. */
export interface Transfer {
  /** How long all of them may take together, in milliseconds. */
  readonly timeoutMs: number;
  /** When that is over, by the client's clock. */
  readonly endsAtMs: number;
  readonly totalBytes: number;
  /** Bytes that have come or gone so far. */
  readonly transferredBytes: () => number;
}

/** How long one request may take that carries so many bytes, in milliseconds. */
export function attemptTimeoutOf(bytes: number): number {
  return REQUEST_TIMEOUT_MS + Math.ceil((bytes / MIN_BYTES_PER_SECOND) * 1000);
}

/** Default time limit of a blob of that size, in milliseconds. */
export function transferTimeoutOf(bytes: number): number {
  return Math.max(TRANSFER_TIMEOUT_MS, attemptTimeoutOf(bytes));
}

/** How far it came, to stand after what went wrong. */
export function describeTransfer(
  { timeoutMs, totalBytes, transferredBytes }: Transfer,
  isLate: boolean,
): string {
  const far = `, after ${transferredBytes()} of ${totalBytes} bytes`;
  return isLate ? `${far}; the transfer may take ${timeoutMs / 1000} s (transferTimeoutMs)` : far;
}

/**
 * Keeps metered bytes from one process to the next.
 *
 * Code without limits can be run by anyone who can write to a store: `read` gives bytes only if they are as they were written.
 */
export interface ModuleStore {
  readonly specificationVersion: 'v1';
  /** @returns The bytes, or undefined if they are not there or not intact. Never rejects. */
  read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Keeps a copy, or does not: a store that is full costs speed only. Never rejects. */
  write(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/**
 * Keeps metered bytes from one process to the next.
 *
 * Anyone who can write to a store can run code without limits: `read` returns bytes only if they are exactly as they were written.
 */
export interface ModuleStore {
  readonly specificationVersion: 'v1';
  /** @returns The bytes, or undefined if they are absent or damaged. Never rejects. */
  read(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** May keep a copy: a full store only costs speed. Never rejects. */
  write(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

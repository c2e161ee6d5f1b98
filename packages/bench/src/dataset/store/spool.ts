import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MAX_SPOOL_BYTES, MAX_SPOOL_MEMORY_BYTES } from '../limits.js';

const WRITE_BYTES = 256 * 1024;

/** The copy would exceed the size limit of a temporary file. */
export class SpoolFullError extends Error {}

/**
 * Bytes that are written once and then read at any offset: in memory while they are few, otherwise in a temporary file that only this
 * process can open. Nothing is left of it when the process ends, for whatever reason.
 */
export class Spool {
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #written = 0;
  #file: FileHandle | undefined;
  /** The file's path, if it could not be unlinked while open. */
  #path: string | undefined;
  #memory: Buffer | undefined;

  /** Number of bytes so far. */
  get byteLength(): number {
    return this.#written + this.#pendingBytes;
  }

  /** Adds bytes, which must not be changed afterwards. @throws {SpoolFullError} Or an error of the file system. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.byteLength > MAX_SPOOL_BYTES) {
      throw new SpoolFullError(`it has more than ${MAX_SPOOL_BYTES} bytes`);
    }
    const limit = this.#file === undefined ? MAX_SPOOL_MEMORY_BYTES : WRITE_BYTES;
    if (this.#pendingBytes > limit) await this.#flush();
  }

  /** Must be called after the last write, before the first read. */
  async finish(): Promise<void> {
    if (this.#file !== undefined) await this.#flush();
    else this.#memory = Buffer.concat(this.#pending);
    this.#pending = [];
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    if (this.#memory !== undefined) return this.#memory.subarray(position, position + length);
    const buffer = Buffer.allocUnsafeSlow(length);
    const { bytesRead } = await this.#file!.read(buffer, 0, length, position);
    return buffer.subarray(0, bytesRead);
  }

  async close(): Promise<void> {
    await this.#file?.close();
    if (this.#path !== undefined) await unlink(this.#path).catch(() => {});
    this.#file = undefined;
  }

  async #flush(): Promise<void> {
    if (this.#file === undefined) {
      const path = join(tmpdir(), `testbench-${randomUUID()}.tmp`);
      this.#file = await open(path, 'wx+', 0o600);
      this.#path = path;
      // If the system allows it, the file has no name from now on.
      await unlink(path).then(
        () => (this.#path = undefined),
        () => {},
      );
    }
    const bytes = Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#file.write(
        bytes,
        done,
        bytes.length - done,
        this.#written,
      );
      done += bytesWritten;
      this.#written += bytesWritten;
    }
  }
}

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { HostCode } from '@testbench/types/abi';

import { EffectFailure } from '../effects/effect-failure.js';
import { MAX_FILE_BYTES, MAX_READ_BYTES } from '../limits.js';
import { checkFile } from './check-file.js';
import { O_PATH, type OpenedDirectory } from './open-directory.js';

/** A file that a plugin reads from beginning to end. */
export class ReadableFile {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /**
   * Opens a file by its name in an open directory: first without access to its content, then for reading once it was checked.
   *
   * @throws {EffectFailure} Denied; limit exceeded. Whatever `open` throws.
   */
  static async open(directory: OpenedDirectory, name: string): Promise<ReadableFile> {
    const place = await open(`${directory.path}/${name}`, O_PATH | constants.O_NOFOLLOW);
    try {
      const stats = await place.stat();
      checkFile(stats, directory.grant);
      if (stats.size > MAX_FILE_BYTES) {
        throw new EffectFailure(HostCode.limitExceeded, `${stats.size} bytes`);
      }
      const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
      return new ReadableFile(await open(join(dirname(directory.path), String(place.fd)), flags));
    } finally {
      await place.close();
    }
  }

  /** The next bytes, at most `maxBytes` and at most 1 MiB; empty at the end. */
  async read(maxBytes: number): Promise<Uint8Array> {
    const buffer = new Uint8Array(Math.min(maxBytes, MAX_READ_BYTES));
    const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, null);
    return bytesRead === buffer.length ? buffer : buffer.slice(0, bytesRead);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

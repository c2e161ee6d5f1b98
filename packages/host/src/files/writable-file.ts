import type { Stats } from 'node:fs';
import { type FileHandle, lstat } from 'node:fs/promises';

import { HostCode } from '@testbench/types/abi';

import { EffectFailure } from '../effects/effect-failure.js';
import { MAX_FILE_BYTES } from '../limits.js';
import { TemporaryFile } from '../file-system/temporary-file.js';
import { checkFile } from './check-file.js';
import type { OpenedDirectory } from './open-directory.js';

/** A file that a plugin writes. It appears under its own name in one step when it is complete, or not at all. */
export class WritableFile {
  readonly #directory: FileHandle;
  readonly #file: TemporaryFile;
  readonly #target: string;
  readonly #grant: OpenedDirectory['grant'];
  readonly #count: (bytes: number) => void;
  #bytes = 0;
  #spoiled = false;

  private constructor(
    { handle, grant }: OpenedDirectory,
    file: TemporaryFile,
    target: string,
    count: (bytes: number) => void,
  ) {
    this.#directory = handle;
    this.#grant = grant;
    this.#file = file;
    this.#target = target;
    this.#count = count;
  }

  /**
   * @param directory From then on, the file is responsible for closing its handle.
   * @param count Called with the number of bytes about to be written; throws if there are too many.
   * @throws {EffectFailure} Denied, if an existing file must not be replaced. Whatever `open` throws.
   */
  static async open(
    directory: OpenedDirectory,
    name: string,
    count: (bytes: number) => void,
  ): Promise<WritableFile> {
    const target = `${directory.path}/${name}`;
    const replaced = await checkTarget(target, directory.grant);
    // A file that replaces a private file is private from its first byte on.
    const mode = replaced === undefined ? 0o666 : 0o600;
    const file = await TemporaryFile.open(directory.path, mode);
    return new WritableFile(directory, file, target, count);
  }

  /** Appends to it. @throws {EffectFailure} Limit exceeded. Whatever `write` throws. */
  async write(bytes: Uint8Array): Promise<void> {
    // Set until the write has succeeded: a file with a hole in it must never appear.
    this.#spoiled = true;
    if (this.#bytes + bytes.length > MAX_FILE_BYTES) {
      throw new EffectFailure(HostCode.limitExceeded, `more than ${MAX_FILE_BYTES} bytes`);
    }
    this.#bytes += bytes.length;
    this.#count(bytes.length);
    await this.#file.handle.writeFile(bytes);
    this.#spoiled = false;
  }

  /**
   * Moves it to its final place once it is on the disk.
   *
   * @param isWanted Checked last: a call that was cancelled meanwhile must not change anything.
   * @throws {EffectFailure} Denied; cancelled. Nothing has changed then.
   */
  async commit(isWanted: () => boolean): Promise<void> {
    try {
      if (this.#spoiled) throw new EffectFailure(HostCode.inputOutput, 'a write failed before');
      await this.#file.handle.sync();
      const replaced = await checkTarget(this.#target, this.#grant);
      if (replaced !== undefined) await this.#file.handle.chmod(replaced.mode & 0o777);
      if (!isWanted()) throw new EffectFailure(HostCode.cancelled, 'the call is over');
      // Replaces anything with that name, even a link, but never the target of a link.
      await this.#file.moveTo(this.#target);
    } finally {
      await this.discard();
    }
  }

  /** Discards it, unless it is in its final place. */
  async discard(): Promise<void> {
    try {
      await this.#file.close();
    } finally {
      await this.#directory.close();
    }
  }
}

/** The existing file; undefined if there is none. @throws {EffectFailure} Denied, if it must not be replaced. */
async function checkTarget(
  path: string,
  grant: OpenedDirectory['grant'],
): Promise<Stats | undefined> {
  let stats: Stats;
  try {
    stats = await lstat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  checkFile(stats, grant);
  return stats;
}

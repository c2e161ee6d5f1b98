import type { Stats } from 'node:fs';
import { type FileHandle, lstat } from 'node:fs/promises';

import { HostCode } from '@testbench/types/abi';

import { EffectFailure } from '../effects/effect-failure.js';
import { MAX_FILE_BYTES } from '../limits.js';
import { TemporaryFile } from '../file-system/temporary-file.js';
import { checkFile } from './check-file.js';
import type { OpenedDirectory } from './open-directory.js';

/** A file that a plugin writes. Under its own name it appears when it is complete, in one step, or not at all. */
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
   * @param directory Its handle is the file's to close from then on.
   * @param count Told of bytes that are about to be written; throws if they are too many.
   * @throws {EffectFailure} Denied, if what is there already must not be replaced. Whatever `open` throws.
   */
  static async open(
    directory: OpenedDirectory,
    name: string,
    count: (bytes: number) => void,
  ): Promise<WritableFile> {
    const target = `${directory.path}/${name}`;
    const replaced = await checkTarget(target, directory.grant);
    // What replaces a private file is private from its first byte on.
    const mode = replaced === undefined ? 0o666 : 0o600;
    const file = await TemporaryFile.open(directory.path, mode);
    return new WritableFile(directory, file, target, count);
  }

  /** Appends to it. @throws {EffectFailure} Limit exceeded. Whatever `write` throws. */
  async write(bytes: Uint8Array): Promise<void> {
    // Until it has gone well: a file with a hole in it must never appear.
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
   * Puts it in its place, once it is on the disk.
   *
   * @param isWanted Asked last: a call that was cancelled meanwhile leaves things as they were.
   * @throws {EffectFailure} Denied; cancelled. Nothing has changed then.
   */
  async commit(isWanted: () => boolean): Promise<void> {
    try {
      if (this.#spoiled) throw new EffectFailure(HostCode.inputOutput, 'a write failed before');
      await this.#file.handle.sync();
      const replaced = await checkTarget(this.#target, this.#grant);
      if (replaced !== undefined) await this.#file.handle.chmod(replaced.mode & 0o777);
      if (!isWanted()) throw new EffectFailure(HostCode.cancelled, 'the call is over');
      // Replaces what has the name, were it a link, and never what a link leads to.
      await this.#file.moveTo(this.#target);
    } finally {
      await this.discard();
    }
  }

  /** Throws it away, unless it is in its place. */
  async discard(): Promise<void> {
    try {
      await this.#file.close();
    } finally {
      await this.#directory.close();
    }
  }
}

/** What is there already; undefined if there is nothing. @throws {EffectFailure} Denied, if it must not be replaced. */
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

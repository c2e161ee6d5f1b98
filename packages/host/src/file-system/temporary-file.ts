import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

/** Short, so that it fits even if the file's own name has the maximum length. */
const NAME = /^\.testbench-[0-9a-f-]{36}\.tmp$/;
// Never follow or overwrite what another user put there.
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/**
 * A file under a temporary name until it is complete: a renamed file appears whole or not at all, and writers do not interfere.
 * Files left behind by a process that died are recognized by their name.
 */
export class TemporaryFile {
  #isMoved = false;

  private constructor(
    /** Where it is until then. */
    readonly path: string,
    /** For writing, and for syncing it to the disk if that matters. */
    readonly handle: FileHandle,
  ) {}

  /**
   * @param folder On the same file system as its final name.
   * @param mode Mode of the file; the process's mask applies.
   * @throws Any error of the file system.
   */
  static async open(folder: string, mode: number): Promise<TemporaryFile> {
    const path = `${folder}/.testbench-${randomUUID()}.tmp`;
    return new TemporaryFile(path, await open(path, NEW, mode));
  }

  /** True for the name of an unfinished file. */
  static isName(name: string): boolean {
    return NAME.test(name);
  }

  /** Gives it its final name; replaces anything with that name, even a link. Later calls do nothing. @throws Any error of the file system. */
  async moveTo(target: string): Promise<void> {
    if (this.#isMoved) return;
    await rename(this.path, target);
    this.#isMoved = true;
  }

  /** Closes the file, and removes it unless it was moved. */
  async close(): Promise<void> {
    await this.handle.close();
    if (!this.#isMoved) await rm(this.path, { force: true }).catch(() => {});
  }
}

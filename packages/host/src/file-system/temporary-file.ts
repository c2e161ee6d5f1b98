import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

/** Short, so that a file whose own name is as long as may be has room for it. */
const NAME = /^\.testbench-[0-9a-f-]{36}\.tmp$/;
// Never follow or overwrite what another user put there.
const NEW = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/**
 * A file under a temporary name until it is complete: a renamed file appears whole or not at all, and writers do not mix.
 * What a process leaves behind that dies meanwhile is known by its name.
 */
export class TemporaryFile {
  #isMoved = false;

  private constructor(
    /** Where it stands until then. */
    readonly path: string,
    /** To write with, and to bring it to the disk if that matters. */
    readonly handle: FileHandle,
  ) {}

  /**
   * @param folder On the same file system as the name that it gets later.
   * @param mode Of the file; the process masks some of it.
   * @throws What the file system throws.
   */
  static async open(folder: string, mode: number): Promise<TemporaryFile> {
    const path = `${folder}/.testbench-${randomUUID()}.tmp`;
    return new TemporaryFile(path, await open(path, NEW, mode));
  }

  /** True for a name that an unfinished file has. */
  static isName(name: string): boolean {
    return NAME.test(name);
  }

  /** Gives it its name; replaces what has that name, were it a link. Later calls do nothing. @throws What the file system throws. */
  async moveTo(target: string): Promise<void> {
    if (this.#isMoved) return;
    await rename(this.path, target);
    this.#isMoved = true;
  }

  /** Closes it, and removes it unless it was moved. */
  async close(): Promise<void> {
    await this.handle.close();
    if (!this.#isMoved) await rm(this.path, { force: true }).catch(() => {});
  }
}

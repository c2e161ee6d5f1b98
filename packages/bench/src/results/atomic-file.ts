import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

const BUFFER_CHARACTERS = 64 * 1024;

/**
 * A text file that appears whole or not at all: written under a temporary name beside the final one,
 * and renamed at the end. A file that had the final name stays as it is until then.
 */
export class AtomicFile {
  #pending = '';

  private constructor(
    readonly path: string,
    private readonly temporaryPath: string,
    private readonly handle: FileHandle,
  ) {}

  /** Its folder must exist: a rename is atomic only within one file system. */
  static async create(path: string): Promise<AtomicFile> {
    const temporaryPath = `${path}.${randomUUID()}.tmp`;
    // 'wx': never follow or overwrite what somebody else put there.
    return new AtomicFile(path, temporaryPath, await open(temporaryPath, 'wx'));
  }

  /** Adds text at the end; waits only when a good deal is to be written. */
  async write(text: string): Promise<void> {
    this.#pending += text;
    if (this.#pending.length >= BUFFER_CHARACTERS) await this.#flush();
  }

  /** Brings everything onto the disk, still under the temporary name. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.handle.sync();
    await this.handle.close();
  }

  /** Gives a finished file its name. */
  async publish(): Promise<void> {
    await rename(this.temporaryPath, this.path);
  }

  /** Removes what was written. Does nothing after `publish`. */
  async discard(): Promise<void> {
    await this.handle.close();
    await rm(this.temporaryPath, { force: true });
  }

  async #flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    await this.handle.appendFile(text);
  }
}

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

import { describeFileError, makeFolder, TemporaryFile } from '@testbench/host/files';

import { MAX_LOCKFILE_BYTES } from './limits.js';
import { lockAndWait } from '../lock-and-wait.js';
import { encodeLockfile } from './encode-lockfile.js';
import { InstallError } from './install-error.js';
import { EMPTY_LOCKFILE, type LockedPlugin, type Lockfile } from './lockfile.js';
import { parseLockfile } from './parse-lockfile.js';
import { PluginFolder } from './plugin-folder.js';

/** Name of the lockfile, which belongs in version control. */
export const LOCKFILE_NAME = 'testbench.lock';
/** Folder of files that belong to this machine. */
const OWN_FOLDER = '.testbench';

/** A plugin that is in the lockfile, and where its module is. */
export interface InstalledPlugin extends LockedPlugin {
  readonly name: string;
  /** The module, if it is on this machine. */
  readonly path: string;
}

/** The lockfile and the modules of a project. */
export class PluginProject {
  readonly lockfilePath: string;
  readonly modules: PluginFolder;
  readonly #folder: string;

  /** @throws {InstallError} `INSTALL_UNUSABLE`. */
  constructor(folder: string) {
    this.#folder = folder;
    this.lockfilePath = join(folder, LOCKFILE_NAME);
    this.modules = new PluginFolder(join(folder, OWN_FOLDER, 'plugins'));
  }

  /** @returns An empty lockfile if there is no file. @throws {InstallError} `INSTALL_BAD_LOCKFILE`. */
  async readLockfile(): Promise<Lockfile> {
    const text = await this.#readText();
    return text === undefined ? EMPTY_LOCKFILE : parseLockfile(text);
  }

  /**
   * Replaces the lockfile as a whole, unless its content would be the same; an empty one is not created.
   *
   * @returns False if nothing was written.
   * @throws {InstallError} `INSTALL_BAD_LOCKFILE`.
   */
  async writeLockfile(lockfile: Lockfile): Promise<boolean> {
    const text = encodeLockfile(lockfile);
    const before = (await this.#readText())?.toString('utf8') ?? encodeLockfile(EMPTY_LOCKFILE);
    if (before === text) return false;
    try {
      const file = await TemporaryFile.open(this.#folder, 0o666);
      try {
        await file.handle.writeFile(text);
        await file.handle.datasync();
        await file.moveTo(this.lockfilePath);
      } finally {
        await file.close();
      }
    } catch (error) {
      throw this.#badLockfile('write', error);
    }
    return true;
  }

  /** Runs an action while no other process installs here. @throws {InstallError} `INSTALL_IN_USE`, `INSTALL_UNUSABLE`. */
  async exclusively<Result>(
    work: () => Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    const lock = join(this.#folder, OWN_FOLDER, 'install.lock');
    const refuse = (who: string): InstallError =>
      new InstallError(
        'INSTALL_IN_USE',
        `Cannot install in "${this.#folder}": ${who} installs there`,
      );
    let release: () => void;
    try {
      makeFolder(join(this.#folder, OWN_FOLDER));
      release = await lockAndWait(lock, { refuse, signal });
    } catch (error) {
      const state = describeFileError(error);
      if (state === undefined) throw error;
      const message = `Cannot install in "${this.#folder}": ${state}`;
      throw new InstallError('INSTALL_UNUSABLE', message, { cause: error });
    }
    try {
      return await work();
    } finally {
      release();
    }
  }

  /** The plugins of a lockfile, by name. */
  installed({ plugins }: Lockfile): InstalledPlugin[] {
    return Array.from(plugins, ([name, plugin]) => ({
      name,
      ...plugin,
      path: this.modules.pathOf(plugin.module),
    }));
  }

  async #readText(): Promise<Buffer | undefined> {
    try {
      await using file = await open(this.lockfilePath, constants.O_RDONLY | constants.O_NONBLOCK);
      const found = await file.stat();
      if (!found.isFile()) throw this.#badLockfile('read', undefined, 'it is no regular file');
      if (found.size > MAX_LOCKFILE_BYTES) {
        const state = `it has ${found.size} bytes, limit is ${MAX_LOCKFILE_BYTES}`;
        throw this.#badLockfile('read', undefined, state);
      }
      return await file.readFile();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw this.#badLockfile('read', error);
    }
  }

  #badLockfile(action: string, cause: unknown, state = describeFileError(cause)): unknown {
    if (state === undefined) return cause;
    return new InstallError(
      'INSTALL_BAD_LOCKFILE',
      `Cannot ${action} "${this.lockfilePath}": ${state}`,
      { cause },
    );
  }
}

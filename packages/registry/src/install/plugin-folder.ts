import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { describeFileError, digestOf, privateFiles, TemporaryFile } from '@testbench/host/files';
import { MAX_MODULE_BYTES } from '@testbench/types';

import { InstallError } from './install-error.js';

const NAME = /^[0-9a-f]{64}\.wasm$/;

/** The modules of a project, each under its digest: a file that exists is complete, and its name is the digest of its bytes. */
export class PluginFolder {
  /** @throws {InstallError} `INSTALL_UNUSABLE`. */
  constructor(readonly path: string) {
    const problem = privateFiles.openFolder(path);
    if (problem === undefined) return;
    throw new InstallError('INSTALL_UNUSABLE', `Cannot use "${path}": ${problem.state}`, {
      cause: problem.cause,
    });
  }

  pathOf(module: string): string {
    return join(this.path, `${module.slice('sha256:'.length)}.wasm`);
  }

  /** Reads the module of a digest. A file with other bytes is `damaged`, as is one that other users could have written. */
  async read(module: string): Promise<Uint8Array | 'absent' | 'damaged'> {
    const bytes = await privateFiles.read(this.pathOf(module), MAX_MODULE_BYTES);
    if (bytes === 'absent') return 'absent';
    return bytes === 'foreign' || digestOf(bytes) !== module ? 'damaged' : bytes;
  }

  /**
   * Writes a module whose digest was checked; once this has resolved, it is on disk.
   *
   * @throws {InstallError} `INSTALL_UNUSABLE`; then no file is left behind.
   */
  async write(module: string, bytes: Uint8Array): Promise<void> {
    try {
      const file = await TemporaryFile.open(this.path, 0o600);
      try {
        await file.handle.writeFile(bytes);
        await file.handle.datasync();
        await file.moveTo(this.pathOf(module));
      } finally {
        await file.close();
      }
    } catch (cause) {
      const state = describeFileError(cause);
      if (state === undefined) throw cause;
      const message = `Cannot write "${this.pathOf(module)}": ${state}`;
      throw new InstallError('INSTALL_UNUSABLE', message, { cause });
    }
  }

  /** Removes unreferenced modules, and leftovers of killed processes. */
  async prune(keep: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.path)) {
      const isStale = NAME.test(name)
        ? !keep.has(`sha256:${name.slice(0, 64)}`)
        : TemporaryFile.isName(name);
      if (isStale) await rm(join(this.path, name), { force: true });
    }
  }
}

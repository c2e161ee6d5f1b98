import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder, and those above it that are missing, one after the other: where a file system refuses new folders as if something above
 * were missing, as `/proc` does, the engine's recursive way tries for ever.
 *
 * @throws The error of the system, such as `EEXIST` where a file stands there, or `ENOENT` below `/proc`.
 */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (found !== undefined) {
      // Told by the error that making it gives.
      if (missing.length === 0 && !found.isDirectory()) await mkdir(folder);
      break;
    }
    missing.unshift(folder);
  }
  for (const folder of missing) {
    await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
      // Somebody else was faster.
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

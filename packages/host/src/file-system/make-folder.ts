import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder, and those above it that are missing, one after the other: where a file system refuses new folders as if something above
 * were missing, as `/proc` does, the engine's recursive way tries for ever.
 *
 * @param mode Of the folders that are made. @default 0o777, less what the process masks
 * @throws The error of the system, such as `EEXIST` where a file stands there, or `ENOENT` below `/proc`.
 */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found !== undefined) {
      // Told by the error that making it gives.
      if (missing.length === 0 && !found.isDirectory()) mkdirSync(folder, { mode });
      break;
    }
    missing.unshift(folder);
  }
  for (const folder of missing) {
    try {
      mkdirSync(folder, { mode });
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

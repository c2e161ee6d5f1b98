import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and its missing parents, one after the other: if a file system refuses new folders as if a parent
 * were missing, as `/proc` does, the engine's recursive option tries forever.
 *
 * @param mode Mode of the new folders. @default 0o777, minus the process's mask
 * @throws The system's error, such as `EEXIST` if there is a file at the path, or `ENOENT` below `/proc`.
 */
export function makeFolder(path: string, mode = 0o777): void {
  const missing: string[] = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found !== undefined) {
      // Reported by the error of creating it.
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

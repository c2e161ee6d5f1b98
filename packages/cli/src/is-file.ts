import { statSync } from 'node:fs';

/** True for a file, which takes precedence over a plugin of the same name. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

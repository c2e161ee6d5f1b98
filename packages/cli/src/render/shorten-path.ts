import { isAbsolute, relative } from 'node:path';

/** A path as seen from the working directory, unless it lies outside of it. */
export function shortenPath(path: string, cwd: string): string {
  const fromHere = relative(cwd, path);
  return fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere;
}

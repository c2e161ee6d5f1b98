import { fileURLToPath } from 'node:url';

/** Folder of this package's files for plugins in another language: `testbench.h`, or the crate `testbench`. */
export function nativeFolder(language: 'c' | 'rust'): string {
  // Sources are in src/build, the bundle in dist.
  const up = import.meta.url.endsWith('.ts') ? '../..' : '..';
  return fileURLToPath(new URL(`${up}/native/${language}`, import.meta.url));
}

import { LoadError } from '@testbench/types/errors';

/** @throws {LoadError} `LOAD_UNSUPPORTED`, always: a page cannot learn that a file has changed. */
export function watchFile(path: string): () => void {
  throw new LoadError('LOAD_UNSUPPORTED', `Cannot watch "${path}": a browser cannot watch files`);
}

import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';

import { WATCH_QUIET_MS } from './limits.js';

/**
 * Calls `onChange` when a file has changed and then been quiet for a moment, one call at a time.
 *
 * It is the folder that is watched: editors and compilers put a new file in the place of the old one.
 *
 * @returns A function that ends it.
 */
export function watchFile(path: string, onChange: () => Promise<void>): () => void {
  const name = basename(path);
  let timer: NodeJS.Timeout | undefined;
  let last = Promise.resolve();
  let stopped = false;
  const watcher = watch(dirname(path), { persistent: false }, (_event, changed) => {
    if (changed !== null && changed !== name) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      last = last.then(() => (stopped ? undefined : onChange()));
    }, WATCH_QUIET_MS);
    timer.unref();
  });
  // A folder that goes away ends the watching, not the host.
  watcher.on('error', () => watcher.close());
  return () => {
    stopped = true;
    clearTimeout(timer);
    watcher.close();
  };
}

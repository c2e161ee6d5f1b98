import type { FileChange, FileWatcher } from './file-watcher.js';

/**
 * Does something, and again after every batch of changes, until `signal` fires.
 *
 * A change while it is done fires the signal that it got; then it is done again at once.
 *
 * @param round Gets what has changed; empty the first time. What it throws ends everything, unless `signal` has fired.
 */
export async function rerunOnChange(
  watcher: FileWatcher,
  signal: AbortSignal,
  round: (changes: readonly FileChange[], signal: AbortSignal) => Promise<void>,
): Promise<void> {
  let changes: readonly FileChange[] = [];
  while (!signal.aborted) {
    const superseded = watcher.superseded();
    try {
      await round(changes, AbortSignal.any([signal, superseded.signal]));
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      superseded.end();
    }
    changes = await watcher.next(signal);
  }
}

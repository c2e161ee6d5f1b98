import type { FileChange, FileWatcher } from './file-watcher.js';

/**
 * Runs a function, and again after every batch of changes, until `signal` fires.
 *
 * A change during a run fires the signal that the run received; the next run follows immediately.
 *
 * @param round Receives the changes; none the first time. An error from it ends everything, unless `signal` has fired.
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

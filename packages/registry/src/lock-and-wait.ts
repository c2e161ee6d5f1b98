import { setTimeout as wait } from 'node:timers/promises';

import { lockFile } from '@testbench/host/files';
import { PluginError } from '@testbench/types/errors';

/** Time for another writing process to finish: 10,000 entries are written in a second. */
const LOCK_WAIT_MS = 20_000;
/** Between two attempts to take the lock: each starts a process, which takes 3 ms. */
const LOCK_RETRY_MS = 25;

/** Options of {@link lockAndWait}. */
export interface LockWait {
  /** Makes the error if it takes too long; receives the holder of the lock, in words. */
  readonly refuse: (who: string) => Error;
  readonly signal?: AbortSignal | undefined;
  readonly waitMs?: number;
}

/** The lock is taken. */
class Held extends PluginError<'HELD'> {}

/**
 * Locks a file as soon as it is free.
 *
 * @returns A function that releases the lock.
 * @throws The error of `refuse` after the time limit; the signal's reason; any error of the file system.
 */
export async function lockAndWait(
  path: string,
  { refuse, signal, waitMs = LOCK_WAIT_MS }: LockWait,
): Promise<() => void> {
  const endsAt = performance.now() + waitMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return lockFile(path, (who) => new Held('HELD', who));
    } catch (error) {
      if (!(error instanceof Held)) throw error;
      if (performance.now() > endsAt) throw refuse(error.message);
    }
    // Waiting processes must not all try at the same time.
    await wait(LOCK_RETRY_MS * (0.5 + Math.random()), undefined, { signal });
  }
}

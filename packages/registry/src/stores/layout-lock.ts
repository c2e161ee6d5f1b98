import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { lockFile } from '@testbench/host/files';
import { StoreError } from '@testbench/types/errors';

import { LOCK_POLL_MS, LOCK_TIMEOUT_MS } from '../limits.js';

/** The last waiting task of this process, by folder. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Runs an action while no other process, and no other task of this one, runs one in the same folder.
 *
 * @throws {StoreError} `STORE_UNUSABLE` if another process holds the lock for too long.
 */
export async function lockLayout<Result>(
  folder: string,
  use: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const before = queues.get(folder);
  const turn = (before ?? Promise.resolve())
    .catch(() => {})
    .then(async () => {
      const release = await acquire(folder, signal);
      try {
        return await use();
      } finally {
        release();
      }
    });
  queues.set(folder, turn);
  try {
    return await turn;
  } finally {
    if (queues.get(folder) === turn) queues.delete(folder);
  }
}

async function acquire(folder: string, signal: AbortSignal | undefined): Promise<() => void> {
  const until = performance.now() + LOCK_TIMEOUT_MS;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return lockFile(join(folder, '.testbench-lock'), (who) => new LockedError(folder, who));
    } catch (error) {
      if (!(error instanceof LockedError) || performance.now() > until) throw error;
    }
    await wait(LOCK_POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
}

class LockedError extends StoreError {
  constructor(folder: string, who: string) {
    super('STORE_UNUSABLE', `Cannot write to ${JSON.stringify(folder)}: it is in use by ${who}`);
  }
}

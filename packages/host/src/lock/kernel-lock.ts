import { spawnSync } from 'node:child_process';

/** Where the lock file lies among the descriptors of the command. */
const LOCK_FD = 3;
/** How `flock` ends where another has the lock. */
const CONFLICT = 1;
/** It does not wait for the lock; a machine may be busy. */
const TIMEOUT_MS = 10_000;

/**
 * Locks an open file for this process, as long as it is open here.
 *
 * The kernel gives the lock back when the process ends, however it ends, and knows it in every process namespace. Node has no
 * call for it; the command `flock` locks what it is handed, which is the same open file as ours.
 *
 * @returns `unknown` if the command is missing, or the file system has no such locks.
 * @see https://man7.org/linux/man-pages/man2/flock.2.html
 */
export function tryKernelLock(file: number): 'locked' | 'conflict' | 'unknown' {
  const { error, status } = spawnSync('flock', ['-x', '-n', String(LOCK_FD)], {
    stdio: ['ignore', 'ignore', 'ignore', file],
    timeout: TIMEOUT_MS,
  });
  if (error !== undefined) return 'unknown';
  if (status === 0) return 'locked';
  return status === CONFLICT ? 'conflict' : 'unknown';
}

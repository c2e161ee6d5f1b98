import { spawnSync } from 'node:child_process';

/** The command's file descriptor for the lock file. */
const LOCK_FD = 3;
/** Exit code of `flock` if another process has the lock. */
const CONFLICT = 1;
/** The command does not wait for the lock, but the machine may be busy. */
const TIMEOUT_MS = 10_000;

/**
 * Locks an open file for this process while it is open here.
 *
 * The kernel releases the lock when the process ends, however it ends, and enforces it in every process namespace. Node has no
 * API for it; the command `flock` locks the descriptor that it is passed, which refers to the same open file as ours.
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

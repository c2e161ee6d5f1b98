import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';

import { tryKernelLock } from './kernel-lock.js';

/** The holder of a lock; undefined if unknown. */
type LockHolder = Pick<Holder, 'host' | 'pid'> | undefined;

/** The holder of a lock: a process id is only meaningful in its namespace, and is reused for another process later. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  /** When the process started, in ticks of the kernel; '' if the system does not report it. */
  readonly start: string;
  /** Unique to this acquisition. */
  readonly token: string;
  /** Id of the machine's boot, and of the process namespace; '' if the system does not report it. */
  readonly boot: string;
  readonly namespace: string;
  /** True if the kernel tracks whether it is held. */
  readonly kernel: boolean;
}

/** Locks held by this process, by path. */
const held = new Set<string>();
/** How often opening is retried if a lock file was replaced while it was opened. */
const MAX_TRIES = 10;

/**
 * Keeps other processes, and other parts of this one, from using what a lock file protects.
 *
 * The kernel holds the lock where it can, so that it ends with its process and counts in every container. Elsewhere the file
 * names the process: the lock of a dead process is replaced; one of another machine or process namespace never is, since it cannot be checked.
 *
 * @param lock Path of the lock file; its folder must exist.
 * @param refuse Creates the error if the lock is held; receives the holder, in words: `process 7 of "host"`.
 * @returns A function that releases the lock.
 * @throws The error of `refuse`, and any error of the file system.
 */
export function lockFile(lock: string, refuse: (who: string) => Error): () => void {
  if (held.has(lock)) throw refuse(nameHolder(describeSelf(false)));
  const attempt: Attempt = { lock, inUse: (holder) => refuse(nameHolder(holder)) };
  const release = lockWithKernel(attempt) ?? lockWithFile(attempt);
  held.add(lock);
  return () => {
    held.delete(lock);
    release();
  };
}

interface Attempt {
  readonly lock: string;
  readonly inUse: (holder: LockHolder) => Error;
}

/** @returns undefined if the kernel cannot lock it. */
function lockWithKernel({ lock, inUse }: Attempt): (() => void) | undefined {
  const own = JSON.stringify(describeSelf(true));
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const made = makeLocked(lock, own);
    if (made === undefined) return undefined;
    const file = made.isNew ? made.file : openExisting(lock);
    // Released meanwhile.
    if (file === undefined) continue;
    let keep = made.isNew;
    try {
      if (!made.isNew) keep = takeOver({ lock, inUse }, file, own);
    } finally {
      if (!keep) closeSync(file);
    }
    if (!keep) continue;
    return () => {
      // While it is still locked: a lock on an unlinked file excludes no other process.
      rmSync(lock, { force: true });
      closeSync(file);
    };
  }
  throw inUse(readHolder(lock));
}

/**
 * Creates a locked file and gives it the lock's name, if that is free: it is complete from the start.
 *
 * @returns undefined if the kernel cannot lock it.
 */
function makeLocked(
  lock: string,
  content: string,
): { readonly isNew: true; readonly file: number } | { readonly isNew: false } | undefined {
  const prepared = `${lock}.${randomUUID()}`;
  const file = openSync(prepared, 'wx+', 0o600);
  let keep = false;
  try {
    if (tryKernelLock(file) !== 'locked') return undefined;
    writeSync(file, content, 0);
    keep = linkUnlessThere(prepared, lock);
    return keep ? { isNew: true, file } : { isNew: false };
  } finally {
    rmSync(prepared, { force: true });
    if (!keep) closeSync(file);
  }
}

function openExisting(lock: string): number | undefined {
  try {
    return openSync(lock, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Locks a file that another host left. @returns false if it is no longer the lock file. @throws {LoadError} If it is held. */
function takeOver({ lock, inUse }: Attempt, file: number, own: string): boolean {
  const before = fstatSync(file).isFile() ? readHolder(lock) : undefined;
  if (tryKernelLock(file) !== 'locked') throw inUse(before);
  if (!isStillThere(lock, file)) return false;
  // The lock of a host in another container that cannot use kernel locks.
  if (before?.kernel === false && isAlive(before)) throw inUse(before);
  ftruncateSync(file, 0);
  writeSync(file, own, 0);
  return true;
}

function isStillThere(lock: string, file: number): boolean {
  try {
    return lstatSync(lock).ino === fstatSync(file).ino;
  } catch {
    return false;
  }
}

function lockWithFile({ lock, inUse }: Attempt): () => void {
  const own = describeSelf(false);
  if (!create(lock, own)) {
    const holder = readHolder(lock);
    if (holder !== undefined && isAlive(holder)) throw inUse(holder);
    replaceDead({ lock, inUse }, holder, own);
  }
  return () => {
    if (readHolder(lock)?.token === own.token) rmSync(lock, { force: true });
  };
}

/**
 * Replaces a stale lock, exclusively.
 *
 * Without a guard, a host that checked long ago would remove a lock that another has created meanwhile.
 */
function replaceDead({ lock, inUse }: Attempt, dead: Holder | undefined, own: Holder): void {
  const guard = `${lock}.guard`;
  if (!create(guard, own)) throw inUse(readHolder(guard));
  try {
    const now = readHolder(lock);
    if (now?.token !== dead?.token) throw inUse(now);
    rmSync(lock, { force: true });
    if (!create(lock, own)) throw inUse(readHolder(lock));
  } finally {
    rmSync(guard, { force: true });
  }
}

function describeSelf(kernel: boolean): Holder {
  return {
    host: hostname(),
    pid: process.pid,
    start: startOf(process.pid),
    token: randomUUID(),
    boot: textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
    namespace: textOf(() => readlinkSync('/proc/self/ns/pid')),
    kernel,
  };
}

function textOf(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}

/** @returns false if there is already one. */
function create(lock: string, own: Holder): boolean {
  // A half-written file would look like a stale lock.
  const prepared = `${lock}.${own.token}`;
  writeFileSync(prepared, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
  try {
    return linkUnlessThere(prepared, lock);
  } finally {
    rmSync(prepared, { force: true });
  }
}

function linkUnlessThere(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(lock: string): Holder | undefined {
  try {
    const value = JSON.parse(readFileSync(lock, 'utf8')) as Partial<Holder>;
    const { host, pid, start, token, boot = '', namespace = '', kernel = false } = value;
    if (typeof host !== 'string' || typeof start !== 'string' || typeof token !== 'string') {
      return undefined;
    }
    if (!Number.isSafeInteger(pid) || pid! <= 0) return undefined;
    return { host, pid: pid!, start, token, boot, namespace, kernel };
  } catch {
    // Gone meanwhile, or not our own file.
    return undefined;
  }
}

/** Whether the holder is alive, according to the file. True if unknown. */
function isAlive({ host, pid, start, boot, namespace }: Holder): boolean {
  const self = describeSelf(false);
  if (host !== self.host) return true;
  // The machine has been restarted since.
  if (boot !== '' && self.boot !== '' && boot !== self.boot) return false;
  if (namespace !== '' && self.namespace !== '' && namespace !== self.namespace) return true;
  // Our own, but not among the held locks: left behind by an earlier failure.
  if (pid === process.pid && start === self.start) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return start === startOf(pid);
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function startOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may contain spaces and brackets; the start time is the 20th field after it.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function nameHolder(holder: LockHolder): string {
  return holder === undefined
    ? 'another process'
    : `process ${holder.pid} of ${JSON.stringify(holder.host)}`;
}

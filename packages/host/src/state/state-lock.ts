import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

import { LoadError } from '@testbench/types';

/** Who holds a lock: a process number means something on its machine only, and is given to another process later. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  /** When the process started, in ticks of the kernel; '' where the system does not tell. */
  readonly start: string;
  /** Of this one holding. */
  readonly token: string;
}

/** Locks of this process, by path. */
const held = new Set<string>();

/**
 * Keeps a second host from using a file.
 *
 * A lock whose process is gone is taken over; one of another machine (or container) never, since nobody can tell.
 *
 * @param path Of the file; the lock lies beside it.
 * @returns Gives it back.
 * @throws {LoadError} `LOAD_UNREADABLE` if another host, or this one, uses the file.
 */
export function lockState(path: string): () => void {
  const lock = `${path}.lock`;
  const own: Holder = {
    host: hostname(),
    pid: process.pid,
    start: startOf(process.pid),
    token: randomUUID(),
  };
  if (held.has(lock)) throw inUse(path, own);
  if (!create(lock, own)) {
    const holder = readHolder(lock);
    if (holder !== undefined && isAlive(holder)) throw inUse(path, holder);
    clear(lock, holder);
    if (!create(lock, own)) throw inUse(path, readHolder(lock) ?? own);
  }
  held.add(lock);
  return () => {
    held.delete(lock);
    if (readHolder(lock)?.token === own.token) rmSync(lock, { force: true });
  };
}

/** @returns false if there is one already. */
function create(lock: string, own: Holder): boolean {
  // Complete from its first moment on: one that is half-written would look like a dead one.
  const prepared = `${lock}.${own.token}`;
  writeFileSync(prepared, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
  try {
    linkSync(prepared, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(prepared, { force: true });
  }
}

/** Takes a dead lock away, unless another host did so before and has made its own. */
function clear(lock: string, dead: Holder | undefined): void {
  const aside = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  try {
    // A live one, taken by mistake: back, but not over one that was made meanwhile.
    if (readHolder(aside)?.token !== dead?.token) linkSync(aside, lock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function readHolder(lock: string): Holder | undefined {
  try {
    const value = JSON.parse(readFileSync(lock, 'utf8')) as Partial<Holder>;
    const { host, pid, start, token } = value;
    if (typeof host !== 'string' || typeof start !== 'string' || typeof token !== 'string') {
      return undefined;
    }
    return Number.isSafeInteger(pid) && pid! > 0 ? { host, pid: pid!, start, token } : undefined;
  } catch {
    // Gone meanwhile, or not ours.
    return undefined;
  }
}

function isAlive({ host, pid, start }: Holder): boolean {
  if (host !== hostname()) return true;
  // Ours, and not among those that are held: left behind by an earlier failure.
  if (pid === process.pid && start === startOf(pid)) return false;
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
    // The name, in brackets, may have spaces and brackets; the start is the 20th field after it.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function inUse(path: string, { host, pid }: Holder): LoadError {
  return new LoadError(
    'LOAD_UNREADABLE',
    `Cannot open state ${JSON.stringify(path)}: process ${pid} of ${JSON.stringify(host)} uses it`,
  );
}

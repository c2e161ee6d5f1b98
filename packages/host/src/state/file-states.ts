import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { ConfigError, LoadError } from '@testbench/types';

import { MAX_JOURNAL_BYTES } from '../limits.js';
import { StateJournal } from './state-journal.js';
import { createStateMap, type StateQuota, type StateStore } from './state-store.js';

/** Gives each plugin its state. Asked when it is loaded; the state is closed when it is unloaded. */
export type OpenState = (plugin: string) => StateStore;

const WRITABLE_BY_OTHERS = 0o022;

/**
 * Keeps states in files of a directory, one for each plugin, from one run of a host to the next.
 *
 * A value that was stored survives the death of the host at once, and a power cut from the moment that the state was closed.
 * What a host did not finish writing is cut off when the file is opened; other damage is found by checksums and told. One host
 * at a time may use a file.
 *
 * @param directory Made with mode 0700 if it is not there. It must belong to this user and be writable by nobody else.
 * @throws {ConfigError} `CONFIG_INVALID` if others can write to the directory. What it returns throws `LoadError`
 *   `LOAD_UNREADABLE`, for a file that is damaged or in use.
 *
 * @example
 * ```ts no-run
 * import { createFileStates } from '@testbench/host';
 *
 * const openState = createFileStates('.testbench/state');
 * const state = openState('my-plugin');
 * state.set('runs', Uint8Array.of(1));
 * state.close?.();
 * ```
 */
export function createFileStates(directory: string, quota: StateQuota = {}): OpenState {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { uid, mode } = statSync(directory);
  const own = process.getuid?.();
  if (own !== undefined && (uid !== own || (mode & WRITABLE_BY_OTHERS) !== 0)) {
    throw new ConfigError(
      'CONFIG_INVALID',
      'state',
      `Cannot keep state in ${JSON.stringify(directory)}: others can write to it`,
    );
  }
  return (plugin) => {
    // An id may have any characters, and file systems fold case.
    const name = createHash('sha256').update(plugin).digest('hex');
    return openFileState(join(directory, `${name}.state`), quota);
  };
}

function openFileState(path: string, quota: StateQuota): StateStore {
  const unlock = lock(`${path}.lock`, path);
  try {
    const map = createStateMap(quota);
    const journal = StateJournal.open(path, ({ key, value }) => {
      if (value === undefined) map.delete(key);
      else map.set(key, value);
    });
    let closed = false;
    const compact = (): void => journal.compact(map.entries());
    return {
      get: (key) => map.get(key),
      set(key, value) {
        if (closed) return false;
        const before = map.get(key);
        if (!map.set(key, value)) return false;
        if (journal.append({ key, value })) {
          if (journal.bytes > MAX_JOURNAL_BYTES) compact();
          return true;
        }
        if (before === undefined) map.delete(key);
        else map.set(key, before);
        return false;
      },
      delete(key) {
        if (closed || map.get(key) === undefined) return false;
        // What cannot be written down has not happened.
        return journal.append({ key, value: undefined }) && map.delete(key);
      },
      close() {
        if (closed) return;
        closed = true;
        compact();
        journal.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    if (error instanceof LoadError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new LoadError(
      'LOAD_UNREADABLE',
      `Cannot open state ${JSON.stringify(path)}: ${code ?? 'it cannot be read'}`,
      { cause: error },
    );
  }
}

/** Files that this process has open: its own number in a lock does not tell. */
const open = new Set<string>();

/** @throws {LoadError} `LOAD_UNREADABLE` if another host, or this one, uses the file. */
function lock(lockPath: string, path: string): () => void {
  const holder = open.has(path) ? process.pid : readHolder(lockPath);
  if (holder !== undefined) {
    throw new LoadError(
      'LOAD_UNREADABLE',
      `Cannot open state ${JSON.stringify(path)}: process ${holder} uses it`,
    );
  }
  const file = openSync(lockPath, 'w', 0o600);
  writeSync(file, String(process.pid));
  closeSync(file);
  open.add(path);
  return () => {
    open.delete(path);
    rmSync(lockPath, { force: true });
  };
}

/** The process that holds a lock; undefined if there is none, or it is gone and has left the file behind. */
function readHolder(lockPath: string): number | undefined {
  let holder: number;
  try {
    holder = Number(readFileSync(lockPath, 'utf8'));
    // Asks only whether it is there.
    if (!Number.isSafeInteger(holder) || holder <= 0 || holder === process.pid) return undefined;
    process.kill(holder, 0);
    return holder;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? holder! : undefined;
  }
}

import { createHash } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { ConfigError, LoadError, type StateStore } from '@testbench/types';

import { MAX_JOURNAL_BYTES } from '../limits.js';
import { StateJournal } from './state-journal.js';
import { lockState } from './state-lock.js';
import { createStateMap, type StateQuota } from './state-store.js';

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
  let unlock: (() => void) | undefined;
  try {
    unlock = lockState(path);
    const map = createStateMap(quota);
    // What was stored under a larger quota stays; only more is refused.
    const journal = StateJournal.open(path, ({ key, value }) => {
      if (value === undefined) map.delete(key);
      else map.restore(key, value);
    });
    return journaledState(map, journal, unlock);
  } catch (error) {
    unlock?.();
    if (error instanceof LoadError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new LoadError(
      'LOAD_UNREADABLE',
      `Cannot open state ${JSON.stringify(path)}: ${code ?? 'it cannot be read'}`,
      { cause: error },
    );
  }
}

/** A map whose changes are written down before they count. */
function journaledState(
  map: ReturnType<typeof createStateMap>,
  journal: StateJournal,
  unlock: () => void,
): StateStore {
  let closed = false;
  let limit = Math.max(MAX_JOURNAL_BYTES, 2 * journal.bytes);
  return {
    specificationVersion: 'v1',
    get: (key) => map.get(key),
    set(key, value) {
      if (closed) return false;
      const before = map.get(key);
      if (!map.set(key, value)) return false;
      if (!journal.append({ key, value })) {
        if (before === undefined) map.delete(key);
        else map.restore(key, before);
        return false;
      }
      if (journal.bytes > limit) {
        journal.compact(map.entries());
        // If that failed, not again at once.
        limit = Math.max(MAX_JOURNAL_BYTES, 2 * journal.bytes);
      }
      return true;
    },
    delete(key) {
      if (closed || map.get(key) === undefined) return false;
      // What cannot be written down has not happened.
      return journal.append({ key, value: undefined }) && map.delete(key);
    },
    close() {
      if (closed) return;
      closed = true;
      try {
        journal.close(map.entries());
      } finally {
        unlock();
      }
    },
  };
}

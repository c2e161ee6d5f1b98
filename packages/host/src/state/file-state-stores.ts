import { join } from 'node:path';

import { ConfigError, LoadError } from '@testbench/types/errors';
import type { StateStore } from '@testbench/types/stores';

import { MAX_JOURNAL_BYTES, SMALL_JOURNAL_BYTES } from '../limits.js';
import { sha256Hex } from '../file-system/digest.js';
import { openPrivateFolder } from '../file-system/private-folder.js';
import { journalSize, StateJournal } from './state-journal.js';
import { lockState } from './lock-state.js';
import { createStateMap, readQuota, type StateQuota } from './state-store.js';

/** Gives each plugin its state. Asked when it is loaded; the state is closed when it is unloaded. */
export type OpenStateStore = (plugin: string) => StateStore;

/**
 * Keeps states in files of a directory, one for each plugin, from one run of a host to the next.
 *
 * A value that was stored survives the death of the host at once, and a power cut from the moment that the state was closed.
 * What a host did not finish writing is cut off when the file is opened; other damage is found by checksums and told. One host
 * at a time may use a file.
 *
 * @param directory Made with mode 0700 if it is not there. It must belong to this user and be writable only by this user.
 * @throws {ConfigError} `CONFIG_INVALID` if it cannot be made, or others can write to it; for a quota with an unknown key or a
 *   wrong value. What it returns throws `LoadError`
 *   `LOAD_STATE_IN_USE`, `LOAD_STATE_DAMAGED` or `LOAD_STATE_UNREADABLE`.
 *
 * @example
 * ```ts no-run
 * import { createFileStateStores } from '@testbench/host';
 *
 * const openState = createFileStateStores('.testbench/state');
 * const state = openState('my-plugin');
 * state.set('runs', Uint8Array.of(1));
 * state.close?.();
 * ```
 */
export function createFileStateStores(directory: string, given?: StateQuota): OpenStateStore {
  const quota = readQuota(given);
  if (typeof directory !== 'string' || directory === '' || directory.includes('\0')) {
    throw unusable(directory, 'expected the path of a directory');
  }
  const problem = openPrivateFolder(directory);
  if (problem !== undefined) throw unusable(directory, problem.state, { cause: problem.cause });
  return (plugin) => {
    // An id may have any characters, and file systems fold case.
    return openFileState(join(directory, `${sha256Hex(plugin)}.state`), quota);
  };
}

function unusable(directory: unknown, state: string, options?: ErrorOptions): ConfigError {
  // Anything may be given; not everything can be written as JSON.
  const what = typeof directory === 'string' ? JSON.stringify(directory) : typeof directory;
  const message = `Cannot keep state in ${what}: ${state}`;
  return new ConfigError('CONFIG_INVALID', 'state', message, options);
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
      'LOAD_STATE_UNREADABLE',
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
  let compactAtBytes = 0;
  let maxBytes = 0;
  /** Writes the file from scratch, without old values. If that fails, it is tried again after some more. */
  const compact = (): void => {
    const live = journalSize(map.entries());
    // Old values of a host that was killed count too: left there, they would add up from one to the next.
    if (journal.bytes > SMALL_JOURNAL_BYTES + 2 * live) journal.compact(map.entries());
    const most = Math.max(MAX_JOURNAL_BYTES, 2 * live);
    compactAtBytes = Math.max(most, journal.bytes + SMALL_JOURNAL_BYTES);
    maxBytes = 2 * most;
  };
  const append = (key: string, value: Uint8Array | undefined): boolean =>
    journal.append({ key, value }, maxBytes);
  compact();
  return {
    specificationVersion: 'v1',
    get: (key) => map.get(key),
    set(key, value) {
      if (closed) return false;
      if (journal.bytes > compactAtBytes) compact();
      const before = map.get(key);
      if (!map.set(key, value)) return false;
      if (append(key, value)) return true;
      // There may be room for the next one without old values.
      compactAtBytes = 0;
      if (before === undefined) map.delete(key);
      else map.restore(key, before);
      return false;
    },
    delete(key) {
      if (closed || map.get(key) === undefined) return false;
      if (journal.bytes > compactAtBytes) compact();
      // What cannot be written down has not happened.
      return append(key, undefined) && map.delete(key);
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

import { join } from 'node:path';

import { ConfigError, LoadError } from '@testbench/types/errors';
import type { StateStore } from '@testbench/types/stores';

import { MAX_JOURNAL_BYTES, SMALL_JOURNAL_BYTES } from '../limits.js';
import { sha256Hex } from '../file-system/digest.js';
import { openPrivateFolder } from '../file-system/private-folder.js';
import { journalSize, StateJournal } from './state-journal.js';
import { lockState } from './lock-state.js';
import { createStateMap, readQuota, type StateQuota } from './state-store.js';

/** Opens the state of a plugin. Called when the plugin is loaded; the state is closed when it is unloaded. */
export type OpenStateStore = (plugin: string) => StateStore;

/**
 * Keeps states in files of a directory, one for each plugin, across runs of a host.
 *
 * A stored value survives a crash of the host immediately, and a power cut once the state was closed.
 * An unfinished write is cut off when the file is opened; other damage is detected by checksums and reported. One host
 * at a time may use a file.
 *
 * @param directory Created with mode 0700 if it does not exist. It must belong to this user and be writable only by this user.
 * @throws {ConfigError} `CONFIG_INVALID` if it cannot be created, or others can write to it; for a quota with an unknown key or a
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
    // An id may contain any characters, and file systems may ignore case.
    return openFileState(join(directory, `${sha256Hex(plugin)}.state`), quota);
  };
}

function unusable(directory: unknown, state: string, options?: ErrorOptions): ConfigError {
  // Any value may be passed; not every value can be written as JSON.
  const what = typeof directory === 'string' ? JSON.stringify(directory) : typeof directory;
  const message = `Cannot keep state in ${what}: ${state}`;
  return new ConfigError('CONFIG_INVALID', 'state', message, options);
}

function openFileState(path: string, quota: StateQuota): StateStore {
  let unlock: (() => void) | undefined;
  try {
    unlock = lockState(path);
    const map = createStateMap(quota);
    // Values stored under a larger quota stay; only further ones are refused.
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

/** A map whose changes are written to the file before they take effect. */
function journaledState(
  map: ReturnType<typeof createStateMap>,
  journal: StateJournal,
  unlock: () => void,
): StateStore {
  let closed = false;
  let compactAtBytes = 0;
  let maxBytes = 0;
  /** Rewrites the file from scratch, without old values. If that fails, it is tried again after some more changes. */
  const compact = (): void => {
    const live = journalSize(map.entries());
    // Old values of a killed host count too: otherwise they would accumulate from one host to the next.
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
      // There may be room for the next change once old values are removed.
      compactAtBytes = 0;
      if (before === undefined) map.delete(key);
      else map.restore(key, before);
      return false;
    },
    delete(key) {
      if (closed || map.get(key) === undefined) return false;
      if (journal.bytes > compactAtBytes) compact();
      // A change that cannot be written does not take effect.
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

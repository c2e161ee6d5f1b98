import { type FSWatcher, statSync, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

import { absorbStreamErrors } from '@testbench/types';

import { WATCH_POLL_MS, WATCH_QUIET_MS } from './limits.js';

/**
 * Calls `onChange` when another file is at a path, or its content has changed, and it has then been quiet for a moment; one
 * call at a time.
 *
 * The path is looked up again and again, so it does not matter what is replaced: the file, its folder, a
 * folder above it or a link on the way. The system's notifications only make it faster: they cover one folder as it was when
 * they were requested, not what is later found under its name. While there is no file, `onChange` is not called.
 *
 * @param path Absolute.
 * @returns A function that stops watching.
 */
export function watchFile(path: string, onChange: () => Promise<void>): () => void {
  const watched = new WatchedFile(path, onChange);
  return () => watched.stop();
}

class WatchedFile {
  /** The state for which `onChange` was last called, or the initial one. */
  #known: string | undefined;
  /** The changed state, until it has been quiet for long enough. */
  #changed: string | undefined;
  #quietTimer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isStopped = false;
  #calls = Promise.resolve();
  /** The folder that notifications come from. */
  #folder: string | undefined;
  #notices: FSWatcher | undefined;
  readonly #poll: NodeJS.Timeout;
  readonly #path: string;
  readonly #onChange: () => Promise<void>;

  constructor(path: string, onChange: () => Promise<void>) {
    this.#path = path;
    this.#onChange = onChange;
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    this.#known = found && identityOf(found);
    this.#poll = setInterval(this.#look, WATCH_POLL_MS).unref();
    this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#poll);
    clearTimeout(this.#quietTimer);
    this.#notices?.close();
  }

  /** One check at a time: checks of a file system that hangs must not pile up. */
  readonly #look = (): void => {
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#compare().finally(() => (this.#isLooking = false));
  };

  async #compare(): Promise<void> {
    const [file, folder] = await Promise.all([
      lookUp(this.#path, identityOf),
      lookUp(dirname(this.#path), ({ dev, ino }) => `${dev}:${ino}`),
    ]);
    if (this.#isStopped) return;
    this.#listenTo(folder);
    if (file === undefined || file === this.#known) {
      this.#changed = undefined;
      clearTimeout(this.#quietTimer);
      return;
    }
    if (file === this.#changed) return;
    this.#changed = file;
    clearTimeout(this.#quietTimer);
    this.#quietTimer = setTimeout(() => void this.#tell(file), WATCH_QUIET_MS).unref();
  }

  /** Writers take several steps, and notifications may be missing, so the file is checked again. */
  async #tell(file: string): Promise<void> {
    const now = await lookUp(this.#path, identityOf);
    if (this.#isStopped || this.#changed !== file) return;
    if (now !== file) {
      this.#changed = undefined;
      this.#look();
      return;
    }
    this.#known = file;
    this.#changed = undefined;
    this.#calls = this.#calls.then(() => (this.#isStopped ? undefined : this.#onChange()));
  }

  /** Subscribes to the notifications of the current folder. */
  #listenTo(folder: string | undefined): void {
    if (folder === this.#folder) return;
    this.#folder = folder;
    this.#notices?.close();
    this.#notices = undefined;
    if (folder === undefined) return;
    try {
      const notices = absorbStreamErrors(
        watch(dirname(this.#path), { persistent: false }, this.#look),
      );
      notices.on('error', () => notices.close());
      this.#notices = notices;
    } catch {
      // Gone again, or the system has no more watches available: polling is enough.
    }
  }
}

interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: Identity): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

/** @returns undefined if there is nothing, or it cannot be reached. */
async function lookUp(
  path: string,
  describe: (found: Identity) => string,
): Promise<string | undefined> {
  return await stat(path, { bigint: true }).then(describe, () => undefined);
}

import {
  existsSync,
  type FSWatcher as NearWatcher,
  realpathSync,
  statSync,
  watch as watchFolder,
} from 'node:fs';
import { basename, join, relative, sep } from 'node:path';

import { type FSWatcher, watch } from 'chokidar';

import { MAX_WATCHED, MOST_WAIT_MS, QUIET_MS } from '../limits.js';

/** What is watched. */
export interface WatchedPlaces {
  /** Folders with their contents, except those written by builds and package managers. */
  readonly folders: readonly string[];
  /** Single files, wherever they are, including files that do not exist yet. */
  readonly files: readonly string[];
}

/** What happened to a file. */
export interface FileChange {
  /** Absolute. */
  readonly path: string;
  readonly kind: 'added' | 'changed' | 'removed';
}

/** Folders written by tools: a change in them follows from another change, or was not made by the author. */
const TOOLS = new Set([
  'node_modules',
  'target',
  'build',
  'dist',
  'coverage',
  'runs',
  '__pycache__',
]);
/** Temporary files that editors create with every save. */
const EDITORS =
  /^(?:\.#.*|#.*#|.*~|4913|\..*\.sw[a-z]x?|.*\.tmp\b.*|.*___jb_(?:tmp|old)___|\.goutputstream-.*)$/;

const KINDS = { add: 'added', change: 'changed', unlink: 'removed' } as const;

/**
 * Watches files, and reports their changes in batches: after a short quiet time, since one save causes several events.
 *
 * Uses chokidar: on every platform it detects saves by rename, folders that are recreated and files that appear later, and polls where the system
 * does not report changes (`CHOKIDAR_USEPOLLING=1`).
 */
export class FileWatcher {
  readonly #watcher: FSWatcher;
  readonly #isRelevant: (change: FileChange) => boolean;
  readonly #onNotice: (message: string) => void;
  #folders: readonly string[] = [];
  #files = new Set<string>();
  readonly #watched = new Set<string>();
  #isFull = false;
  #pending = new Map<string, FileChange>();
  #firstAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #onBatch: (() => void) | undefined;
  #isReady = false;
  readonly #near = new Map<string, NearWatcher>();

  /**
   * @param isRelevant Whether a change requires an action.
   * @param onNotice Called with messages for the user about watching, such as a limit of the system.
   */
  constructor(
    isRelevant: (change: FileChange) => boolean,
    onNotice: (message: string) => void = () => {},
  ) {
    this.#isRelevant = isRelevant;
    this.#onNotice = onNotice;
    this.#watcher = watch([], {
      ignoreInitial: true,
      followSymlinks: false,
      // A file that is replaced counts as changed.
      atomic: 20,
      ignored: (path, stats) => this.#isIgnored(path, stats !== undefined),
    });
    for (const [event, kind] of Object.entries(KINDS)) {
      this.#watcher.on(event as keyof typeof KINDS, (path: string) => this.#note({ path, kind }));
    }
    this.#watcher.on('error', (error) => {
      const { code, message } = error as NodeJS.ErrnoException;
      const cure =
        code === 'ENOSPC' || code === 'EMFILE'
          ? 'the system allows no more watches; raise fs.inotify.max_user_watches, or set CHOKIDAR_USEPOLLING=1'
          : message;
      this.#onNotice(`Cannot watch all files: ${cure}`);
    });
  }

  /** Starts with these places; resolves once their changes are detected. */
  async start({ folders, files }: WatchedPlaces): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      this.#watcher.once('ready', () => resolve());
    });
    this.#folders = folders;
    this.#files = new Set(files.flatMap(withTarget));
    this.#watcher.add([...folders, ...this.#files]);
    await ready;
    this.#isReady = true;
  }

  /**
   * Watches other single files from now on; the folders stay the same.
   *
   * @param since Epoch milliseconds at which reading them started: newer files count as changed.
   */
  watch(files: readonly string[], since: number): void {
    const wanted = new Set(files.flatMap(withTarget));
    const added = [...wanted].filter((file) => !this.#files.has(file));
    const dropped = [...this.#files].filter((file) => !wanted.has(file) && !this.#isWithin(file));
    this.#files = wanted;
    this.#watcher.unwatch(dropped);
    this.#watcher.add(added.filter((file) => !this.#isWithin(file)));
    for (const path of added) {
      const changedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
      if (changedAt > since) this.#note({ path, kind: 'changed' });
    }
  }

  /**
   * Reports files that appear in these folders, but not below, from now on; it stops reporting folders that are no longer
   * named.
   */
  watchNear(folders: readonly string[]): void {
    for (const [folder, near] of this.#near) {
      if (folders.includes(folder)) continue;
      near.close();
      this.#near.delete(folder);
    }
    for (const folder of folders) {
      if (this.#near.has(folder)) continue;
      try {
        // Uses the system directly: chokidar detects a folder only after reading it, and a file may appear in the meantime.
        const near = watchFolder(folder, (_event, name) => {
          const path = join(folder, String(name));
          if (name !== null && existsSync(path)) this.#note({ path, kind: 'added' });
        });
        near.on('error', () => near.close());
        this.#near.set(folder, near);
      } catch {
        // The folder does not exist; nothing in it can be imported either.
      }
    }
  }

  /** The changes since the last call, once there are some and it is quiet; none if `signal` fires. */
  async next(signal: AbortSignal): Promise<readonly FileChange[]> {
    if (this.#pending.size === 0 || this.#timer !== undefined) {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
        this.#onBatch = resolve;
        if (signal.aborted) resolve();
      });
      this.#onBatch = undefined;
    }
    if (signal.aborted) return [];
    const changes = [...this.#pending.values()];
    this.#pending.clear();
    return changes;
  }

  /** A signal that fires once there is a batch of changes: work in progress need not continue. */
  superseded(): { readonly signal: AbortSignal; readonly end: () => void } {
    const controller = new AbortController();
    this.#onBatch = () => controller.abort();
    if (this.#pending.size > 0 && this.#timer === undefined) controller.abort();
    return { signal: controller.signal, end: () => (this.#onBatch = undefined) };
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.watchNear([]);
    await this.#watcher.close();
  }

  #note(change: FileChange): void {
    if (!this.#isReady || !this.#isRelevant(change)) return;
    const now = performance.now();
    if (this.#timer === undefined) this.#firstAt = now;
    const earlier = this.#pending.get(change.path);
    // Removed and created again is a save.
    const kind = earlier?.kind === 'removed' && change.kind === 'added' ? 'changed' : change.kind;
    this.#pending.set(change.path, { path: change.path, kind });
    clearTimeout(this.#timer);
    const left = this.#firstAt + MOST_WAIT_MS - now;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#onBatch?.();
      },
      Math.max(0, Math.min(QUIET_MS, left)),
    );
  }

  #isIgnored(path: string, isFound: boolean): boolean {
    if (this.#files.has(path) || this.#folders.includes(path)) return false;
    const folder = this.#folderOf(path);
    // Anything else is a parent folder of a single file.
    if (folder === undefined) return false;
    const name = basename(path);
    if (EDITORS.test(name)) return true;
    if (relative(folder, path).split(sep).some(isOfTools)) return true;
    if (!isFound || this.#watched.has(path)) return false;
    if (this.#watched.size < MAX_WATCHED) {
      this.#watched.add(path);
      return false;
    }
    if (!this.#isFull) {
      this.#onNotice(
        `Only ${MAX_WATCHED} files and folders of ${JSON.stringify(folder)} are watched; put the plugin into a folder of its own`,
      );
    }
    this.#isFull = true;
    return true;
  }

  #folderOf(path: string): string | undefined {
    return this.#folders.find((folder) => path.startsWith(folder + sep));
  }

  /** True for a path that is watched with its folder. */
  #isWithin(path: string): boolean {
    const folder = this.#folderOf(path);
    return folder !== undefined && !relative(folder, path).split(sep).some(isOfTools);
  }
}

/** Folders of tools, and hidden ones. */
function isOfTools(name: string): boolean {
  return TOOLS.has(name) || (name.startsWith('.') && name !== '.');
}

/** A file, and the target if it is a link: either may change. */
function withTarget(path: string): string[] {
  try {
    const target = realpathSync(path);
    return target === path ? [path] : [path, target];
  } catch {
    return [path];
  }
}

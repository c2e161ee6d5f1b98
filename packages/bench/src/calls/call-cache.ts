import { privateFiles } from '@testbench/core';
import { describeFileError } from '@testbench/core/files';
import { readOptions } from '@testbench/types/config';

import type { CacheMode } from '../config/benchmark-config.js';
import { BenchError } from '../errors.js';
import { CacheFolder } from './cache-folder.js';
import { type CachedCall, decodeCachedCall, encodeCachedCall } from './cached-call.js';
import { MAX_CACHE_ENTRY_BYTES } from './limits.js';
import {
  type CachePruned,
  type CacheStats,
  countCache,
  pruneCache,
  type PruneOptions,
} from './prune-cache.js';

const MODES: readonly CacheMode[] = ['use', 'refresh', 'off'];

/** Options for opening a {@link CallCache}. */
export interface CallCacheOptions {
  /** Made with mode 0700 if it does not exist. */
  readonly folder: string;
  /** `use` cached answers, `refresh` them, or neither read nor write (`off`). @default 'use' */
  readonly mode?: CacheMode;
  /**
   * In the mode `refresh`: answers from before this moment do not count, in milliseconds since the epoch. A resumed run passes
   * the moment of its start, so that it does not pay again for what it has already refreshed. @default now
   */
  readonly freshFrom?: number;
  /** Longest entry, in bytes; a longer answer is not kept, which is reported. @default 16777216 */
  readonly maxEntryBytes?: number;
  /** Called for entries that were discarded or could not be kept. @default none */
  readonly onProblem?: (problem: CacheProblem) => void;
}

/** A problem that only costs money at the next run. */
export interface CacheProblem {
  /**
   * `damaged`: the entry was changed, and has been discarded. `foreign`: the path is not a regular file or folder of this user.
   * `too-large`: the answer is longer than entries may be. `unwritable`: the entry cannot be written.
   */
  readonly kind: 'damaged' | 'foreign' | 'too-large' | 'unwritable';
  readonly file: string;
  /** A sentence for people. */
  readonly message: string;
}

/** What a cache has done since it was opened. */
export interface CacheCounts {
  /** Answers that were in the cache. */
  readonly hits: number;
  /** Answers that were not in the cache and had to be requested. */
  readonly misses: number;
  /** Calls that waited for another one with the same key. */
  readonly shared: number;
  readonly written: number;
  readonly problems: number;
}

/** An answer and its source. */
export interface FoundCall {
  readonly call: CachedCall;
  /** `cached`: it was in the cache. `shared`: another call with the same key was already running. `asked`: it was requested now. */
  readonly source: 'cached' | 'shared' | 'asked';
}

/**
 * Keeps the answers of paid calls, one file each, so that no answer is paid for twice.
 *
 * Several processes may use the same folder: an entry is written under a temporary name and then renamed, and begins with a digest of its key and
 * content. An entry that is damaged, linked, too large or owned by another user costs the call that it would have saved, is removed, and is reported to
 * `onProblem`; it never fails a run. Entries are not flushed to disk individually: a power failure may lose the last ones.
 *
 * An entry holds the fields of {@link CachedCall}. Neither the entry nor its name contains the prompt, the configuration or a secret.
 *
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { CallCache, callKey } from '@testbench/bench/calls';
 *
 * const cache = await CallCache.open({ folder: mkdtempSync('/tmp/calls-') });
 * const plugin = `sha256:${'0'.repeat(64)}`;
 * const key = callKey({ plugin, config: undefined, input: { prompt: 'Hi' }, epoch: 0, ask: 0 });
 * const ask = async () => ({
 *   answer: { text: 'Hello' },
 *   latency: { queueMs: 0, durationMs: 850 },
 *   answeredAt: Date.now(),
 * });
 * (await cache.answer(key, ask)).source; // => 'asked'
 * (await cache.answer(key, ask)).source; // => 'cached'
 * ```
 */
export class CallCache {
  readonly mode: CacheMode;
  readonly #folder: CacheFolder;
  readonly #freshFrom: number;
  readonly #maxEntryBytes: number;
  readonly #onProblem: (problem: CacheProblem) => void;
  readonly #underWay = new Map<string, Promise<FoundCall>>();
  readonly #counts = { hits: 0, misses: 0, shared: 0, written: 0, problems: 0 };

  private constructor(options: CallCacheOptions) {
    this.mode = options.mode ?? 'use';
    this.#folder = new CacheFolder(options.folder);
    const isFreshAlways = this.mode !== 'refresh';
    this.#freshFrom = isFreshAlways ? 0 : (options.freshFrom ?? Date.now());
    this.#maxEntryBytes = options.maxEntryBytes ?? MAX_CACHE_ENTRY_BYTES;
    this.#onProblem = options.onProblem ?? ((): void => {});
  }

  /**
   * Opens a cache. In the mode `off` the folder is not touched.
   *
   * @throws {ConfigError} `CONFIG_UNKNOWN_KEY` or `CONFIG_INVALID`.
   * @throws {BenchError} `BENCH_CACHE_UNUSABLE` if the folder cannot be made, or belongs to or can be written by another user, who could
   *   put answers there.
   */
  static async open(given: CallCacheOptions): Promise<CallCache> {
    const options = readOptions<CallCacheOptions>(
      given,
      {
        folder: (node) => node.text(),
        mode: (node) => node.oneOf(MODES),
        freshFrom: (node) => node.wholeNumber(0),
        maxEntryBytes: (node) => node.wholeNumber(1),
        onProblem: (node) => node.callback(),
      },
      '',
      ['folder'],
    );
    if (options.mode !== 'off') {
      const problem = privateFiles.openFolder(options.folder);
      if (problem !== undefined) {
        throw new BenchError(
          'BENCH_CACHE_UNUSABLE',
          `Cannot keep paid answers in ${JSON.stringify(options.folder)}: ${problem.state}`,
          { file: options.folder, cause: problem.cause },
        );
      }
    }
    return new CallCache(options);
  }

  /** The activity since it was opened. */
  get counts(): CacheCounts {
    return { ...this.#counts };
  }

  /**
   * Returns the answer of a call, and requests it only if it is not in the cache. Concurrent calls with the same key wait for that one.
   *
   * @param key A key from `callKey`.
   * @param ask Makes the call; its rejection is passed to all waiting calls and is not kept.
   */
  async answer(key: string, ask: () => Promise<CachedCall>): Promise<FoundCall> {
    if (this.mode === 'off') return { call: await ask(), source: 'asked' };
    const other = this.#underWay.get(key);
    if (other !== undefined) {
      const { call, source } = await other;
      const isKept = source === 'cached';
      if (isKept) this.#counts.hits += 1;
      else this.#counts.shared += 1;
      return { call, source: isKept ? 'cached' : 'shared' };
    }
    const found = this.#readOrAsk(key, ask);
    this.#underWay.set(key, found);
    try {
      return await found;
    } finally {
      this.#underWay.delete(key);
    }
  }

  /** Returns a kept answer, or undefined. */
  async read(key: string): Promise<CachedCall | undefined> {
    if (this.mode === 'off') return undefined;
    const file = this.#folder.pathOf(key);
    try {
      if (!(await this.#folder.openShard(key, false))) return undefined;
      const entry = await privateFiles.read(file, this.#maxEntryBytes);
      if (entry === 'absent') return undefined;
      if (entry === 'foreign') {
        await this.#throwAway(
          file,
          'foreign',
          `it is no file of this user with at most ${this.#maxEntryBytes} bytes`,
        );
        return undefined;
      }
      const call = decodeCachedCall(key, entry);
      return call.answeredAt >= this.#freshFrom ? call : undefined;
    } catch (error) {
      if (isFromFiles(error)) this.#tell('foreign', file, describeProblem(error));
      else await this.#throwAway(file, 'damaged', describeProblem(error));
      return undefined;
    }
  }

  /** Keeps an answer. Never rejects: failures are reported to `onProblem`. */
  async write(key: string, call: CachedCall): Promise<void> {
    if (this.mode === 'off') return;
    const file = this.#folder.pathOf(key);
    const parts = encodeCachedCall(key, call);
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    if (bytes > this.#maxEntryBytes) {
      const state = `it has ${bytes} bytes, at most ${this.#maxEntryBytes} are kept`;
      this.#tell('too-large', file, state);
      return;
    }
    try {
      await this.#writeParts(key, file, parts);
      this.#counts.written += 1;
    } catch (error) {
      this.#tell('unwritable', file, describeProblem(error));
    }
  }

  /** Removes a useless answer. Never rejects: a leftover only costs space. */
  async forget(key: string): Promise<void> {
    if (this.mode === 'off') return;
    try {
      if (await this.#folder.openShard(key, false)) {
        await privateFiles.remove(this.#folder.pathOf(key));
      }
    } catch (error) {
      this.#tell('foreign', this.#folder.pathOf(key), describeProblem(error));
    }
  }

  /** Counts the entries. Looks at every file, but reads none. */
  async stats(): Promise<CacheStats> {
    return await countCache(this.#folder);
  }

  /**
   * Removes entries older than a given age, then the oldest until the rest fits into the given bytes, and also leftovers of killed
   * writers. Files not written by the cache stay.
   *
   * @throws {ConfigError} `CONFIG_UNKNOWN_KEY` or `CONFIG_INVALID`.
   */
  async prune(options: PruneOptions): Promise<CachePruned> {
    return await pruneCache(this.#folder, options);
  }

  async #readOrAsk(key: string, ask: () => Promise<CachedCall>): Promise<FoundCall> {
    const kept = await this.read(key);
    if (kept !== undefined) {
      this.#counts.hits += 1;
      return { call: kept, source: 'cached' };
    }
    this.#counts.misses += 1;
    const call = await ask();
    await this.write(key, call);
    return { call, source: 'asked' };
  }

  async #writeParts(key: string, file: string, parts: readonly Uint8Array[]): Promise<void> {
    const write = async (): Promise<void> => {
      await this.#folder.openShard(key, true);
      await privateFiles.write(this.#folder.shardOf(key), file, parts);
    };
    try {
      await write();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // The folder was removed in the meantime, or a folder is where the file belongs.
      if (code === 'ENOENT') this.#folder.forgetShard(key);
      else if (code === 'EISDIR' || code === 'ENOTEMPTY') await privateFiles.remove(file);
      else throw error;
      await write();
    }
  }

  async #throwAway(file: string, kind: CacheProblem['kind'], state: string): Promise<void> {
    await privateFiles.remove(file);
    this.#tell(kind, file, state);
  }

  #tell(kind: CacheProblem['kind'], file: string, state: string): void {
    this.#counts.problems += 1;
    const message = `Cannot ${VERBS[kind]} the paid answer ${JSON.stringify(file)}: ${state}`;
    this.#onProblem({ kind, file, message });
  }
}

const VERBS: Readonly<Record<CacheProblem['kind'], string>> = {
  damaged: 'use',
  foreign: 'use',
  'too-large': 'keep',
  unwritable: 'keep',
};

function isFromFiles(error: unknown): boolean {
  return describeFileError(error) !== undefined;
}

function describeProblem(error: unknown): string {
  const state = describeFileError(error);
  if (state !== undefined) return state;
  return error instanceof RangeError ? error.message : 'it was changed or damaged';
}

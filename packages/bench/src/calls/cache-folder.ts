import { type Dir, type Stats } from 'node:fs';
import { lstat, mkdir, opendir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { privateFiles } from '@testbench/core';
import { TemporaryFile } from '@testbench/core/files';

/** Digits of a key that name its folder: with 256 folders, a million entries make 4,000 in each. */
const SHARD_DIGITS = 2;
const SHARD_NAME = /^[0-9a-f]{2}$/;
const ENTRY_NAME = /^[0-9a-f]{62}\.call$/;

/** A file in a folder of the cache. */
export interface CacheFile {
  readonly path: string;
  readonly kind: 'entry' | 'temporary' | 'foreign';
  readonly stats: Stats;
}

/** The folders of a cache: one that belongs to this user, and in it one for each prefix of a key. */
export class CacheFolder {
  /** Those already found to be ours. */
  readonly #shards = new Set<string>();

  constructor(readonly path: string) {}

  /** Where the entry of a key is. */
  pathOf(key: string): string {
    return join(this.shardOf(key), `${key.slice(SHARD_DIGITS)}.call`);
  }

  shardOf(key: string): string {
    return join(this.path, key.slice(0, SHARD_DIGITS));
  }

  /**
   * Makes sure that the folder of a key can be trusted; anything in its place that is not a folder of this user is removed, if
   * possible: a link could lead anywhere.
   *
   * @param make True to create it if it does not exist.
   * @returns False if it does not exist.
   * @throws The error of the file system, or an error in words.
   */
  async openShard(key: string, make: boolean): Promise<boolean> {
    const shard = this.shardOf(key);
    if (this.#shards.has(shard)) return true;
    let found = await lstat(shard).catch(ignoreMissing);
    if (found !== undefined && !found.isDirectory()) {
      await rm(shard);
      found = undefined;
    }
    if (found === undefined) {
      if (!make) return false;
      await this.#makeShard(shard);
      found = await lstat(shard);
    }
    if (!found.isDirectory() || !privateFiles.isOurs(found))
      throw new RangeError('others can write to it');
    this.#shards.add(shard);
    return true;
  }

  /** Forgets the folder of a key because it was removed. */
  forgetShard(key: string): void {
    this.#shards.delete(this.shardOf(key));
  }

  /** All files, one folder after the other. Files that vanish in the meantime are left out. */
  async *files(): AsyncGenerator<CacheFile> {
    for await (const shard of namesIn(this.path)) {
      const path = join(this.path, shard);
      const found = await lstat(path).catch(ignoreMissing);
      if (found === undefined) continue;
      if (!SHARD_NAME.test(shard) || !found.isDirectory()) {
        yield { path, kind: 'foreign', stats: found };
        continue;
      }
      for await (const name of namesIn(path)) {
        const file = join(path, name);
        const stats = await lstat(file).catch(ignoreMissing);
        if (stats !== undefined) yield { path: file, kind: kindOf(name, stats), stats };
      }
    }
  }

  async #makeShard(shard: string): Promise<void> {
    try {
      await mkdir(shard, { mode: 0o700 });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another process created it in the meantime.
      if (code === 'EEXIST') return;
      if (code !== 'ENOENT') throw error;
      // The whole cache was removed while it was in use.
      const problem = privateFiles.openFolder(this.path);
      if (problem !== undefined) throw problem.cause ?? new RangeError(problem.state);
      await mkdir(shard, { mode: 0o700 });
    }
  }
}

function kindOf(name: string, stats: Stats): CacheFile['kind'] {
  if (!stats.isFile()) return 'foreign';
  if (ENTRY_NAME.test(name)) return 'entry';
  return TemporaryFile.isName(name) ? 'temporary' : 'foreign';
}

async function* namesIn(path: string): AsyncGenerator<string> {
  const folder: Dir | undefined = await opendir(path).catch(ignoreMissing);
  if (folder === undefined) return;
  for await (const entry of folder) yield entry.name;
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}

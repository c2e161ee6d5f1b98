import { rm } from 'node:fs/promises';

import { readOptions } from '@testbench/types/config';

import type { CacheFolder } from './cache-folder.js';
import { STALE_TEMPORARY_MS } from './limits.js';

/** The contents of a cache. */
export interface CacheStats {
  readonly entries: number;
  readonly bytes: number;
  /** When the oldest and the newest entry were written, in milliseconds since the epoch; undefined without any. */
  readonly oldestAt: number | undefined;
  readonly newestAt: number | undefined;
  /** Files that are being written, or were being written when their writer was killed. */
  readonly unfinished: number;
  /** Files and folders not written by the cache. */
  readonly foreign: number;
}

/** Which entries are removed. Without either option, only leftovers of killed writers. */
export interface PruneOptions {
  /** Entries written longer ago than this, in milliseconds. */
  readonly olderThanMs?: number;
  /** The oldest entries, until the rest has at most this many bytes. */
  readonly maxBytes?: number;
}

/** What was removed and what is left. */
export interface CachePruned {
  readonly removed: number;
  readonly removedBytes: number;
  readonly kept: number;
  readonly keptBytes: number;
  /** Leftovers of killed writers that were removed. */
  readonly unfinished: number;
}

/** Counts the contents of a cache. */
export async function countCache(folder: CacheFolder): Promise<CacheStats> {
  const stats = { entries: 0, bytes: 0, unfinished: 0, foreign: 0 };
  let oldestAt = Number.POSITIVE_INFINITY;
  let newestAt = Number.NEGATIVE_INFINITY;
  for await (const { kind, stats: found } of folder.files()) {
    if (kind === 'temporary') stats.unfinished += 1;
    if (kind === 'foreign') stats.foreign += 1;
    if (kind !== 'entry') continue;
    stats.entries += 1;
    stats.bytes += found.size;
    oldestAt = Math.min(oldestAt, found.mtimeMs);
    newestAt = Math.max(newestAt, found.mtimeMs);
  }
  const isEmpty = stats.entries === 0;
  return {
    ...stats,
    oldestAt: isEmpty ? undefined : oldestAt,
    newestAt: isEmpty ? undefined : newestAt,
  };
}

/** Removes entries by age, then by size. Goes through the folder twice, so that it need not remember a million names. */
export async function pruneCache(folder: CacheFolder, given: PruneOptions): Promise<CachePruned> {
  const { olderThanMs, maxBytes = Number.POSITIVE_INFINITY } = readOptions<PruneOptions>(given, {
    olderThanMs: (node) => node.wholeNumber(0),
    maxBytes: (node) => node.wholeNumber(0),
  });
  const now = Date.now();
  const oldestAt = olderThanMs === undefined ? Number.NEGATIVE_INFINITY : now - olderThanMs;
  const cut = await findCut(folder, oldestAt, maxBytes);
  const result = { removed: 0, removedBytes: 0, kept: 0, keptBytes: 0, unfinished: 0 };
  let { bytesAtCut } = cut;
  for await (const { path, kind, stats } of folder.files()) {
    if (kind === 'temporary' && now - stats.mtimeMs > STALE_TEMPORARY_MS) {
      await rm(path, { force: true });
      result.unfinished += 1;
    }
    if (kind !== 'entry') continue;
    const isAtCut = stats.mtimeMs === cut.at && bytesAtCut > 0;
    if (isAtCut) bytesAtCut -= stats.size;
    if (stats.mtimeMs < cut.at || isAtCut) {
      await rm(path, { force: true });
      result.removed += 1;
      result.removedBytes += stats.size;
    } else {
      result.kept += 1;
      result.keptBytes += stats.size;
    }
  }
  return result;
}

interface Cut {
  /** Entries written before this are removed. */
  readonly at: number;
  /** Of the entries written at that time, this many bytes are removed. */
  readonly bytesAtCut: number;
}

async function findCut(folder: CacheFolder, oldestAt: number, maxBytes: number): Promise<Cut> {
  if (maxBytes === Number.POSITIVE_INFINITY) return { at: oldestAt, bytesAtCut: 0 };
  const entries: { readonly mtimeMs: number; readonly size: number }[] = [];
  let bytes = 0;
  for await (const { kind, stats } of folder.files()) {
    const { mtimeMs, size } = stats;
    if (kind !== 'entry' || mtimeMs < oldestAt) continue;
    entries.push({ mtimeMs, size });
    bytes += size;
  }
  entries.sort((one, other) => one.mtimeMs - other.mtimeMs);
  let excess = bytes - maxBytes;
  let at = oldestAt;
  let bytesAtCut = 0;
  for (const { mtimeMs, size } of entries) {
    if (excess <= 0) break;
    if (mtimeMs !== at) bytesAtCut = 0;
    at = mtimeMs;
    bytesAtCut += size;
    excess -= size;
  }
  return { at, bytesAtCut };
}

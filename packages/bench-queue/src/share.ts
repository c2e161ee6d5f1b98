import type { ConfigNode } from '@testbench/types/config';

import type { FileReference } from './message.js';

/** Where the rows of a shard belong. */
export interface ResultPlace {
  readonly run: string;
  /** As returned by `shardName`. */
  readonly shard: string;
}

/**
 * Storage through which coordinator and workers exchange files, by digest. Names derive from content, so that equal files are stored once, and
 * a job that was done twice is harmless. Implementations: `openFolderShare`; `openStoreShare` over a registry.
 */
export interface Share {
  readonly specificationVersion: 'v1';
  /** Folder for the answers of paid calls, which all workers share; undefined if the share has none. */
  readonly cacheDir: string | undefined;
  /** Stores a file. */
  putFile(path: string): Promise<FileReference>;
  /** Stores bytes. */
  putBytes(bytes: Uint8Array): Promise<FileReference>;
  /**
   * Copies a file out of the share, and compares it with its digest.
   *
   * @param target Path of the copy, which appears whole or not at all.
   * @returns False if the share does not have it.
   * @throws {QueueError} `QUEUE_FILE_DAMAGED`.
   */
  fetch(file: FileReference, target: string, signal?: AbortSignal): Promise<boolean>;
  /** Stores the rows of a shard. */
  putResult(place: ResultPlace, bytes: Uint8Array): Promise<FileReference>;
  /**
   * Reads the rows of a shard.
   *
   * @throws {QueueError} `QUEUE_FILE_MISSING`, `QUEUE_FILE_DAMAGED`.
   */
  readResult(place: ResultPlace, file: FileReference): Promise<Uint8Array>;
  /** Removes the rows of a run, once they are in the run's own folder. */
  removeResults(run: string): Promise<void>;
}

/** Reads a share out of options. */
export function readShare(node: ConfigNode): Share {
  return node.implementation<Share>('putFile', 'putBytes', 'fetch', 'putResult', 'readResult');
}

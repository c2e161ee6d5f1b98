import type { ConfigNode } from '@testbench/types/config';

import type { FileReference } from './message.js';

/** Where the rows of a shard belong. */
export interface ResultPlace {
  readonly run: string;
  /** As `shardName` gives it. */
  readonly shard: string;
}

/**
 * Where coordinator and workers keep files for each other, by digest. Content decides the name, so that the same thing twice is there once, and
 * a job that was done twice is harmless. First implementation: `openFolderShare`; `openStoreShare` over a registry.
 */
export interface Share {
  readonly specificationVersion: 'v1';
  /** Folder for the answers of paid calls, which all workers see; undefined where the share has none. */
  readonly cacheDir: string | undefined;
  /** Puts a file there. */
  putFile(path: string): Promise<FileReference>;
  /** Puts bytes there. */
  putBytes(bytes: Uint8Array): Promise<FileReference>;
  /**
   * Copies a file out of the share, compared with its digest on the way.
   *
   * @param target Is there whole, or not at all.
   * @returns False if the share does not have it.
   * @throws {QueueError} `QUEUE_FILE_DAMAGED`.
   */
  fetch(file: FileReference, target: string, signal?: AbortSignal): Promise<boolean>;
  /** Puts the rows of a shard there. */
  putResult(place: ResultPlace, bytes: Uint8Array): Promise<FileReference>;
  /**
   * The rows of a shard.
   *
   * @throws {QueueError} `QUEUE_FILE_MISSING`, `QUEUE_FILE_DAMAGED`.
   */
  readResult(place: ResultPlace, file: FileReference): Promise<Uint8Array>;
  /** Removes the rows of a run, which are in its own folder then. */
  removeResults(run: string): Promise<void>;
}

/** Reads a share out of options. */
export function readShare(node: ConfigNode): Share {
  return node.implementation<Share>('putFile', 'putBytes', 'fetch', 'putResult', 'readResult');
}

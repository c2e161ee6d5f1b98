import { join, resolve } from 'node:path';

import { MAX_MODULE_BYTES } from '@testbench/types';
import { StoreError } from '@testbench/types/errors';
import type {
  ArtifactLayer,
  ArtifactQuery,
  ArtifactSubject,
  PluginStore,
  StoredArtifact,
  StoreOptions,
} from '@testbench/types/stores';

import { MAX_MANIFEST_BYTES } from '../limits.js';
import { checkDigest, checkName } from '../manifest/check-name.js';
import { parseManifest } from '../manifest/parse-manifest.js';
import { onlyLayer } from './only-layer.js';
import { readStoreFile, writeAddressed } from './store-files.js';
import { digestBytes } from './verify-bytes.js';

/** Called when a file of the cache was damaged and is fetched again. */
export type OnRepair = (path: string) => void;

/** A store that caches on this machine what it has read. */
export interface CachedStore extends PluginStore {
  /** Path of the cached bytes of a digest, once they have been read. */
  pathOf(digest: string): string;
}

/**
 * Caches in a folder what is read from a store by digest, so that it is fetched only once: the content of a digest never changes. Versions,
 * tags and attachments are asked for each time.
 *
 * Each file is compared with its digest whenever it is read. A damaged one is reported and fetched again; if the folder cannot be
 * written to, nothing is cached. Blobs larger than the maximum size of a module are not cached.
 *
 * @param folder Created when something is cached. Two processes may use it at once.
 *
 * @example
 * ```ts no-run
 * import { createMemoryStore, openCachedStore } from '@testbench/registry/stores';
 *
 * const store = openCachedStore(createMemoryStore(), '.testbench/cache');
 * await store.list('exact-match');
 * ```
 */
export function openCachedStore(
  remote: PluginStore,
  folder: string,
  onRepair: OnRepair = () => {},
): CachedStore {
  return new FolderCache(remote, resolve(folder), onRepair);
}

class FolderCache implements CachedStore {
  readonly specificationVersion = 'v1';
  readonly list: PluginStore['list'];
  readonly write: PluginStore['write'];
  readonly attach: PluginStore['attach'];
  readonly referrers: PluginStore['referrers'];
  readonly #remote: PluginStore;
  readonly #folder: string;
  readonly #onRepair: OnRepair;

  constructor(remote: PluginStore, folder: string, onRepair: OnRepair) {
    this.#remote = remote;
    this.#folder = folder;
    this.#onRepair = onRepair;
    this.list = (...given) => remote.list(...given);
    this.write = (...given) => remote.write(...given);
    this.attach = (...given) => remote.attach(...given);
    this.referrers = (...given) => remote.referrers(...given);
  }

  pathOf(digest: string): string {
    return join(this.#folder, 'sha256', digest.slice('sha256:'.length));
  }

  async resolve(query: ArtifactQuery, options?: StoreOptions): Promise<StoredArtifact> {
    const { name, digest, version, tag } = query;
    if (digest === undefined || version !== undefined || tag !== undefined) {
      return await this.#remote.resolve(query, options);
    }
    return parseManifest(name, digest, await this.readManifest({ name, digest }, options));
  }

  async readManifest(
    subject: ArtifactSubject,
    options?: StoreOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#through(subject, MAX_MANIFEST_BYTES, options, () =>
      this.#remote.readManifest(subject, options),
    );
  }

  async readLayer(
    name: string,
    layer: Pick<ArtifactLayer, 'digest' | 'size'>,
    options?: StoreOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { digest, size } = layer;
    const read = () => this.#remote.readLayer(name, layer, options);
    if (size > MAX_MODULE_BYTES) return await read();
    return await this.#through({ name, digest }, size, options, read);
  }

  async read(subject: ArtifactSubject, options?: StoreOptions): Promise<Uint8Array<ArrayBuffer>> {
    const { name, digest } = subject;
    const artifact = await this.resolve({ name, digest }, options);
    return await this.readLayer(name, onlyLayer(artifact), options);
  }

  async #through(
    { name, digest }: ArtifactSubject,
    maxBytes: number,
    options: StoreOptions | undefined,
    read: () => Promise<Uint8Array<ArrayBuffer>>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    checkName(name);
    checkDigest(digest);
    options?.signal?.throwIfAborted();
    const path = this.pathOf(digest);
    let kept: Uint8Array<ArrayBuffer> | undefined;
    try {
      kept = await readStoreFile(path, maxBytes);
      if (kept !== undefined && (await digestBytes(kept)) === digest) return kept;
      if (kept !== undefined) this.#onRepair(path);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // Too long, a link, or unreadable: not a file with this digest.
      this.#onRepair(path);
    }
    const bytes = await read();
    try {
      await writeAddressed(path, digest, bytes);
    } catch (error) {
      // The bytes were still read; the next caller fetches them again.
      if (!(error instanceof StoreError)) throw error;
    }
    return bytes;
  }
}

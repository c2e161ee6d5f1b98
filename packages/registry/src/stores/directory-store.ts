import { join, resolve } from 'node:path';

import type { PluginStore } from '@testbench/types/stores';

import { MAX_MANIFEST_BYTES, MAX_REFERRERS } from '../limits.js';
import { isDigest } from '../manifest/check-name.js';
import {
  type Descriptor,
  parseDocument,
  readDescriptor,
  refuseManifest,
} from '../manifest/read-descriptors.js';
import { StoreError } from '@testbench/types/errors';
import type { ArtifactBackend } from './artifact-backend.js';
import { ArtifactStore } from './artifact-store.js';
import { checkTagFree } from './existing-version.js';
import { readBlobFile } from './read-blob-file.js';
import { listStoreFolder, readStoreFile, writeAddressed, writeStoreFile } from './store-files.js';

/** `sha256:`, 64 digits and a line feed. */
const MAX_TAG_BYTES = 128;

/**
 * Opens a store in a folder, with one folder for each name and one file for each tag: no files are shared, so it needs no lock, may
 * be on a network drive, and can be copied by hand, name by name.
 *
 * @param directory Created when something is written.
 *
 * @example
 * ```ts
 * import { openDirectoryStore } from '@testbench/registry/stores';
 *
 * await openDirectoryStore('/nowhere').list('exact-match'); // => []
 * ```
 */
export function openDirectoryStore(directory: string): PluginStore {
  return new ArtifactStore(new DirectoryBackend(resolve(directory)));
}

class DirectoryBackend implements ArtifactBackend {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async tags(name: string): Promise<readonly string[]> {
    return await listStoreFolder(this.#path(name, 'tags'));
  }

  async manifest(name: string, reference: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const digest = isDigest(reference) ? reference : await this.#readTag(name, reference);
    if (digest === undefined) return undefined;
    return await readStoreFile(this.#addressed(name, 'manifests', digest), MAX_MANIFEST_BYTES);
  }

  async blob(
    name: string,
    layer: { readonly digest: string; readonly size: number },
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return await readBlobFile(this.#addressed(name, 'blobs', layer.digest), layer);
  }

  async writeBlob(name: string, digest: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await writeAddressed(this.#addressed(name, 'blobs', digest), digest, bytes);
  }

  async writeManifest(
    ...[name, { digest, bytes }, tag]: Parameters<ArtifactBackend['writeManifest']>
  ): Promise<void> {
    await writeAddressed(this.#addressed(name, 'manifests', digest), digest, bytes);
    if (tag === undefined) return;
    const path = this.#path(name, 'tags', tag.name);
    const isNew = await writeStoreFile(path, new TextEncoder().encode(`${digest}\n`), tag.mayMove);
    if (!isNew) checkTagFree(name, tag, digest, await this.#readTag(name, tag.name));
  }

  async referrers(name: string, subject: string): Promise<readonly Descriptor[]> {
    const folder = this.#addressed(name, 'referrers', subject);
    const names = await listStoreFolder(folder);
    if (names.length > MAX_REFERRERS) {
      throw new StoreError(
        'STORE_TOO_LARGE',
        `Cannot list what is attached to ${subject} of "${name}": more than ${MAX_REFERRERS} are`,
      );
    }
    const found: Descriptor[] = [];
    for (const file of Array.from(names).sort()) {
      const what = `what is attached to ${subject} of "${name}"`;
      const bytes = await readStoreFile(join(folder, file), MAX_MANIFEST_BYTES);
      if (bytes === undefined) continue;
      found.push(readDescriptor(parseDocument(bytes, what), refuseManifest(what), 'an entry'));
    }
    return found;
  }

  async addReferrer(name: string, subject: string, referrer: Descriptor): Promise<void> {
    const path = join(this.#addressed(name, 'referrers', subject), hexOf(referrer.digest));
    await writeStoreFile(path, new TextEncoder().encode(JSON.stringify(referrer)));
  }

  async #readTag(name: string, tag: string): Promise<string | undefined> {
    const bytes = await readStoreFile(this.#path(name, 'tags', tag), MAX_TAG_BYTES);
    if (bytes === undefined) return undefined;
    const digest = new TextDecoder().decode(bytes).trimEnd();
    if (isDigest(digest)) return digest;
    throw new StoreError(
      'STORE_INVALID_MANIFEST',
      `Cannot read the tag ${tag} of "${name}": its file is damaged; remove it`,
    );
  }

  #addressed(name: string, kind: 'blobs' | 'manifests' | 'referrers', digest: string): string {
    return this.#path(name, kind, hexOf(digest));
  }

  /** Parts of names never begin with an underscore, so no name is inside the folders of another. */
  #path(name: string, kind: string, ...rest: readonly string[]): string {
    // Not every system permits the colon before a port in a path.
    return join(this.#root, ...name.replace(':', '+').split('/'), `_${kind}`, ...rest);
  }
}

function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}

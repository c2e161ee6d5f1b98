import { join, resolve } from 'node:path';

import { makeFolder } from '@testbench/host/files';
import { StoreError } from '@testbench/types/errors';
import type { PluginStore, StoreOptions } from '@testbench/types/stores';

import { MAX_MANIFEST_BYTES } from '../limits.js';
import { isDigest } from '../manifest/check-name.js';
import { INDEX_TYPE, MANIFEST_TYPE } from '../manifest/media-types.js';
import { encodeIndex, parseIndex } from '../manifest/parse-index.js';
import {
  parseDocument,
  readText,
  refuseManifest,
  type Descriptor,
} from '../manifest/read-descriptors.js';
import type { ArtifactBackend } from './artifact-backend.js';
import { ArtifactStore } from './artifact-store.js';
import { checkTagFree } from './existing-version.js';
import { LayoutIndex } from './layout-index.js';
import { lockLayout } from './layout-lock.js';
import { readBlobFile } from './read-blob-file.js';
import { referrersTag } from './referrers-tag.js';
import { readStoreFile, usingFiles, writeAddressed, writeStoreFile } from './store-files.js';
import { digestBytes, verifyBytes } from './verify-bytes.js';

/** @see https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md#oci-layout-file */
const LAYOUT_FILE = '{"imageLayoutVersion":"1.0.0"}';

/**
 * Opens an OCI image layout on disk, the default store: other tools read and write it too.
 *
 * A manifest is listed in `index.json` under `name:tag`, so that `skopeo inspect oci:<directory>:exact-match:1.2.0` finds it. Two
 * processes may write at once; a process that is killed leaves behind at most unlisted files.
 *
 * @param directory Created when something is written.
 *
 * @example
 * ```ts
 * import { openLayoutStore } from '@testbench/registry/stores';
 *
 * await openLayoutStore('/nowhere').list('exact-match'); // => []
 * ```
 */
export function openLayoutStore(directory: string): PluginStore {
  return new ArtifactStore(new LayoutBackend(resolve(directory)));
}

/**
 * Lists the names that have versions or tags in an image layout.
 *
 * @throws {StoreError} `STORE_INVALID_MANIFEST` if it is damaged, `STORE_TOO_LARGE`, `STORE_UNUSABLE`.
 *
 * @example
 * ```ts
 * import { listLayoutNames } from '@testbench/registry/stores';
 *
 * await listLayoutNames('/nowhere'); // => []
 * ```
 */
export async function listLayoutNames(directory: string): Promise<readonly string[]> {
  const { tagged } = await new LayoutIndex(resolve(directory)).read();
  const names = [...tagged.keys()].map((reference) => /^(.+):[^:/]+$/.exec(reference)?.[1] ?? '');
  return [...new Set(names)].filter((name) => name !== '').sort();
}

class LayoutBackend implements ArtifactBackend {
  readonly #folder: string;
  readonly #index: LayoutIndex;

  constructor(folder: string) {
    this.#folder = folder;
    this.#index = new LayoutIndex(folder);
  }

  async tags(name: string): Promise<readonly string[]> {
    const { tagged } = await this.#index.read();
    const tags: string[] = [];
    for (const reference of tagged.keys()) {
      // A host may contain a colon too.
      if (!reference.startsWith(`${name}:`)) continue;
      const tag = reference.slice(name.length + 1);
      if (!tag.includes('/')) tags.push(tag);
    }
    return tags;
  }

  async manifest(name: string, reference: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (isDigest(reference)) return await this.#readManifest(reference);
    const listed = (await this.#index.read()).tagged.get(`${name}:${reference}`);
    if (listed === undefined) return undefined;
    const bytes = await this.#readManifest(listed.digest);
    // For a tag, the caller gave no digest to verify the bytes against.
    if (bytes !== undefined) await verifyBytes(bytes, listed.digest, `the manifest of "${name}"`);
    return bytes;
  }

  async blob(
    _name: string,
    layer: { readonly digest: string; readonly size: number },
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return await readBlobFile(this.#pathOf(layer.digest), layer);
  }

  async writeBlob(_name: string, digest: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await writeAddressed(this.#pathOf(digest), digest, bytes);
  }

  async writeManifest(
    ...[name, { digest, bytes }, tag, { signal }]: Parameters<ArtifactBackend['writeManifest']>
  ): Promise<void> {
    await writeAddressed(this.#pathOf(digest), digest, bytes);
    const what = `the manifest ${digest} of "${name}"`;
    const { artifactType } = parseDocument(bytes, what);
    const descriptor: Descriptor = {
      mediaType: MANIFEST_TYPE,
      digest,
      size: bytes.length,
      artifactType: readText(artifactType, refuseManifest(what), '"artifactType"'),
      annotations: {},
    };
    await this.#change(async () => {
      const reference = tag === undefined ? undefined : `${name}:${tag.name}`;
      if (tag !== undefined && reference !== undefined) {
        const found = (await this.#index.read()).tagged.get(reference)?.digest;
        checkTagFree(name, tag, digest, found);
        if (found === digest) return;
      }
      await this.#index.put(descriptor, reference);
    }, signal);
  }

  async referrers(name: string, subject: string): Promise<readonly Descriptor[]> {
    const what = `what is attached to ${subject} of "${name}"`;
    const bytes = await this.manifest(name, referrersTag(subject));
    return bytes === undefined ? [] : parseIndex(bytes, what);
  }

  async addReferrer(
    name: string,
    subject: string,
    referrer: Descriptor,
    { signal }: StoreOptions,
  ): Promise<void> {
    await this.#change(async () => {
      const attached = await this.referrers(name, subject);
      if (attached.some(({ digest }) => digest === referrer.digest)) return;
      const bytes = encodeIndex([...attached, referrer]);
      const digest = await digestBytes(bytes);
      await writeAddressed(this.#pathOf(digest), digest, bytes);
      const size = bytes.length;
      await this.#index.put(
        { mediaType: INDEX_TYPE, digest, size, artifactType: undefined, annotations: {} },
        `${name}:${referrersTag(subject)}`,
      );
    }, signal);
  }

  async #readManifest(digest: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return await readStoreFile(this.#pathOf(digest), MAX_MANIFEST_BYTES);
  }

  async #change(change: () => Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    await usingFiles(JSON.stringify(this.#folder), async () => {
      makeFolder(this.#folder);
      await lockLayout(
        this.#folder,
        async () => {
          await this.#prepare();
          await change();
        },
        signal,
      );
    });
  }

  /** @throws {StoreError} `STORE_INVALID_MANIFEST` if the folder is a layout of another version. */
  async #prepare(): Promise<void> {
    const path = join(this.#folder, 'oci-layout');
    const found = await readStoreFile(path, MAX_MANIFEST_BYTES);
    if (found === undefined) {
      await writeStoreFile(path, new TextEncoder().encode(LAYOUT_FILE));
      return;
    }
    const { imageLayoutVersion } = parseDocument(found, JSON.stringify(path));
    if (imageLayoutVersion === '1.0.0') return;
    throw new StoreError(
      'STORE_INVALID_MANIFEST',
      `Cannot write to ${JSON.stringify(this.#folder)}: it is not an OCI image layout of version 1.0.0`,
    );
  }

  #pathOf(digest: string): string {
    return join(this.#folder, 'blobs', 'sha256', digest.slice('sha256:'.length));
  }
}

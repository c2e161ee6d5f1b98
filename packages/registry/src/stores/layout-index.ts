import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { StoreError } from '@testbench/types/errors';

import { MAX_LAYOUT_BYTES, MAX_LAYOUT_ENTRIES, MAX_LAYOUT_STRUCTURE } from '../limits.js';
import { INDEX_TYPE } from '../manifest/media-types.js';
import {
  asObject,
  type Descriptor,
  parseDocument,
  readDescriptor,
  refuseManifest,
} from '../manifest/read-descriptors.js';
import { readStoreFile, writeStoreFile } from './store-files.js';

const REF_NAME = 'org.opencontainers.image.ref.name';

/** The entries of a layout: manifests by `name:tag`, and the others, as they were read. */
export interface LayoutEntries {
  /** By `name:tag`. */
  readonly tagged: ReadonlyMap<string, Descriptor>;
  /** Digests of all listed manifests. */
  readonly digests: ReadonlySet<string>;
  /** As they are in the file: entries by other tools are kept. */
  readonly raw: readonly unknown[];
}

/** `index.json` of an OCI image layout. @see https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md */
export class LayoutIndex {
  readonly #path: string;
  #cached: { readonly key: string; readonly entries: LayoutEntries } | undefined;

  constructor(folder: string) {
    this.#path = join(folder, 'index.json');
  }

  /** @throws {StoreError} `STORE_INVALID_MANIFEST` if it is damaged, `STORE_TOO_LARGE`, `STORE_UNUSABLE`. */
  async read(): Promise<LayoutEntries> {
    const key = await this.#key();
    if (this.#cached?.key === key) return this.#cached.entries;
    const bytes = await readStoreFile(this.#path, MAX_LAYOUT_BYTES);
    const entries = bytes === undefined ? EMPTY : parseEntries(bytes, JSON.stringify(this.#path));
    this.#cached = { key, entries };
    return entries;
  }

  /**
   * Lists a manifest; under a tag, it replaces the previous one. Only while the layout is locked.
   *
   * @param reference `name:tag`; undefined for a manifest that is found by digest.
   */
  async put(descriptor: Descriptor, reference: string | undefined): Promise<void> {
    const { raw, digests } = await this.read();
    if (reference === undefined && digests.has(descriptor.digest)) return;
    const { mediaType, digest, size, artifactType } = descriptor;
    const entry = {
      mediaType,
      digest,
      size,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(reference === undefined ? {} : { annotations: { [REF_NAME]: reference } }),
    };
    const kept = raw.filter((other) => reference === undefined || nameOf(other) !== reference);
    const manifests = [...kept, entry];
    if (manifests.length > MAX_LAYOUT_ENTRIES) {
      throw new StoreError(
        'STORE_TOO_LARGE',
        `Cannot write to ${JSON.stringify(this.#path)}: it has ${MAX_LAYOUT_ENTRIES} entries already`,
      );
    }
    const index = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests };
    await writeStoreFile(this.#path, new TextEncoder().encode(JSON.stringify(index)));
  }

  /** Changes with the file: each write creates a new one. */
  async #key(): Promise<string> {
    try {
      const { ino, mtimeNs, ctimeNs, size } = await stat(this.#path, { bigint: true });
      return `${ino}-${mtimeNs}-${ctimeNs}-${size}`;
    } catch {
      return 'none';
    }
  }
}

const EMPTY: LayoutEntries = { tagged: new Map(), digests: new Set(), raw: [] };

function nameOf(entry: unknown): unknown {
  const annotations = (entry as { annotations?: Record<string, unknown> } | null)?.annotations;
  return annotations?.[REF_NAME];
}

function parseEntries(bytes: Uint8Array, what: string): LayoutEntries {
  const refuse = refuseManifest(what);
  const document = parseDocument(bytes, what, MAX_LAYOUT_BYTES, MAX_LAYOUT_STRUCTURE);
  const list = document['manifests'] ?? [];
  if (!Array.isArray(list)) throw refuse('"manifests" is no list');
  if (list.length > MAX_LAYOUT_ENTRIES) {
    throw new StoreError(
      'STORE_TOO_LARGE',
      `Cannot read ${what}: it has ${list.length} entries, limit is ${MAX_LAYOUT_ENTRIES}`,
    );
  }
  const tagged = new Map<string, Descriptor>();
  const digests = new Set<string>();
  for (const [position, value] of list.entries()) {
    const entry = readDescriptor(
      asObject(value, refuse, `its entry ${position}`),
      refuse,
      `its entry ${position}`,
    );
    digests.add(entry.digest);
    const name = entry.annotations[REF_NAME];
    if (name !== undefined) tagged.set(name, entry);
  }
  return { tagged, digests, raw: list };
}

import type { ArtifactLayer, StoreOptions } from '@testbench/types/stores';

import type { Descriptor } from '../manifest/read-descriptors.js';

/** A manifest that is written. */
export interface WrittenManifest {
  readonly digest: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Digest of the manifest that it belongs to. */
  readonly subject: string | undefined;
}

/** A name that a manifest gets. */
export interface WrittenTag {
  readonly name: string;
  /** False for a version: fails with `STORE_EXISTS` if another manifest has it. */
  readonly mayMove: boolean;
}

/**
 * What one kind of store does by itself; `ArtifactStore` makes a `PluginStore` of it. Names, tags and digests that it gets
 * are well-formed. What it gives need not be verified.
 */
export interface ArtifactBackend {
  /** Every tag under a name; undefined or none if the name does not exist. */
  tags(name: string, options: StoreOptions): Promise<readonly string[]>;
  /** @param reference A tag or a digest. @returns The manifest's bytes; undefined if there is none. */
  manifest(
    name: string,
    reference: string,
    options: StoreOptions,
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** @returns undefined if it is not there. */
  blob(
    name: string,
    layer: Pick<ArtifactLayer, 'digest' | 'size'>,
    options: StoreOptions,
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Writes a blob; repairs what is there under its digest and is damaged. */
  writeBlob(
    name: string,
    digest: string,
    bytes: Uint8Array<ArrayBuffer>,
    options: StoreOptions,
  ): Promise<void>;
  /** Writes a manifest whose blobs are there. */
  writeManifest(
    name: string,
    manifest: WrittenManifest,
    tag: WrittenTag | undefined,
    options: StoreOptions,
  ): Promise<void>;
  /** What is attached to a manifest. */
  referrers(name: string, subject: string, options: StoreOptions): Promise<readonly Descriptor[]>;
  /** Lists a manifest that was written as attached; once, however often it is called. */
  addReferrer(
    name: string,
    subject: string,
    referrer: Descriptor,
    options: StoreOptions,
  ): Promise<void>;
}
